import { keyOf, ofKey } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../sql/quoting.ts'
import type { Catalog, Column, Table } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import type { Other } from '../other.ts'
import { objectName } from './object-name.ts'
import { isRemark, remarkStatements } from './remark-statements.ts'

/** Statements for what is in both catalogs and has lost a comment, its state or its target on the way. */
export function otherStatements(have: Catalog, want: Catalog): Change[] {
  const key = ({ kind, schema, name, table }: Other) => JSON.stringify([kind, schema, name, table])
  const before = new Map(have.others.map((item) => [key(item), item]))
  const others = want.others.flatMap((item) => {
    const now = before.get(key(item))
    if (isRemark(item)) return remarkStatements(item, now?.definition ?? null, item.definition)
    if (now === undefined) return lostStatistics(want, item).map((sql) => plainChange(sql, item.table))
    return [
      ...commentOf(want, now, item),
      ...stateOf(now, item),
      ...targetOf(now, item),
      ...loggedOf(now, item),
      ...publishedOf(now, item),
    ].map((sql) => plainChange(sql, item.table))
  })
  const wanted = new Set(want.others.map(key))
  const gone = have.others.filter((item) => isRemark(item) && !wanted.has(key(item)))
  const tables = new Map(have.tables.map((item) => [keyOf(item), item]))
  return [
    ...others,
    ...enumComments(have, want),
    ...gone.flatMap((item) => remarkStatements(item, item.definition, null)),
    ...want.tables.flatMap((item) => {
      const now = tables.get(keyOf(item))
      return now === undefined
        ? []
        : [...settingsOf(now, item), ...methodOf(have, now, item), ...tableRemarks(now, item)].map((sql) =>
            plainChange(sql, keyOf(item)),
          )
    }),
  ]
}

/** An enum that was made anew without some of its values has lost what was said of it. */
function enumComments(have: Catalog, want: Catalog): Change[] {
  const before = new Map(have.enums.map((item) => [keyOf(item), item]))
  return want.enums.flatMap((item) => {
    const now = before.get(keyOf(item))
    if (now === undefined || now.comment === item.comment) return []
    const path = quoteQualified(item.schema, item.name)
    return [plainChange(`COMMENT ON TYPE ${path} IS ${quoteLiteral(item.comment)}`, null)]
  })
}

function commentOf(want: Catalog, now: Other, item: Other): string[] {
  if (now.comment === item.comment || item.kind === 'comment') return []
  const text = quoteLiteral(item.comment)
  if (item.kind === 'trigger' || item.kind === 'policy' || item.kind === 'rule') {
    return [`COMMENT ON ${item.kind.toUpperCase()} ${quoteIdentifier(item.name)} ON ${tableOf(item)} IS ${text}`]
  }
  const written = [
    'function',
    'aggregate',
    'operator',
    'operator class',
    'operator family',
    'cast',
    'transform',
    'text search',
  ]
  const path = written.includes(item.kind) ? item.name : [item.name]
  const object = objectName(want, { kind: item.kind, schema: item.schema, path })
  return object === null ? [] : [`COMMENT ON ${object.keyword} ${object.name} IS ${text}`]
}

function tableOf({ table }: Other): string {
  const { schema, name } = ofKey(table ?? '')
  return quoteQualified(schema, name)
}

const states = / (DISABLED|ENABLED REPLICA|ENABLED ALWAYS)$/
/** What ALTER TABLE says to bring about each of them. */
export const stateVerbs: Readonly<Record<string, string>> = {
  DISABLED: 'DISABLE',
  ENABLED: 'ENABLE',
  'ENABLED REPLICA': 'ENABLE REPLICA',
  'ENABLED ALWAYS': 'ENABLE ALWAYS',
}

/** When a rule or a trigger fires, where that is not as usual. */
export const stateOfDefinition = (definition: string): string | null => states.exec(definition)?.[1] ?? null

/** Of a rule or a trigger that is the same but fires at other times. */
function stateOf(now: Other, item: Other): string[] {
  if (item.kind !== 'rule' && item.kind !== 'trigger') return []
  const [old, fresh] = [now, item].map(({ definition }) => states.exec(definition)?.[1])
  if (old === fresh || now.definition.replace(states, '') !== item.definition.replace(states, '')) return []
  return [
    `ALTER TABLE ${tableOf(item)} ${stateVerbs[fresh ?? 'ENABLED']} ${item.kind.toUpperCase()} ${quoteIdentifier(item.name)}`,
  ]
}

function targetOf(now: Other, item: Other): string[] {
  const [old, fresh] = [now, item].map(({ properties }) => properties?.['statistics target'])
  if (item.kind !== 'statistics' || old === fresh) return []
  return [`ALTER STATISTICS ${quoteQualified(item.schema ?? '', item.name)} SET STATISTICS ${fresh ?? -1}`]
}

/** They go with a column that is dropped and made again. */
function lostStatistics(want: Catalog, item: Other): string[] {
  if (item.kind !== 'statistics') return []
  const { properties: _, ...bare } = { ...item, comment: null }
  return [item.definition, ...commentOf(want, bare, item), ...targetOf(bare, item)]
}

/** A sequence that belongs to an unlogged table is one too. */
function loggedOf(now: Other, item: Other): string[] {
  const [old, fresh] = [now, item].map(({ properties }) => properties?.persistence)
  if (item.kind !== 'sequence' || old === fresh) return []
  return [
    `ALTER SEQUENCE ${quoteQualified(item.schema ?? '', item.name)} SET ${fresh === undefined ? 'LOGGED' : 'UNLOGGED'}`,
  ]
}

/** Whether generated columns are published, of PostgreSQL 18 and later. */
function publishedOf(now: Other, item: Other): string[] {
  if (item.kind !== 'publication') return []
  const [old, fresh] = [now, item].map(({ definition }) => /"pubgencols": "(.)"/.exec(definition)?.[1])
  if (old === undefined || fresh === undefined || old === fresh) return []
  return [
    `ALTER PUBLICATION ${quoteIdentifier(item.name)} SET (publish_generated_columns = ${fresh === 's' ? 'stored' : 'none'})`,
  ]
}

function settingsOf(now: Table, item: Table): string[] {
  const alter = `ALTER TABLE ${quoteQualified(item.schema, item.name)}`
  const [type, wantedType] = [now.settings['of type'], item.settings['of type']]
  const ofType = type === wantedType ? [] : [`${alter} ${wantedType === undefined ? 'NOT OF' : `OF ${wantedType}`}`]
  const [old, fresh] = [now.settings['replica identity'], item.settings['replica identity']]
  if (old === fresh) return ofType
  const index = fresh === undefined ? null : /^index (.*)$/s.exec(fresh)?.[1]
  const identity = index == null ? (fresh ?? 'default').toUpperCase() : `USING INDEX ${quoteIdentifier(index)}`
  return [...ofType, `${alter} REPLICA IDENTITY ${identity}`]
}

/** How its rows are kept, or those of partitions to come; what PostgreSQL 14 cannot change, and 16 not of partitioned tables. */
export function methodOf({ serverVersion }: Catalog, now: Table, item: Table): string[] {
  const [old, fresh] = [now.settings['access method'], item.settings['access method']]
  const isPartitioned = item.partitionKey !== null
  if (old === fresh || serverVersion < (isPartitioned ? 170_000 : 150_000)) return []
  const method = fresh === undefined ? (isPartitioned ? 'DEFAULT' : 'heap') : quoteIdentifier(fresh)
  return [`ALTER TABLE ${quoteQualified(item.schema, item.name)} SET ACCESS METHOD ${method}`]
}

/** Comments on a table and its parts, and defaults that a child has of its own. */
function tableRemarks(now: Table, item: Table): string[] {
  const table = quoteQualified(item.schema, item.name)
  const remark = (what: string, old: string | null, fresh: string | null) =>
    old === fresh ? [] : [`COMMENT ON ${what} IS ${quoteLiteral(fresh)}`]
  const parts = <T extends { readonly name: string }>(list: readonly T[], was: readonly T[]) =>
    list.flatMap((part) => was.flatMap((old) => (old.name === part.name ? [[old, part] as const] : [])))
  return [
    ...remark(`${item.kind === 'foreign' ? 'FOREIGN ' : ''}TABLE ${table}`, now.comment, item.comment),
    ...parts(item.columns, now.columns).flatMap(([old, fresh]) => [
      ...defaultOf(table, old, fresh),
      ...remark(`COLUMN ${table}.${quoteIdentifier(fresh.name)}`, old.comment, fresh.comment),
    ]),
    ...parts(item.constraints, now.constraints).flatMap(([old, fresh]) =>
      remark(`CONSTRAINT ${quoteIdentifier(fresh.name)} ON ${table}`, old.comment, fresh.comment),
    ),
    ...parts(item.indexes, now.indexes).flatMap(([old, fresh]) =>
      remark(`INDEX ${quoteQualified(item.schema, fresh.name)}`, old.comment, fresh.comment),
    ),
  ]
}

function defaultOf(table: string, old: Column, fresh: Column): string[] {
  if (old.default === fresh.default || fresh.generated !== null || fresh.identity !== null || old.generated !== null)
    return []
  return [
    `ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(fresh.name)} ${fresh.default === null ? 'DROP DEFAULT' : `SET DEFAULT ${fresh.default}`}`,
  ]
}
