import { type Catalog, type Column, type Table, tablesByKey } from '../schema/catalog.ts'
import { keyOf } from '../sql/qualified-name.ts'
import { type Partition, partitionsOf } from './partitions.ts'

/** What is known of the tables that a series changes. */
export class TablesInUse {
  /** The catalog before the series, renames done. */
  readonly before: Catalog
  /** What it leads to, as far as tables go. */
  readonly after: Catalog
  private readonly known: ReadonlyMap<string, Table>
  private readonly wanted: ReadonlyMap<string, Table>

  /** @param more of what it leads to, where that is known. */
  constructor(before: Catalog, wanted: readonly Table[], more: Partial<Pick<Catalog, 'details' | 'enums'>> = {}) {
    const { details = [], enums = before.enums } = more
    this.before = before
    this.after = { ...before, tables: wanted, details, enums }
    this.known = tablesByKey(before)
    this.wanted = tablesByKey({ tables: wanted })
  }

  /** A table that is there before and after: somebody may use it meanwhile. */
  isUsed(key: string): boolean {
    return this.known.has(key) && this.wanted.has(key)
  }

  /** A table with rows of its own; what has partitions is built CONCURRENTLY and added NOT VALID by them. */
  isPlain(key: string): boolean {
    return this.isUsed(key) && !this.isPartitioned(key) && this.known.get(key)?.settings.server === undefined
  }

  isPartitioned(key: string): boolean {
    return typeof this.known.get(key)?.partitionKey === 'string'
  }

  /** Takes checks that are NOT VALID, as its partitions do with it. */
  takesChecks(key: string): boolean {
    return this.isPlain(key) || (this.isUsed(key) && this.isPartitioned(key))
  }

  /** What a partitioned table consists of, before and after; null where that changes, or one is a foreign table. */
  partitions(key: string): readonly Partition[] | null {
    if (!this.isUsed(key) || !this.isPartitioned(key)) return null
    const [before, after] = [partitionsOf(key, this.before), partitionsOf(key, this.after)]
    return JSON.stringify(before) === JSON.stringify(after) ? before : null
  }

  isDropped(key: string): boolean {
    return this.known.has(key) && !this.wanted.has(key)
  }

  table(key: string): Table | undefined {
    return this.known.get(key)
  }

  wantedTable(key: string): Table | undefined {
    return this.wanted.get(key)
  }

  column(key: string, name: string): Column | undefined {
    return this.known.get(key)?.columns.find((column) => column.name === name)
  }

  isInPrimaryKey(key: string, name: string): boolean {
    const keys = this.known.get(key)?.constraints.filter(({ kind }) => kind === 'primary key') ?? []
    return keys.some(({ columns }) => columns.includes(name))
  }

  /** What its rows can be walked by: columns that always have a value, and no two rows the same. Null without any. */
  walkKey(key: string): readonly string[] | null {
    const table = this.known.get(key)
    if (table === undefined) return null
    const required = new Set(table.columns.flatMap(({ name, notNull }) => (notNull ? [name] : [])))
    const keys = [
      ...table.constraints.filter(({ kind }) => kind === 'primary key').map(({ columns }) => columns),
      ...table.constraints.filter(({ kind }) => kind === 'unique').map(({ columns }) => columns),
      ...table.indexes
        .filter(({ unique, more, valid, keys }) => unique && !more && valid && keys.every(({ isColumn }) => isColumn))
        .map((index) => index.keys.map(({ text }) => text)),
    ]
    return keys.find((columns) => columns.every((column) => required.has(column))) ?? null
  }

  /** Whether other tables have columns from it, or it from others. */
  isRelated(key: string): boolean {
    const inherits = this.known.get(key)?.inherits ?? []
    return (
      inherits.length > 0 || this.before.tables.some((other) => other.inherits.some((parent) => keyOf(parent) === key))
    )
  }
}
