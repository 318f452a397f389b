import { typeChange, typeChangeText } from '../effects/type-change.ts'
import { shortTypes } from '../sql/plain-names.ts'
import { keyOf, splitDotted } from '../sql/qualified-name.ts'
import { unquoteIdentifier } from '../sql/quoting.ts'
import { type Catalog, type Column, type Table, tablesByKey } from './catalog.ts'

const name = '(?:"(?:[^"]|"")*")'
const alterTable = new RegExp(`^ALTER TABLE (?:ONLY )?(${name}\\.${name}) (.*)$`, 's')

const newIndex = new RegExp(`^CREATE (?:UNIQUE )?INDEX (?:${name}|\\S+) ON (${name}\\.${name}|\\S+) `)

/**
 * What a generated statement does to rows that are there and to those who use the table meanwhile, one line each;
 * nothing for what is quick and loses nothing.
 * @param before the catalog that the statement finds.
 */
export function effectsOf(sql: string, before: Catalog): string[] {
  if (/^(?:CREATE|ALTER) USER MAPPING /.test(sql))
    return ['Without a password, which is not copied: add the one that it needs.']
  const dropped = new RegExp(`^DROP TABLE (${name}\\.${name})`).exec(sql)
  if (dropped !== null) return ['All rows of this table are lost.']
  const indexed = newIndex.exec(sql)?.[1]
  if (indexed !== undefined) {
    const unique = sql.startsWith('CREATE UNIQUE') ? 'Fails when two rows have the same values. ' : ''
    return exists(indexed, before)
      ? [
          `${unique}Writes to the table wait while it is built; on a large one, build it CONCURRENTLY in a migration of its own.`,
        ]
      : []
  }
  const [, table, action] = alterTable.exec(sql) ?? []
  if (table === undefined || action === undefined || !exists(table, before)) return []
  return effectsOfAlter(table, action, before)
}

/** Of these effects the ones by which it can fail, which is what a reader of DOWN must know: that it loses what UP made is plain. */
export function obstaclesOf(sql: string, before: Catalog): string[] {
  return effectsOf(sql, before).filter((line) => /\bfails\b/i.test(line))
}

function effectsOfAlter(table: string, action: string, before: Catalog): string[] {
  const column = new RegExp(`^(?:ALTER|DROP|ADD) COLUMN (?:IF EXISTS )?(${name})`).exec(action)?.[1]
  const old = column === undefined ? undefined : columnOf(table, column, before)
  if (/^DROP COLUMN /.test(action)) return ['All values of this column are lost.']
  if (/^ALTER COLUMN .* SET NOT NULL$/s.test(action)) {
    return ['Fails when a row has no value here: fill it first. Reads the whole table while nobody can use it.']
  }
  const type = /^ALTER COLUMN .* TYPE (.*?)(?: USING .*| COLLATE .*)?$/s.exec(action)?.[1]
  if (type !== undefined && old !== undefined) return [effectOfType(old.type, type)]
  if (/^ADD COLUMN /.test(action)) return effectsOfNewColumn(action)
  if (/^ADD CONSTRAINT .* FOREIGN KEY /s.test(action)) {
    return ['Fails when a row refers to nothing. Reads the whole table; writes to both tables wait meanwhile.']
  }
  if (/^ADD CONSTRAINT .* (?:PRIMARY KEY|UNIQUE) /s.test(action)) {
    return ['Fails when two rows have the same values. Nobody can use the table while the index is built.']
  }
  if (/^ADD CONSTRAINT .* CHECK /s.test(action)) {
    return ['Fails when a row breaks it. Reads the whole table while nobody can use it.']
  }
  return []
}

function effectsOfNewColumn(action: string): string[] {
  const filled = / (?:DEFAULT|GENERATED) /.test(action)
  if (/ NOT NULL/.test(action) && !filled)
    return ['Fails when the table has rows, which would have no value here: give it a default.']
  const computed = / GENERATED ALWAYS AS \(|DEFAULT .*(?:random|uuid|clock_timestamp|nextval)\w*\(|AS IDENTITY/i.test(
    action,
  )
  return computed ? ['Writes the whole table anew while nobody can use it.'] : []
}

/** What a change of type does; both as format_type writes them. */
export function effectOfType(from: string, to: string): string {
  return `Was ${shortTypes(from)}: ${typeChangeText(typeChange(from, to))}.`
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
