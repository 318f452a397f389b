import { keyOf } from '../sql/qualified-name.ts'
import { type Catalog, type Column, type Constraint, counts, type Enum, type Table, tablesByKey } from './catalog.ts'
import type { Design, DesignTable } from './design.ts'
import { mergedKeys } from './matching-keys.ts'
import { drawnTables, sayableReferences } from './relations.ts'
import { sameList } from './same-list.ts'

/**
 * How PostgreSQL writes a text of the current database once it has read it again, where that is not the same:
 * `(ARRAY['a'::varchar])::text[]`. By table and text.
 */
export type Rewritten = ReadonlyMap<string, string>

/** The key of a rewritten expression: the table, and the expression as the design has it. */
export const rewrittenKey = (table: string, text: string): string => JSON.stringify([table, text])

/** What the database shall consist of, as far as DBML can say it. */
export interface TargetSchema {
  readonly enums: readonly Enum[]
  readonly tables: readonly Table[]
}

/**
 * The current tables as the design wants them: what is the same stays to the letter, what DBML cannot say stays as it is.
 * @param made the design's own tables, as PostgreSQL made them.
 * @param unchanged the keys of those that are known to be as the design wants them, and were not made.
 */
export function targetSchemaOf(
  current: Catalog,
  made: Catalog,
  design: Design,
  rewritten: Rewritten,
  unchanged: ReadonlySet<string> = new Set(),
): TargetSchema {
  const [have, new_] = [tablesByKey(current), tablesByKey(made)]
  const sayable = sayableReferences(drawnTables(current))
  const designed = design.tables.flatMap((table) => {
    const key = keyOf(table)
    const known = have.get(key)
    if (known !== undefined && unchanged.has(key)) return [known]
    const fresh = new_.get(key)
    if (fresh === undefined) return []
    return [known === undefined ? fresh : mergedTable(known, fresh, table, { rewritten, sayable })]
  })
  const kept = new Set(designed.map(keyOf))
  // A partition goes with its parent; what is foreign or has no columns is none of DBML's.
  const parts = current.tables.filter(
    ({ kind, inherits, columns }) =>
      kind === 'foreign' ||
      columns.length === 0 ||
      (kind === 'partition' && inherits.some((parent) => isKept(keyOf(parent), kept, have))),
  )
  const enums = design.enums.map((item) => {
    const known = current.enums.find((other) => keyOf(other) === keyOf(item))
    if (known !== undefined && sameList(known.labels, item.labels)) return known
    return { schema: item.schema, name: item.name, labels: item.labels, comment: known?.comment ?? null }
  })
  return { enums, tables: [...designed, ...parts] }
}

function isKept(key: string, kept: ReadonlySet<string>, have: ReadonlyMap<string, Table>): boolean {
  return kept.has(key) || (have.get(key)?.inherits ?? []).some((parent) => isKept(keyOf(parent), kept, have))
}

export interface Merging {
  readonly rewritten: Rewritten
  /** The foreign keys that DBML can say. */
  readonly sayable: ReadonlySet<Constraint>
}

/** A table as the design wants it, with all that DBML cannot say left as it is. */
export function mergedTable(known: Table, made: Table, design: DesignTable, { rewritten, sayable }: Merging): Table {
  const read = (text: string) => rewritten.get(rewrittenKey(keyOf(known), text)) ?? text
  const columns = made.columns.map((column) => {
    const same = known.columns.find((item) => item.name === column.name)
    const wish = design.columns.find((item) => item.name === column.name)
    if (same === undefined) return column
    const merged = mergedColumn(same, column, wish?.increment === true, read)
    // A column that counts has values by itself: that it could do without is nothing that DBML says.
    const isKey = design.keys.some((key) => key.kind === 'primary key' && key.columns.includes(column.name))
    const mayBeNull = wish?.increment === true && counts(same) && wish.notNull !== true && !isKey
    return mayBeNull ? { ...merged, notNull: same.notNull } : merged
  })
  return { ...known, comment: made.comment, columns, ...mergedKeys(known, made, design, { read, sayable }) }
}

function mergedColumn(known: Column, made: Column, increments: boolean, read: (text: string) => string): Column {
  const generated = !increments && made.default === null ? known.generated : null
  const keepsSequence = increments && counts(known)
  const own = keepsSequence
    ? { serial: known.serial, identity: known.identity, default: known.default }
    : {
        serial: null,
        identity: made.identity,
        default: known.default !== null && read(known.default) === made.default ? known.default : made.default,
      }
  const sameType = known.type === made.type
  // A text stays one: how it is compared and stored is nothing that DBML says.
  const alike = sameType || (isText(known) && isText(made))
  return {
    ...(alike ? known : made),
    type: made.type,
    statistics: known.statistics,
    notNull: made.notNull,
    generated: generated && !sameType ? made.generated : generated,
    comment: made.comment,
    ...own,
  }
}

const isText = ({ type }: Column) => /^(?:text|character varying(?:\(\d+\))?)$/.test(type)
