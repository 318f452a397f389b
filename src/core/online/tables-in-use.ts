import { type Catalog, type Column, type Table, tablesByKey } from '../schema/catalog.ts'
import { keyOf } from '../sql/qualified-name.ts'

/** What is known of the tables that a series changes. */
export class TablesInUse {
  /** The catalog before the series, renames done. */
  readonly before: Catalog
  private readonly known: ReadonlyMap<string, Table>
  private readonly stays: ReadonlySet<string>

  constructor(before: Catalog, wanted: readonly Table[]) {
    this.before = before
    this.known = tablesByKey(before)
    this.stays = new Set(wanted.map(keyOf))
  }

  /** A table that is there before and after: somebody may use it meanwhile. */
  isUsed(key: string): boolean {
    return this.known.has(key) && this.stays.has(key)
  }

  /** PostgreSQL builds no index of a partitioned table CONCURRENTLY, and adds no reference of one NOT VALID. */
  isPlain(key: string): boolean {
    const kind = this.known.get(key)?.kind
    return this.isUsed(key) && (kind === 'table' || kind === 'partition')
  }

  isDropped(key: string): boolean {
    return this.known.has(key) && !this.stays.has(key)
  }

  table(key: string): Table | undefined {
    return this.known.get(key)
  }

  column(key: string, name: string): Column | undefined {
    return this.known.get(key)?.columns.find((column) => column.name === name)
  }

  isInPrimaryKey(key: string, name: string): boolean {
    const keys = this.known.get(key)?.constraints.filter(({ kind }) => kind === 'primary key') ?? []
    return keys.some(({ columns }) => columns.includes(name))
  }
}
