import { PackedStatements } from '../sql/statement-list.ts'
import type { LargeText } from './large-text.ts'

/** UP as far as it was read, in bytes. */
export interface UpDraft {
  statements: PackedStatements
  /** crc32 of its bytes; null where none is kept. */
  sum: number | null
  start: number
  end: number
  /** Where the data begin that belong to the last statement. */
  dataStart: number | null
  /** Something that is for no server stands behind the last statement. */
  isApart: boolean
}

/** One of which nothing was read, that begins at the byte `start` of the file. */
export function newUp(start: number, { isAtRest }: LargeText): UpDraft {
  return {
    statements: new PackedStatements(),
    sum: isAtRest ? null : 0,
    start,
    end: start,
    dataStart: null,
    isApart: false,
  }
}
