import type { Numbering } from './target-names.ts'
import type { SourceMigrations, ToolRow } from './tools/tool.ts'

/** A migration of another tool and what becomes of it. */
export interface PlannedFile {
  readonly key: string
  /** `001_create_users`. */
  readonly name: string
  readonly version: string
  /** Relative to the project's root. */
  readonly sources: readonly string[]
  readonly text: string
  /** An earlier run has written it. */
  readonly isThere: boolean
  /** What the tool's table says of it; null while it is pending. */
  readonly row: ToolRow | null
  /** Its place in the order in which the tool has applied them; -1 while it is pending. */
  readonly position: number
  readonly notes: readonly string[]
}

/** A file that is in our folder. */
export interface OwnFile {
  /** Without `.sql`. */
  readonly name: string
  /** What it was adopted from, where it was. */
  readonly from: string | null
}

export interface PlanRequest {
  readonly tool: string
  /** Of the tool's files, from the project's root on. */
  readonly folder: string
  readonly source: SourceMigrations
  readonly rows: readonly ToolRow[]
  readonly own: readonly OwnFile[]
  /** Those that are in our folder of repeatables. */
  readonly ownRepeatables: readonly OwnFile[]
  readonly numbering: Numbering
  /** Those that stand for placeholders. */
  readonly variables: ReadonlySet<string>
  /** What to make of a migration of which the tool says that it failed: null while nobody has said. */
  readonly failed: 'applied' | 'pending' | null
  /** Names of those that nself has recorded as applied. */
  readonly recorded: ReadonlySet<string>
  /** What was typed, to which the flags of a choice are added. */
  readonly command: string
  /** 14 digits. */
  readonly now: string
}
