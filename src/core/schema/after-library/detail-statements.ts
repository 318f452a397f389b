import { keyOf } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified, unquoteIdentifier } from '../../sql/quoting.ts'
import type { Catalog, Detail } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { isAutomatic, notNullsIn } from '../not-null.ts'
import { foreignOptions, optionStatement } from './options.ts'
import { stateVerbs } from './other-statements.ts'

/** Statements that set on the parts of tables and views what the wanted catalog has set there. */
export function detailStatements(have: Catalog, want: Catalog): Change[] {
  const renames = partRenames(have, want)
  const [before, after] = [
    detailsByKey(have.details.map((item) => renames.get(item)?.now ?? item)),
    detailsByKey(want.details),
  ]
  const [there, stays] = [relationKeys(have), relationKeys(want)]
  return [
    ...[...renames.values()].map(({ sql, now }) => plainChange(sql, now.table)),
    ...[...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
      const [now, then] = [before.get(key), after.get(key)]
      const detail = then ?? now
      if (detail === undefined) return []
      const table = detail.table ?? keyOf({ schema: detail.schema, name: String(detail.path[0]) })
      if (!there.has(table) || !stays.has(table)) return []
      const names = [...new Set([...Object.keys(now?.properties ?? {}), ...Object.keys(then?.properties ?? {})])]
      return names.flatMap((property) => {
        const [old, fresh] = [now?.properties[property] ?? null, then?.properties[property] ?? null]
        if (old === fresh) return []
        return statementsOf(want, detail, property, old, fresh).map((sql) => plainChange(sql, table))
      })
    }),
  ]
}

/** Indexes of partitions that only have another name: a partition has one for each of its parent. */
function partRenames(have: Catalog, want: Catalog): Map<Detail, { readonly sql: string; readonly now: Detail }> {
  const place = ({ kind, table, properties: { 'part of': parent } }: Detail) =>
    kind === 'index' && parent !== undefined ? JSON.stringify([table, parent]) : null
  const wanted = new Map(want.details.map((item) => [place(item), item]))
  const renames = have.details.flatMap((item) => {
    const at = place(item)
    const then = at === null ? undefined : wanted.get(at)
    const [old, fresh] = [item.path[0], then?.path[0]]
    if (old === undefined || fresh === undefined || old === fresh) return []
    const sql = `ALTER INDEX ${quoteQualified(item.schema ?? '', old)} RENAME TO ${quoteIdentifier(fresh)}`
    return [[item, { sql, now: { ...item, path: [fresh] } }] as const]
  })
  return new Map(renames)
}

/** What several parts of the catalog say of one thing, together. */
function detailsByKey(details: readonly Detail[]): Map<string, Detail> {
  const byKey = new Map<string, Detail>()
  for (const item of details) {
    const key = JSON.stringify([item.kind, item.schema, item.path])
    byKey.set(key, { ...item, properties: { ...byKey.get(key)?.properties, ...item.properties } })
  }
  return byKey
}

function relationKeys({ tables, others }: Catalog): Set<string> {
  return new Set([
    ...tables.map(keyOf),
    ...others.flatMap((item) => (/view$|^type$|^sequence$/.test(item.kind) ? [keyOf(item)] : [])),
  ])
}

const storage: Readonly<Record<string, string>> = { p: 'PLAIN', e: 'EXTERNAL', m: 'MAIN', x: 'EXTENDED' }
const compression: Readonly<Record<string, string>> = { p: 'pglz', l: 'lz4' }

/** None for what is set by other means, or not at all. */
function statementsOf(
  want: Catalog,
  detail: Detail,
  property: string,
  old: string | null,
  fresh: string | null,
): string[] {
  const { kind, schema, path, table } = detail
  const [first = '', second = ''] = (typeof path === 'string' ? [path] : path).map(quoteIdentifier)
  const relation = `${quoteIdentifier(schema ?? '')}.${first}`
  switch (`${kind}: ${property}`) {
    case 'table: toast options':
    case 'materialized view: toast options':
      return optionStatement(`ALTER ${kind.toUpperCase()} ${relation}`, old, fresh, 'toast.')
    case 'table: clustered on':
    case 'materialized view: clustered on':
      return [
        `ALTER ${kind.toUpperCase()} ${relation} ${fresh === null ? 'SET WITHOUT CLUSTER' : `CLUSTER ON ${quoteIdentifier(fresh)}`}`,
      ]
    case 'constraint: index options':
      return optionStatement(`ALTER INDEX ${quoteIdentifier(schema ?? '')}.${second}`, old, fresh)
    case 'constraint: index comment':
      return [`COMMENT ON INDEX ${quoteIdentifier(schema ?? '')}.${second} IS ${quoteLiteral(fresh)}`]
    case 'index: comment':
      return [`COMMENT ON INDEX ${relation} IS ${quoteLiteral(fresh)}`]
    case 'index: options':
      return optionStatement(`ALTER INDEX ${relation}`, old, fresh)
    case 'index: statistics':
      return indexStatistics(relation, old, fresh)
    case 'trigger: state':
      return [`ALTER TABLE ${relation} ${stateVerbs[(fresh ?? 'ENABLED').trim()] ?? 'ENABLE'} TRIGGER ${second}`]
    case 'trigger: comment':
      return [`COMMENT ON TRIGGER ${second} ON ${relation} IS ${quoteLiteral(fresh)}`]
    default:
      return kind === 'column'
        ? columnStatements(want, { relation, column: second, table }, property, [old, fresh])
        : []
  }
}

interface ColumnName {
  readonly relation: string
  readonly column: string
  readonly table: string | null
}

function columnStatements(
  want: Catalog,
  { relation, column, table }: ColumnName,
  property: string,
  [old, fresh]: readonly [string | null, string | null],
): string[] {
  const view = want.others.find((item) => /view$/.test(item.kind) && keyOf(item) === table)
  const alter = `ALTER ${(view?.kind ?? 'table').toUpperCase()} ${relation} ALTER COLUMN ${column}`
  switch (property) {
    case 'options':
      return optionStatement(alter, old, fresh)
    case 'default': {
      const parent = fresh ?? parentDefault(want, table, column)
      return [parent === null || parent === 'none' ? `${alter} DROP DEFAULT` : `${alter} SET DEFAULT ${parent}`]
    }
    case 'foreign options': {
      const options = foreignOptions(old, fresh)
      return options === null ? [] : [`ALTER FOREIGN TABLE ${relation} ALTER COLUMN ${column} ${options}`]
    }
    case 'nullability':
      return fresh === 'not null' ? notNullSql(want, relation, column, table) : [`${alter} DROP NOT NULL`]
    case 'statistics target':
      return [`${alter} SET STATISTICS ${fresh ?? -1}`]
    case 'storage':
      return fresh === null ? [] : [`${alter} SET STORAGE ${storage[fresh] ?? fresh}`]
    case 'compression':
      return [`${alter} SET COMPRESSION ${fresh === null ? 'default' : (compression[fresh] ?? fresh)}`]
    case 'comment':
      return [`COMMENT ON COLUMN ${relation}.${column} IS ${quoteLiteral(fresh)}`]
    default:
      return []
  }
}

/** Of a partition. */
function notNullSql(want: Catalog, relation: string, column: string, key: string | null): string[] {
  const table = want.tables.find((item) => keyOf(item) === key)
  const named = table === undefined ? null : notNullsIn(want)(table, unquoteIdentifier(column))
  const sql =
    named === null || isAutomatic(named.name)
      ? `ALTER TABLE ${relation} ALTER COLUMN ${column} SET NOT NULL`
      : `ALTER TABLE ${relation} ADD CONSTRAINT ${quoteIdentifier(named.name)} NOT NULL ${column}`
  return named === null || named.comment === null
    ? [sql]
    : [sql, `COMMENT ON CONSTRAINT ${quoteIdentifier(named.name)} ON ${relation} IS ${quoteLiteral(named.comment)}`]
}

/** What a column of a partition has when it says nothing of its own. */
function parentDefault({ tables }: Catalog, table: string | null, column: string): string | null {
  const [parent] = tables.find((item) => keyOf(item) === table)?.inherits ?? []
  const above = parent === undefined ? undefined : tables.find((item) => keyOf(item) === keyOf(parent))
  return above?.columns.find(({ name }) => quoteIdentifier(name) === column)?.default ?? null
}

function indexStatistics(index: string, old: string | null, fresh: string | null): string[] {
  const read = (text: string | null) =>
    new Map(
      (text ?? '').split(', ').flatMap((one) => {
        const [place, target] = one.split(': ')
        return place === undefined || target === undefined ? [] : [[place, target] as const]
      }),
    )
  const [now, then] = [read(old), read(fresh)]
  return [...new Set([...now.keys(), ...then.keys()])].flatMap((place) =>
    now.get(place) === then.get(place)
      ? []
      : [`ALTER INDEX ${index} ALTER COLUMN ${place} SET STATISTICS ${then.get(place) ?? -1}`],
  )
}
