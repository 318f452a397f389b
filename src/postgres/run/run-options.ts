import type { BatchesDone } from '../../core/migration/batch.ts'
import type { Direction } from '../../core/migration/marker.ts'
import type { VariableValues } from '../../core/migration/variables.ts'
import type { Step } from '../../core/plan/plan.ts'
import type { Connection } from '../driver/connect.ts'
import type { Origin } from '../tracking/records.ts'

export interface RunOptions extends Origin {
  readonly singleTransaction: boolean
  /** What is filled into sections that are not filled in yet. */
  readonly variables: VariableValues
  readonly tell: (sentence: string) => void
  readonly onStep: (step: Step, outcome: 'done' | 'failed') => void
  /** What runs now, and how many are done. */
  readonly onProgress: (step: Step, done: number, total: number) => void
  /** A batch is done, of one of a size where it has one. */
  readonly onBatch?: (step: Step, done: BatchesDone, size: number | null) => void
  /** How far replicas may be behind while batches run. */
  readonly maxLagMs?: number | undefined
  readonly signal: AbortSignal
  /** The command line that approves what a step was rolled back for. */
  readonly approveLine?: string
  /** The command lines that continue once the cause of a failure is fixed, for a step of either direction. */
  readonly again?: Readonly<Record<Direction, string>>
  /** The database is made to be looked at and dropped: what its schema has become need not be remembered. */
  readonly isScratch?: boolean
  /** Runs under the lock before the first step. */
  readonly before?: (connection: Connection) => Promise<void>
}
