import type { RelationName, TreeNode } from '../sql/tree.ts'
import type { Asked, AskedTable, ChangedTable, Layer, NewType, PartitionKey } from './question.ts'

/** A table as the statements of a run have left it so far. */
export class RunTable {
  /** What it is called now. */
  name: RelationName
  /** What the database calls it; null for one that the run makes. */
  readonly base: RelationName | null
  /** There may be none in the database, and that is no fault. */
  mayBeNew: boolean
  /** The run puts rows into it. */
  filledBy: string | null = null
  isGone = false
  /** It was a partition, and is a table of its own. */
  isDetached = false
  /** Of a table with partitions that the run makes. */
  partitionedBy: PartitionKey | null = null
  /** Its unique and foreign keys, where the run makes it with partitions; each with the column whose own it is. */
  keys: readonly { readonly constraint: TreeNode; readonly column: string | null }[] = []
  /** What in the run first gives it partitions. */
  partitionsFrom: string | null = null
  private readonly layers: Layer[] = []
  private readonly added = new Set<string>()
  /** Columns that are changed in a way that cannot be followed, and by what; `*` for all of them. */
  private readonly changed = new Map<string, string>()

  constructor(name: RelationName, base: RelationName | null, mayBeNew: boolean) {
    this.name = name
    this.base = base
    this.mayBeNew = mayBeNew
  }

  add(layer: Layer): void {
    this.layers.push(layer)
    if (layer.kind === 'add') this.added.add(layer.column)
    if (layer.kind !== 'rename') return
    if (this.added.delete(layer.column)) this.added.add(layer.to)
    const why = this.changed.get(layer.column)
    if (why !== undefined) this.changed.set(layer.to, why)
  }

  isNewColumn(column: string): boolean {
    return this.added.has(column)
  }

  /** @param column null for all of them. */
  mayBeChanged(column: string | null, by: string): void {
    this.changed.set(column ?? '*', by)
  }

  /** What may change the answer to a question of these columns; null columns for all of them. */
  changedBy(columns: readonly string[] | null): string | null {
    const all = this.changed.get('*')
    if (all !== undefined) return all
    if (columns === null) return [...this.changed.values()][0] ?? null
    return columns.flatMap((column) => this.changed.get(column) ?? [])[0] ?? null
  }

  /** As it is at this moment; null for one that the run makes. */
  asked(alias = this.name.name): AskedTable | null {
    const { base, mayBeNew } = this
    return base === null || this.isGone ? null : { base, alias, mayBeNew, layers: [...this.layers] }
  }
}

/** The tables and types that a run works on, from its beginning to the statement that is looked at. */
export class RunTables {
  /** What may have changed anything: a DO block, a call. */
  changedBy: string | null = null
  readonly types = new Map<string, NewType>()
  /** Names of constraints and indexes. */
  readonly dropped = new Set<string>()
  /** Checks of domains that are there without having been looked at, by domain and constraint. */
  readonly uncheckedOfDomains = new Map<string, string>()
  private readonly tables: RunTable[] = []
  /** Constraints that are there without having been checked. */
  private readonly unchecked = new Map<RunTable, Map<string, Asked>>()

  find(name: RelationName): RunTable {
    const known = this.tables.findLast((table) => !table.isGone && isSame(table.name, name))
    if (known !== undefined) return known
    const table = new RunTable(name, name, false)
    this.tables.push(table)
    return table
  }

  /** @param mayBeThere it is made only where there is none. */
  make(name: RelationName, mayBeThere: boolean): void {
    this.tables.push(new RunTable(name, mayBeThere ? name : null, mayBeThere))
  }

  drop(name: RelationName): void {
    this.find(name).isGone = true
    this.make(name, false)
  }

  /** What the run has changed so far of what the database has. */
  changed(): ChangedTable[] {
    return this.tables.flatMap((table): ChangedTable[] => {
      if (table.base === null) return []
      const now = table.isDetached ? null : table.asked()
      return [{ base: table.base, table: now, changedBy: table.changedBy(null) }]
    })
  }

  leaveUnchecked(table: RunTable, constraint: string, asked: Asked): void {
    const known = this.unchecked.get(table) ?? new Map<string, Asked>()
    this.unchecked.set(table, known.set(constraint, asked))
  }

  /** Checks that the run makes without looking at the rows that are there. */
  uncheckedChecks(table: RunTable): { readonly name: string; readonly expression: string }[] {
    return [...(this.unchecked.get(table) ?? [])].flatMap(([name, asked]) =>
      asked.kind === 'check' && !this.dropped.has(name) ? { name, expression: asked.expression } : [],
    )
  }

  uncheckedOf(table: RunTable, constraint: string): Asked | null {
    return this.unchecked.get(table)?.get(constraint) ?? null
  }
}

/** Without a schema it is whatever the search path finds. */
function isSame(a: RelationName, b: RelationName): boolean {
  return a.name === b.name && (a.schema === b.schema || a.schema === null || b.schema === null)
}
