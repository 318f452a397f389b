import type { AdoptPlan } from '../../core/adopt/plan.ts'
import type { Problem } from '../../core/adopt/tools/tool.ts'
import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { compareVersions } from '../../core/migration/version.ts'
import { counted } from '../../core/quantities.ts'
import { type Server, spokenPlace } from '../../postgres/driver/server.ts'
import { type Inferred, inferVersion } from '../../postgres/scratch/drift.ts'
import type { Context } from './context.ts'
import { withScratchFor } from './scratch-server.ts'

/** Where no table says what is applied: everything up to the migration after which the schema is that of the database. */
export async function inferApplied(
  context: Context,
  server: Server,
  plan: AdoptPlan,
  files: readonly Migration[],
): Promise<AdoptPlan> {
  context.progress('finding the migration whose schema this is')
  const inferred = await infer(context, server, files)
  if (inferred === null) return plan
  const last = inferred.matches.at(-1)
  const problems = [...plan.problems, problemOf(inferred, spokenPlace(server))]
  if (last === undefined) return { ...plan, problems }
  const row = { appliedAt: null, durationMs: 0, appliedBy: null, fault: null }
  const taken = plan.files.map((file, position) =>
    compareVersions(file.version, last.version) > 0 ? file : { ...file, row: { ...row, key: file.key }, position },
  )
  return { ...plan, files: taken, problems }
}

/** Null where they cannot be replayed, which the proof tells. */
async function infer(context: Context, server: Server, files: readonly Migration[]): Promise<Inferred | null> {
  try {
    return await withScratchFor(context, { live: server, strict: 'the version was not determined' }, async (work) =>
      inferVersion(work.scratch, server, await work.ready(files), work.replay),
    )
  } catch (error) {
    if (!(error instanceof NselfError) || context.signal.aborted) throw error
    if (error.code !== 'refused' && error.code !== 'migration-failed' && error.code !== 'usage') throw error
    return null
  }
}

function problemOf({ matches, closest }: Inferred, place: string): Problem {
  const [first, last] = [matches[0], matches.at(-1)]
  const subject = place
  if (first === undefined || last === undefined) {
    const near =
      closest === null
        ? ''
        : `; the closest is ${closest.name}, with ${counted(closest.differences.length, 'difference')}`
    const what = `has no record of what is applied, and its schema matches no migration${near}`
    return { subject, what, decision: 'all of them are pending', choice: null, weight: 'choice' }
  }
  const what = `has no record of what is applied; its schema is that of ${first.name}`
  if (first === last) return { subject, what, decision: 'all up to it is applied', choice: null, weight: 'note' }
  return {
    subject,
    what: `${what}, and up to ${last.name}, for what comes after it changes no schema`,
    decision: `all up to ${last.name} is applied`,
    choice: `where those have not run: nself db migrate repair --forget VERSION afterwards`,
    weight: 'choice',
  }
}
