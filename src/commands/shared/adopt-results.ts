import type { Problem } from '../../core/adopt/tools/tool.ts'
import type { Difference } from '../../core/schema/differences.ts'

/** Whether the files make the schema that the database has. */
export type AdoptProof =
  | { readonly state: 'proven'; readonly replayed: number; readonly pending: number }
  | { readonly state: 'different'; readonly differences: readonly Difference[] }
  | { readonly state: 'failed'; readonly why: string }
  | { readonly state: 'unchecked'; readonly why: string }

export interface AdoptedFile {
  readonly name: string
  /** From the root of the project on. */
  readonly path: string
  readonly sources: readonly string[]
  readonly applied: boolean
  /** The other tool has applied it, or by its files it must have. */
  readonly isTold: boolean
  /** As the other tool notes it. */
  readonly appliedAt: string | null
  /** An earlier run has written it. */
  readonly isThere: boolean
  readonly notes: readonly string[]
}

/** The DOWNs that were asked for. */
export interface AdoptedDowns {
  /** With what each of them does not bring back. */
  readonly written: readonly { readonly name: string; readonly lost: readonly string[] }[]
  readonly left: readonly { readonly name: string; readonly why: string }[]
}

export interface AdoptResult {
  readonly kind: 'adopt'
  /** Null where no tool was here: then a baseline is written. */
  readonly tool: string | null
  readonly folder: string | null
  readonly table: string | null
  readonly database: string
  readonly files: readonly AdoptedFile[]
  readonly problems: readonly Problem[]
  /** Null where there is nothing to compare. */
  readonly proof: AdoptProof | null
  /** Null where none was to be written. */
  readonly downs: AdoptedDowns | null
  readonly others: readonly string[]
  readonly dryRun: boolean
  /** Paths of the files that were written. */
  readonly written: readonly string[]
  /** Names of the migrations that were recorded as applied. */
  readonly recorded: readonly string[]
  /** What to type to do the same again: `nself db adopt dbmate`. */
  readonly command: string
  readonly exitStatus: number
}
