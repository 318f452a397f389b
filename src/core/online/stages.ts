import type { Phase } from '../migration/migration.ts'
import type { Change } from '../schema/generated-statement.ts'
import type { Filled } from './filled.ts'

interface StageTraits {
  readonly phase: Phase
  /** Each of its statements commits by itself, so that none keeps its lock while another waits or reads a table. */
  readonly alone: boolean
  /** What stands at the head of its file. */
  readonly says: string
}

/** The files of a series in their order, by what they are called behind its name. */
export const stages = {
  rename: { phase: 'expand', alone: false, says: 'names.' },
  relax: { phase: 'expand', alone: true, says: 'what holds no longer; quick.' },
  add: { phase: 'expand', alone: false, says: 'what is new.' },
  mirror: {
    phase: 'expand',
    alone: true,
    says: 'second columns, which triggers keep the same as the first ones from here on.',
  },
  fill: { phase: 'expand', alone: false, says: 'the rows that are there are filled in, in batches.' },
  check: { phase: 'expand', alone: true, says: 'rules for new rows; those that are there are not read yet.' },
  validate: { phase: 'expand', alone: true, says: 'the rows that are there are read while others read and write.' },
  index: { phase: 'expand', alone: true, says: 'indexes, built while others read and write.' },
  reference: { phase: 'expand', alone: true, says: 'references of new rows; those that are there are not read yet.' },
  validate_references: {
    phase: 'expand',
    alone: true,
    says: 'the references that are there are read while others read and write.',
  },
  old_names: { phase: 'contract', alone: false, says: 'the views that have the old names of tables go.' },
  require: {
    phase: 'contract',
    alone: true,
    says: 'what the new release fills in is required of new rows; when no older one writes any more.',
  },
  validate_required: {
    phase: 'contract',
    alone: true,
    says: 'the rows that are there are read while others read and write; fill them first.',
  },
  rename_back: {
    phase: 'contract',
    alone: false,
    says: 'nothing on the way there; on the way back the columns of the new names are filled in, in batches.',
  },
  rename_last: {
    phase: 'contract',
    alone: false,
    says: 'the first columns take the names of the second ones, which go.',
  },
  switch: {
    phase: 'contract',
    alone: false,
    says: 'the new columns take the names of the old ones, which are kept the same from here on.',
  },
  fill_back: {
    phase: 'contract',
    alone: false,
    says: 'nothing on the way there; on the way back the old columns are filled in, in batches.',
  },
  former: { phase: 'contract', alone: true, says: 'the old columns go.' },
  drop_indexes: { phase: 'contract', alone: true, says: 'indexes that no release needs any more.' },
  release: { phase: 'contract', alone: true, says: 'the constraints of what goes.' },
  drop: { phase: 'contract', alone: false, says: 'what no release uses any more.' },
} as const satisfies Readonly<Record<string, StageTraits>>

export type Stage = keyof typeof stages

/** What one change of the plan does in one file of the series. */
export interface Piece {
  readonly stage: Stage
  readonly up: readonly Change[]
  readonly down: readonly Change[]
  /** What stands before all of DOWN: a reference that an UP that stopped has left, which keeps its key from being built again. */
  readonly downFirst?: readonly Change[]
  /** In a file of its own, of this name and with these headers. */
  readonly file?: {
    readonly suffix: string
    readonly up: readonly string[]
    readonly down: readonly string[]
    /** What its UP fills in batches. */
    readonly filled?: Filled
  }
}

const order = Object.keys(stages)

/** Pieces in the order of their files. */
export function inStageOrder(pieces: readonly Piece[]): Piece[] {
  return pieces.toSorted((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage))
}

/** What is done in place of a change that would block others for long. */
export interface Recipe {
  readonly pieces: readonly Piece[]
  /** What is left of it in its own place, and of what takes it back. */
  readonly up?: readonly Change[]
  readonly down?: readonly Change[]
}
