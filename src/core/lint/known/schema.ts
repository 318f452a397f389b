import { dotted } from '../../sql/qualified-name.ts'
import type { RelationName } from '../../sql/tree.ts'
import type { LintTable, MadeIn } from './table.ts'

/** Something else than a table: a view, a type, a function. */
interface KnownObject {
  readonly origin: MadeIn
  /** Of a function, what is said of it; of a domain, whether it has constraints. */
  readonly trait: string | null
}

/**
 * What the migrations before a statement have made, by their parse trees. What they do in ways that a tree does not
 * show is not known here: a rule must not take what is missing for what is not there.
 */
export class KnownSchema {
  private readonly tables: Map<string, LintTable>
  private readonly objects: Map<string, KnownObject>
  /** Where a name without a schema goes. */
  private path = 'public'

  constructor(tables: Iterable<[string, LintTable]> = [], objects: Iterable<[string, KnownObject]> = []) {
    this.tables = new Map(tables)
    this.objects = new Map(objects)
  }

  /** What is learnt by one of them the other does not know. */
  fork(): KnownSchema {
    return new KnownSchema(this.tables, this.objects)
  }

  setPath(schema: string): void {
    this.path = schema
  }

  /** The settings of one file are not those of the next. */
  endSection(): void {
    this.path = 'public'
    for (const [key, { isTemporary }] of this.tables) if (isTemporary) this.tables.delete(key)
  }

  find({ schema, name }: RelationName): LintTable | null {
    const found = this.tables.get(dotted(schema ?? this.path, name))
    if (found !== undefined || schema !== null) return found ?? null
    // The search path may lead elsewhere: the only one of that name is meant.
    const [first, second] = [...this.tables.values()].filter((table) => table.name === name)
    return second === undefined ? (first ?? null) : null
  }

  all(): Iterable<LintTable> {
    return this.tables.values()
  }

  /** The table of an index. */
  tableOfIndex({ name }: RelationName): LintTable | null {
    for (const table of this.tables.values()) {
      if (table.indexes.some((index) => index.name === name)) return table
    }
    return null
  }

  /** Whether there was an index of that name, which is gone. */
  isFormerIndex({ name }: RelationName): boolean {
    return [...this.tables.values()].some(({ formerIndexes }) => formerIndexes.includes(name))
  }

  /** What a table is known by: of one that is not known, with the schema where it would be made. */
  keyOf(name: RelationName): string {
    const table = this.find(name)
    return dotted(table?.schema ?? name.schema ?? this.path, name.name)
  }

  /** The tables that have the rows of a partitioned one. */
  leavesOf(key: string): LintTable[] {
    const parts = [...this.tables.values()].filter(({ partOf }) => partOf === key)
    return parts.flatMap((part) => (part.isPartitioned ? this.leavesOf(this.keyOf(part)) : [part]))
  }

  /** The schema where a name leads that has none. */
  schemaOf({ schema }: RelationName): string {
    return schema ?? this.path
  }

  put(table: LintTable): void {
    this.tables.set(dotted(table.schema, table.name), table)
  }

  remove({ schema, name }: { readonly schema: string; readonly name: string }): void {
    this.tables.delete(dotted(schema, name))
  }

  removeSchema(schema: string): void {
    for (const table of this.tables.values()) if (table.schema === schema) this.remove(table)
  }

  /** @param kind in the words of the parse tree: `OBJECT_VIEW`. */
  object(kind: string, { schema, name }: RelationName): KnownObject | null {
    const found = this.objects.get(`${kind} ${dotted(schema ?? this.path, name)}`)
    return found ?? this.objects.get(`${kind} ${dotted(name)}`) ?? null
  }

  putObject(kind: string, { schema, name }: RelationName, object: KnownObject): void {
    for (const key of [dotted(schema ?? this.path, name), dotted(name)]) this.objects.set(`${kind} ${key}`, object)
  }
}
