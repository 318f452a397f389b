import type { Batch } from './batch.ts'
import type { Headers } from './headers.ts'
import type { Direction } from './marker.ts'
import { OwnTransactions } from './own-transactions.ts'
import type { Section } from './section.ts'

/** A section as far as it was read. */
export interface OpenSection extends Headers {
  readonly direction: Direction
  /** Where its marker stands, and where its text begins and ends. */
  readonly opened: number
  readonly start: number
  end: number
  /** The line of its marker. */
  readonly line: () => number
  /** How many statements it has, but for those that begin and end transactions. */
  count: number
  readonly own: OwnTransactions
  /** Its BEGIN and COMMIT are around all of it, and none of its statements. Told at the end, as all that follows. */
  wrapped: boolean
  begin: Section['begin']
  blocks: number
  /** Its statement runs again and again, each time on a part of a table; where that is said. */
  batch: Batch | null
  batchAt: number
}

/** Of a section that runs once. */
export const noBatch = { batch: null, batchAt: 0 }

/**
 * A section of which nothing was read. Property by property: of an object with so many, a spread takes longer than to lex a
 * small file.
 * @param headers those that stand before it and hold for it too.
 */
export function newSection(
  { transaction, lockTimeout, statementTimeout, role, nothingToDo, reruns, variables }: Headers,
  { batch, batchAt }: Pick<OpenSection, 'batch' | 'batchAt'>,
  { direction, opened, start, line }: Pick<OpenSection, 'direction' | 'opened' | 'start' | 'line'>,
): OpenSection {
  return {
    transaction,
    lockTimeout,
    statementTimeout,
    role,
    nothingToDo,
    reruns,
    variables,
    batch,
    batchAt,
    direction,
    opened,
    start,
    end: start,
    line,
    count: 0,
    own: new OwnTransactions(),
    wrapped: false,
    begin: null,
    blocks: 0,
  }
}
