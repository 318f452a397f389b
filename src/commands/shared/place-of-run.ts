import { NselfError } from '../../core/errors.ts'
import type { RunPlace } from '../../core/report.ts'
import type { Context } from './context.ts'
import type { Prepared } from './prepare-run.ts'

/** Where a run is made, and what is applied there before it. */
export function placeOfRun(
  { settings: { environment } }: Context,
  { server, state }: Pick<Prepared, 'server' | 'state'>,
): RunPlace {
  const applied = state.entries.filter((entry) => entry.applied?.state === 'applied')
  return { database: server.database, environment, appliedBefore: applied.map(({ name }) => name) }
}

/** A run whose failure says where it was made. */
export async function placed<T>(running: Promise<T>, place: RunPlace): Promise<T> {
  try {
    return await running
  } catch (error) {
    if (!(error instanceof NselfError)) throw error
    const { report } = error
    throw report?.kind === 'run' || report?.kind === 'seed' ? error.with({ report: { ...report, place } }) : error
  }
}
