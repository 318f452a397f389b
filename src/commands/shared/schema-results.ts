import type { Reference, Table } from '../../core/schema/catalog.ts'
import type { SchemaChanges } from '../../core/schema/changes.ts'
import type { Difference } from '../../core/schema/differences.ts'
import type { ScaffoldName } from '../../core/schema/scaffold.ts'
import type { RunResult } from './migrate-results.ts'
import type { SeedResult } from './seed-results.ts'

export interface ImportResult extends SchemaChanges {
  readonly kind: 'import'
  /** The file that was read. */
  readonly design: string
  /** Paths of the migrations that were written; none when there was nothing to change. */
  readonly files: readonly string[]
  /** Those of them that wait until the new release is out. */
  readonly waiting: readonly string[]
  readonly renames: readonly string[]
  /** A person has read the changes above a question. */
  readonly wereRead?: true
  /** Path of the seed that was written from the records of the design; null when there is nothing new. */
  readonly seed: string | null
}

/** An import, and then what it takes to have it in the database. */
export interface ApplyResult {
  readonly kind: 'apply'
  readonly import: ImportResult
  readonly migrations: RunResult
  /** Null where there are no seeds. */
  readonly seeds: SeedResult | null
}

export interface DiffResult {
  readonly kind: 'diff'
  /** What the sides are called. */
  readonly left: string
  readonly right: string
  /** Where each side is, `HOST:PORT/DATABASE`; null for what is no database. */
  readonly leftPlace: string | null
  readonly rightPlace: string | null
  readonly differences: readonly Difference[]
  /** What makes the right side what the left one is; null when it was not asked for. */
  readonly sql: string | null
  /** Whether a copy of the right side became the left one by it; null without `sql`. */
  readonly proven: boolean | null
  readonly different: boolean
  /** `--exit-code`: the exit status is 6 where they are different. */
  readonly checked: boolean
}

export type DiagramFormat = 'dbml' | 'mermaid' | 'markdown' | 'svg' | 'html'

export interface DiagramResult {
  readonly kind: 'diagram'
  readonly database: string
  readonly format: DiagramFormat
  readonly tables: number
  readonly foreignKeys: number
  /** Where it was written, or what was compared; then `text` is null. */
  readonly path: string | null
  /** How the file stands to the database; null where it was written. */
  readonly freshness: 'fresh' | 'stale' | 'missing' | null
  readonly text: string | null
}

export interface ShowTablesResult {
  readonly kind: 'tables'
  readonly database: string
  readonly tables: readonly {
    readonly name: string
    readonly type: Table['kind']
    readonly columns: number
    /** An estimate; null where PostgreSQL does not know. */
    readonly rows: number | null
    readonly partitions: number
    readonly comment: string | null
  }[]
}

export interface TablePart {
  readonly name: string
  readonly definition: string
  readonly comment: string | null
}

export interface ShowTableResult {
  readonly kind: 'table'
  readonly database: string
  readonly table: Table
  readonly rows: number | null
  readonly referredToBy: readonly {
    readonly table: string
    readonly name: string
    readonly columns: readonly string[]
    readonly references: Reference
  }[]
  readonly partitions: readonly { readonly name: string; readonly bound: string | null }[]
  readonly triggers: readonly TablePart[]
  readonly policies: readonly TablePart[]
  readonly rules: readonly TablePart[]
}

export interface ScaffoldResult {
  readonly kind: 'scaffold'
  readonly template: ScaffoldName
  readonly path: string
}
