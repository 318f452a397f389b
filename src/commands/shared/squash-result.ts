import type { Migration } from '../../core/migration/migration.ts'
import { squashedFolder } from '../../core/migration/squash.ts'

export interface SquashResult {
  readonly kind: 'squash'
  /** Of the file, relative to where the person stands. */
  readonly path: string
  /** The names of the migrations that it stands for, in their order. */
  readonly replaces: readonly string[]
  /** Where their files are kept, from the project root on. */
  readonly folder: string
  /** Tables whose rows are in it, and how many. */
  readonly rows: readonly { readonly name: string; readonly rows: number }[]
  /** How many sequences are set. */
  readonly sequences: number
  /** Statements that reach beyond the database: they stand in it as they were, and no proof covers them. */
  readonly carried: readonly { readonly migration: string; readonly what: string }[]
  /** What is no part of a schema and is made differently, where that was accepted. */
  readonly left: readonly string[]
  readonly down: SquashDown
  /** The whole text of the file. */
  readonly sql: string
  /** False with `--dry-run` and with `--remove`. */
  readonly written: boolean
  /** With `--remove`: the folder is gone. */
  readonly removed: boolean
}

/** Whether it can be reverted, what its DOWN does not bring back, and why it has none. */
export interface SquashDown {
  readonly proven: boolean
  readonly lost: readonly string[]
  readonly why: string | null
}

/** What is known of a squash from its file alone, which an earlier run wrote. */
export function squashOf(file: Migration, what: Pick<SquashResult, 'written' | 'removed'>): SquashResult {
  return {
    kind: 'squash',
    path: file.path,
    replaces: file.replaces.map(({ name }) => name),
    folder: squashedFolder(file),
    rows: [],
    sequences: 0,
    carried: [],
    left: [],
    down: { proven: file.down !== null, lost: [], why: null },
    sql: '',
    ...what,
  }
}
