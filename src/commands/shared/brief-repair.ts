import type { Briefing } from '../../core/briefing.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { afterBackup, briefingOn, listedStep } from './brief.ts'
import type { Context } from './context.ts'

/** What a person is shown before repairs. */
export function repairBriefing(
  context: Context,
  server: Server,
  repairs: readonly { readonly what: string }[],
  backsUp: boolean,
): Briefing {
  return briefingOn(context, server, {
    title: `What nself has recorded about this database will change${backsUp ? afterBackup(null) : ''}:`,
    steps: [listedStep(repairs.map(({ what }) => what))],
    notes: [],
  })
}
