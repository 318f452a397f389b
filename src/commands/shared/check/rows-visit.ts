import type { Migration } from '../../../core/migration/migration.ts'
import type { ProofPlace, Visit } from '../../../postgres/proof/place.ts'
import type { NamedIn } from '../../../postgres/rows/facts.ts'
import { proveOnRows, rowFunctionsSql } from '../../../postgres/rows/prove-on-rows.ts'
import type { RowsProof } from '../../../postgres/rows/try-rows.ts'

/** What was found of a migration on awkward rows. */
export interface RowsFound {
  readonly file: Migration
  /** Null where it touches no table that was there before, or nothing could be tried. */
  readonly proof: RowsProof | null
  /** Why nothing could be tried. */
  readonly problem: string | null
  /** Nothing was found. */
  readonly isClean: boolean
}

/** Runs migrations on awkward rows on the way through a history. */
export class RowsVisit implements Visit {
  readonly prepareSql = rowFunctionsSql
  readonly wanted: (file: Migration) => boolean
  readonly found: RowsFound[] = []
  private readonly namedIn: NamedIn
  private readonly signal: AbortSignal

  constructor(wanted: (file: Migration) => boolean, namedIn: NamedIn, signal: AbortSignal) {
    this.wanted = wanted
    this.namedIn = namedIn
    this.signal = signal
  }

  /** What goes wrong here is no fault of the migration: it is told, and the walk goes on. */
  async at(place: ProofPlace, file: Migration): Promise<void> {
    try {
      const proof = await proveOnRows(place, file, this.namedIn)
      this.found.push({ file, proof, problem: null, isClean: proof === null || isClean(proof) })
    } catch (error) {
      // Only what the server refuses: anything else is a fault of this program.
      if (this.signal.aborted || !(error instanceof Error) || !('severity' in error)) throw error
      this.found.push({ file, proof: null, problem: error.message, isClean: false })
    }
  }
}

function isClean({ breaking, blocked, lost, notFilled }: RowsProof): boolean {
  return breaking.length === 0 && blocked === null && lost.length === 0 && notFilled.length === 0
}
