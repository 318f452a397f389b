import type { ToolObjects } from '../../core/adopt/own-objects.ts'
import type { AdoptPlan } from '../../core/adopt/plan.ts'
import type { Server } from '../../postgres/driver/server.ts'
import type { History } from '../../postgres/tracking/history.ts'

/** What is to be taken over, and how. */
export interface AdoptTask {
  readonly server: Server
  readonly history: History
  readonly plan: AdoptPlan
  /** Where the files that are in our folder go, if they are the other tool's. */
  readonly setAside: string | null
  /** No table says what is applied, and there is something. */
  readonly isUntold: boolean
  readonly source: {
    readonly tool: string | null
    readonly folder: string | null
    readonly table: string | null
    readonly others: readonly string[]
    readonly objects: ToolObjects
  }
  /** What was typed, without what makes it a preview. */
  readonly command: string
  readonly options: {
    readonly dryRun: boolean
    readonly force: boolean
    /** The DOWNs that migrations lack are written. */
    readonly writeDowns: boolean
    readonly lockWaitMs: number
  }
}
