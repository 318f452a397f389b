import type { BatchesDone } from './batch.ts'
import type { HeldSection, Section } from './section.ts'

export interface Migration {
  /** Canonical: no leading zeros. */
  readonly version: string
  /** The file's name without `.sql`: `001_create_users`. */
  readonly name: string
  readonly path: string
  /** sha256 of UP, line ends normalised. */
  readonly checksum: string
  /** Canonical versions. */
  readonly dependsOn: readonly Dependency[]
  /** The rules that it says it breaks on purpose. */
  readonly allows: readonly string[]
  /** What its file says of the release: `contract` waits until the new one is out. Null where it says nothing. */
  readonly phase: Phase | null
  /** What it stands for: a database that has all of these has it. */
  readonly replaces: readonly Replaced[]
  /** The repeatables that its UP says it takes away. */
  readonly reruns: readonly string[]
  readonly up: Section
  /** Null when it cannot be reverted: no DOWN, or one without a statement that does not say it has nothing to do. */
  readonly down: HeldSection | null
}

/** Before the new release is out, or after the one before is gone. */
export type Phase = 'expand' | 'contract'

export interface Dependency {
  readonly version: string
  /** As written, for messages. */
  readonly text: string
}

/** A migration in whose place another file stands, as that one names it. */
export interface Replaced {
  /** Canonical. */
  readonly version: string
  readonly name: string
  /** The beginning of the checksum of its UP as the server sees it; null where the file does not tell. */
  readonly checksum: string | null
  /** What it stands for itself: a database that has all of these has it. */
  readonly parts: readonly Replaced[]
}

/** A migration as its row tells it from another one of the same number. */
export interface MigrationName {
  readonly version: string
  readonly name: string
}

/** A row of nself.migrations. */
export interface Applied {
  readonly version: string
  readonly name: string
  readonly checksum: string
  /** The same of what the server saw; null where a large file or an older program left none. */
  readonly seenChecksum: string | null
  readonly state: 'applied' | 'failed' | 'reverting'
  /** Order of application, from 1. */
  readonly position: number
  /** ISO 8601, in the zone of the session. */
  readonly appliedAt: string
  readonly durationMs: number
  readonly appliedBy: string
  readonly revertible: boolean
  /** The stored DOWN, where it is short. */
  readonly shortDown: string | null
  /** Statements of a migration outside a transaction that are done. */
  readonly statementsDone: number
  /** The statement that was begun last, counted from 1; greater than `statementsDone` when its outcome is unknown. */
  readonly statementBegun: number
  /** sha256 of the statements done. */
  readonly doneChecksum: string | null
  /** The branch of git from which it was applied, or the commit; null where there was none, or an older program applied it. */
  readonly branch: string | null
  /** What was filled in as it was applied, `***` for secrets; null where nothing was, or nobody knows. */
  readonly variables: Readonly<Record<string, string>> | null
  /** How far its batches have come, of what runs in batches and has begun; null of anything else. */
  readonly batches: BatchesDone | null
  /** The rows of the migrations that it stands for, as they were; null where it stands for itself, or ran. */
  readonly replaced: readonly Applied[] | null
}
