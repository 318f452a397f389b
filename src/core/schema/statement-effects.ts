import { costOf, typeChange, valuesText } from '../effects/type-change.ts'
import { shortTypes } from '../sql/plain-names.ts'
import { keyOf, splitDotted } from '../sql/qualified-name.ts'
import { unquoteIdentifier } from '../sql/quoting.ts'
import { type Catalog, type Column, type Table, tablesByKey } from './catalog.ts'
import type { Change } from './generated-statement.ts'
import { partsOf } from './joined-alterations.ts'

const name = '(?:"(?:[^"]|"")*")'
const word = `(?:${name}|[\\w$]+)`
const alterTable = new RegExp(`^ALTER TABLE (?:ONLY )?(${name}\\.${name}) (.*)$`, 's')

/** A type of a schema, which one of PostgreSQL's own is not written as. */
const byLabels = new RegExp(`^ALTER COLUMN .* TYPE .* USING .*::text(?:\\[\\])*::${word}\\.${word}`, 's')
/** The same where values that go become others. */
const byOtherLabels = new RegExp(
  `^ALTER COLUMN .* TYPE .* USING (?:\\(CASE .* END\\)|array_replace\\(.*\\))::${word}\\.${word}`,
  's',
)

const checkedDomain = new RegExp(
  `^ALTER DOMAIN (${name}\\.${name}) (?:ADD CONSTRAINT (?!.* NOT VALID$)|SET NOT NULL|VALIDATE CONSTRAINT)`,
  's',
)
const newIndex = new RegExp(`^CREATE (?:UNIQUE )?INDEX (?:${name}|\\S+) ON (${name}\\.${name}|\\S+) `)

/** What a statement does: to rows, and to those who use the table meanwhile. */
interface Effect {
  readonly what: string | null
  readonly cost: string | null
}

const writes = 'Rewrites the whole table, which nobody can use meanwhile.'
const reads = 'Scans the table, which nobody can use meanwhile.'
const readsPartition = 'Scans the partition and the default one, which nobody can use meanwhile.'
const builds = 'Nobody can use the table while the index is built.'
const domainFails = 'Fails if any value of this type violates it.'
const readsDomain = 'Scans all tables with such columns, and blocks writes to them meanwhile.'

/**
 * What a generated statement does to rows that are there and to those who use the table meanwhile, one line each;
 * nothing for what is quick and loses nothing. What several parts of one have in common is said once.
 * @param before the catalog that the statement finds.
 */
export function effectsOf(change: Pick<Change, 'sql' | 'parts'>, before: Catalog): string[] {
  const parts = partsOf(change)
  const effects = parts.flatMap((sql) => effectsOfPart(sql, before).map((effect) => ({ ...effect, sql })))
  if (parts.length < 2) return effects.map(({ what, cost }) => [what, cost].filter((text) => text !== null).join(' '))
  const costs = new Set(effects.flatMap(({ cost }) => cost ?? []))
  // Who writes it anew reads it on the way.
  if (costs.has(writes)) costs.delete(reads)
  const own = effects.flatMap(({ what, sql }) => (what === null ? [] : [`${subjectOf(sql)}: ${lowerFirst(what)}`]))
  return [...own, ...costs]
}

/** The column or the constraint of a part. */
const subjectOf = (sql: string) =>
  unquoteIdentifier(new RegExp(`(?:COLUMN|CONSTRAINT) (${name}|[\\w$]+)`).exec(sql)?.[1] ?? '')

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

function effectsOfPart(sql: string, before: Catalog): Effect[] {
  if (/^(?:CREATE|ALTER) USER MAPPING /.test(sql))
    return [{ what: 'The password is not copied: add it if one is needed.', cost: null }]
  const dropped = new RegExp(`^DROP TABLE (${name}\\.${name})`).exec(sql)
  if (dropped !== null) return [{ what: 'All rows of this table are lost.', cost: null }]
  const domain = checkedDomain.exec(sql)?.[1]
  if (domain !== undefined) return domainExists(domain, before) ? [{ what: domainFails, cost: readsDomain }] : []
  const indexed = newIndex.exec(sql)?.[1]
  if (indexed !== undefined) {
    const what = sql.startsWith('CREATE UNIQUE') ? 'Fails if two rows have the same values.' : null
    const cost =
      'Blocks writes to the table while it is built; for a large table, build it CONCURRENTLY in a migration of its own.'
    return exists(indexed, before) ? [{ what, cost }] : []
  }
  const [, table, action] = alterTable.exec(sql) ?? []
  if (table === undefined || action === undefined || !exists(table, before)) return []
  return effectsOfAlter(table, action, before)
}

/**
 * Of these effects the ones by which it can fail, and what such a statement costs, which is what a reader of DOWN must know:
 * that it loses what UP made is plain.
 */
export function obstaclesOf(change: Pick<Change, 'sql' | 'parts'>, before: Catalog): string[] {
  const lines = effectsOf(change, before)
  const fails = (line: string) => /\bfails\b/i.test(line)
  return lines.some(fails) ? lines.filter((line) => fails(line) || line === writes || line === reads) : []
}

function effectsOfAlter(table: string, action: string, before: Catalog): Effect[] {
  const column = new RegExp(`^(?:ALTER|DROP|ADD) COLUMN (?:IF EXISTS )?(${name})`).exec(action)?.[1]
  const old = column === undefined ? undefined : columnOf(table, column, before)
  if (/^SET (?:LOGGED|UNLOGGED|ACCESS METHOD )/.test(action)) return [{ what: null, cost: writes }]
  if (/^DROP COLUMN /.test(action)) return [{ what: 'All values of this column are lost.', cost: null }]
  if (/^ALTER COLUMN .* SET NOT NULL$|^ADD CONSTRAINT (?!.* NOT VALID$).* NOT NULL /s.test(action)) {
    return [{ what: 'Fails if any row has no value here: fill the column first.', cost: reads }]
  }
  // Between enums by their labels, mostly of one that is made again without some of them.
  if (byLabels.test(action))
    return [{ what: 'Fails if any row has a value that the type no longer has.', cost: writes }]
  if (byOtherLabels.test(action))
    return [
      {
        what: 'Replaces values as written here; fails if any row has another that the type no longer has.',
        cost: writes,
      },
    ]
  const [, type, zone] =
    /^ALTER COLUMN .*? TYPE (.*?)(?: USING .* AT TIME ZONE '(.*)'| USING .*| COLLATE .*)?$/s.exec(action) ?? []
  if (type !== undefined && old !== undefined) return [effectOfType(old.type, type, zone)]
  if (/^ADD COLUMN /.test(action)) return effectsOfNewColumn(action, before)
  if (/^ADD CONSTRAINT .* FOREIGN KEY /s.test(action)) {
    const cost = 'Scans the table; blocks writes to both tables meanwhile.'
    return [{ what: 'Fails if any row references a missing parent.', cost }]
  }
  if (/^ADD CONSTRAINT .* (?:PRIMARY KEY|UNIQUE) /s.test(action))
    return [{ what: 'Fails if two rows have the same values.', cost: builds }]
  if (/^ADD CONSTRAINT .* EXCLUDE /s.test(action))
    return [{ what: 'Fails if two rows exclude each other.', cost: builds }]
  const attached = new RegExp(`^ATTACH PARTITION (${name}\\.${name}) `).exec(action)?.[1]
  if (attached !== undefined && exists(attached, before))
    return [{ what: 'Fails if any row of the partition is out of these bounds.', cost: readsPartition }]
  if (/^ADD CONSTRAINT .* CHECK /s.test(action)) return [{ what: 'Fails if any row violates it.', cost: reads }]
  return []
}

function effectsOfNewColumn(action: string, before: Catalog): Effect[] {
  const filled = / (?:DEFAULT|GENERATED) /.test(action)
  if (/ NOT NULL/.test(action) && !filled)
    return [
      {
        what: 'Fails if the table has rows: they would have no value here. Give the column a default, or fill it first.',
        cost: null,
      },
    ]
  const computed =
    / GENERATED ALWAYS AS \(.*\) STORED|DEFAULT .*(?:random|uuid|clock_timestamp|nextval)\w*\(|AS IDENTITY/i.test(
      action,
    )
  return computed || callsVolatile(action, before) || isOfChecked(action, before) ? [{ what: null, cost: writes }] : []
}

/** Whether the default calls a function of the database whose values differ from row to row. */
function callsVolatile(action: string, { others }: Catalog): boolean {
  const [, text] = / DEFAULT (.*)$/s.exec(action) ?? []
  if (text === undefined || !text.includes('(')) return false
  return others.some(({ kind, schema, name, definition }) => {
    if (kind !== 'function' || !calls(text, `${schema}.${name.slice(0, name.indexOf('('))}`)) return false
    return !/^ (?:IMMUTABLE|STABLE)\b/m.test(definition.split('\nAS ')[0] ?? '')
  })
}

const calls = (text: string, path: string) =>
  new RegExp(`(?<![\\w$.])${path.replace(/[^\w\s]/g, '\\$&')}\\(`).test(text.replaceAll('"', ''))

/** Whether it is of a domain with constraints, which are checked for each row, also where there is no value. */
function isOfChecked(action: string, { others }: Catalog): boolean {
  const type = new RegExp(`^ADD COLUMN ${name} (${word}\\.${word})(?: |$)`).exec(action)?.[1]
  const [schema, own] = type === undefined ? [] : (splitDotted(type) ?? [])
  return others.some(
    (one) =>
      one.kind === 'domain' &&
      one.schema === schema &&
      one.name === own &&
      / (?:NOT NULL|CONSTRAINT) ?/.test(one.definition),
  )
}

/** What a change of type does; both as format_type writes them. */
function effectOfType(from: string, to: string, zone: string | undefined): Effect {
  const change = typeChange(from, to)
  const cost = { writes, reads, none: null }[costOf(change)]
  const loses = `values are taken as times of ${zone}, the time zone of the database; if they are of another, write that`
  return { what: `Was ${shortTypes(from)}: ${valuesText(zone === undefined ? change : { ...change, loses })}.`, cost }
}

/** By key; a migration of a thousand tables asks for each of them. */
const tablesOf = new WeakMap<Catalog['tables'], ReadonlyMap<string, Table>>()

function tableCalled(path: string, catalog: Catalog): Table | undefined {
  const known = tablesOf.get(catalog.tables) ?? tablesByKey(catalog)
  tablesOf.set(catalog.tables, known)
  const [schema, name] = splitDotted(path) ?? []
  return schema === undefined || name === undefined ? undefined : known.get(keyOf({ schema, name }))
}

function exists(table: string, before: Catalog): boolean {
  return tableCalled(table, before) !== undefined
}

function columnOf(table: string, column: string, before: Catalog): Column | undefined {
  return tableCalled(table, before)?.columns.find((item) => item.name === unquoteIdentifier(column))
}

function domainExists(path: string, { others }: Catalog): boolean {
  const [schema, own] = splitDotted(path) ?? []
  return others.some((one) => one.kind === 'domain' && one.schema === schema && one.name === own)
}
