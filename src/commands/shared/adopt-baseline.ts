import type { ToolObjects } from '../../core/adopt/own-objects.ts'
import type { AdoptPlan } from '../../core/adopt/plan.ts'
import { noDown } from '../../core/adopt/target-text.ts'
import { NselfError } from '../../core/errors.ts'
import { fileHead } from '../../core/migration/file-head.ts'
import { canonicalVersion } from '../../core/migration/version.ts'
import { baselineLines } from '../../postgres/adopt/baseline.ts'
import { type Server, spokenPlace } from '../../postgres/driver/server.ts'
import type { Context } from './context.ts'
import { withScratchFor } from './scratch-server.ts'

/**
 * A plan of one migration that makes the schema that is there, recorded as applied.
 * @param number its version, as it is written.
 * @param now 14 digits.
 * @throws NselfError `refused` where the schema cannot be written as SQL.
 */
export async function baselinePlan(
  context: Context,
  server: Server,
  objects: ToolObjects,
  number: string,
  now: string,
): Promise<AdoptPlan> {
  context.progress('writing the schema of the database as SQL')
  const lines = await withScratchFor(context, { live: server }, ({ scratch, readyStatement }) =>
    baselineLines(scratch, server, objects, readyStatement).catch((error) => {
      throw asRefused(error, server)
    }),
  )
  const name = `${number}_baseline`
  const head = [
    ...fileHead(name, now),
    `The schema of ${spokenPlace(server)} when it was adopted; recorded there as applied.`,
  ]
  const text = [...head.map((line) => `-- ${line}`), '', '-- UP', '', ...lines].join('\n')
  const row = { key: name, appliedAt: null, durationMs: 0, appliedBy: null, fault: null }
  const notes = [noDown, 'owners and rights are not written']
  const file = { key: name, name, version: canonicalVersion(number), sources: [], text, isThere: false, row, notes }
  return { tool: 'baseline', files: [{ ...file, position: 0 }], repeatables: [], problems: [] }
}

function asRefused(error: unknown, server: Server): unknown {
  if (error instanceof NselfError || !(error instanceof Error)) return error
  return new NselfError('refused', `the schema of ${spokenPlace(server)} cannot be written as SQL: ${error.message}`, {
    hint: 'write it with pg_dump --schema-only into nself/migrations/001_baseline.sql, below a line -- UP; then: nself db migrate repair --baseline 001; nothing was written',
    cause: error,
  })
}
