import { takenAtOf } from '../../core/backup.ts'
import { NselfError } from '../../core/errors.ts'
import { phrase } from '../../core/guard/guard.ts'
import type { Report } from '../../core/report.ts'
import { changesSince, type Figures } from '../../core/update-verdict.ts'
import { OnlyInPlace } from '../../postgres/backup/only-in-place.ts'
import { restoreLine } from './backup-first.ts'
import { type Context, resolveServer } from './context.ts'
import { figuresOf } from './figures.ts'
import { pruneKeptLine } from './kept-databases.ts'
import { restoreBackup } from './restore-backup.ts'
import type { TakenBackup } from './take-backup.ts'
import { type UpdateStages, whatIsApplied } from './update-stages.ts'

export interface RollBackFlags {
  readonly rollbackOnFailure: boolean
  /** The failed database is not kept for study. */
  readonly dropFailed: boolean
  readonly endConnections: boolean
  readonly lockWaitMs: number
}

/**
 * What an update that failed comes to: rolled back where that is wanted, otherwise with the command that does it.
 * @param applied what the run reported, where it ended well and something failed after it.
 * @param before what was counted before the backup.
 */
export async function afterFailure(
  stages: UpdateStages,
  error: NselfError,
  taken: TakenBackup,
  flags: RollBackFlags,
  applied: Report | null,
  before: Figures,
): Promise<NselfError> {
  const { context } = stages
  stages.failed(error, applied)
  stages.begin(4)
  if (applied !== null && error.code !== 'verification-failed') {
    const hint = `all migrations are applied, but not verified; to verify them, run the same command again; to restore the backup instead: ${restoreLine(context, taken)}`
    return withHint(error, hint, { kind: 'run', ...applied })
  }
  if (error.code === 'connection' && error.report === undefined) {
    return withHint(error, `${error.hint ?? ''}; to see what was applied: nself db migrate status; the backup is kept`)
  }
  if (!changed(error)) {
    context.tell('not needed: nothing was changed, and the backup is kept')
    return error
  }
  const line = restoreLine(context, taken)
  const isOver = ['interrupted', 'terminated', 'hung-up'].includes(error.code)
  const wanted = isOver ? false : await isWanted(stages, error, taken, flags, before).catch(asStopped)
  if (wanted instanceof NselfError) {
    return new NselfError(wanted.code, `interrupted at the question; ${error.message}`, {
      report: error.report,
      hint: `what was applied is kept; to restore the backup: ${line}`,
      cause: error,
    })
  }
  if (!wanted) return withHint(error, `${error.hint ?? ''}; or restore the backup: ${line}`)
  try {
    const kept = await rollBack(context, taken, flags)
    stages.restored(kept, pruneKeptLine(context))
    const report = error.report?.kind === 'run' ? { ...error.report, rolledBack: true as const } : error.report
    return error.with({ hint: hintAfter(error), report })
  } catch (failure) {
    // Of the roll back it may be true, but migrations are applied.
    const why = (failure instanceof Error ? failure.message : String(failure)).replace(/; nothing was changed$/, '')
    return withHint(error, `rolling back failed too: ${why}; the backup is intact, to restore it: ${line}`)
  }
}

/** What is to be done once the database is as it was. */
function hintAfter({ code, hint }: NselfError): string {
  if (code !== 'verification-failed') return hint ?? 'nself db update'
  return 'fix the migration, then: nself db update; or, if these rows are meant to be deleted: nself db update --allow-lost-rows'
}

/** @throws what is no error of a user. */
function asStopped(error: unknown): NselfError {
  if (error instanceof NselfError) return error
  throw error
}

/** Whether there is anything to roll back: a migration that failed in its own transaction has left nothing. */
function changed({ code, report }: NselfError): boolean {
  if (code === 'verification-failed') return true
  return report?.kind === 'run' && report.steps.some((step) => step.outcome === 'done' || step.partly === true)
}

/**
 * In production a roll back takes the phrase, as every restore does: where nobody can be asked for it, it must have come
 * with the flag. @throws NselfError `not-confirmed`, before anything is done.
 */
export function refuseSilentRollBack({ settings, answers, ask }: Context, flags: RollBackFlags): void {
  if (!flags.rollbackOnFailure || settings.environment !== 'production' || answers.confirm === phrase) return
  if (ask !== null && answers.confirm === undefined) return
  const problem =
    answers.confirm === undefined ? 'needs the phrase' : 'needs the phrase, and the one given with --confirm is wrong'
  throw new NselfError('not-confirmed', `--rollback-on-failure in production ${problem}; nothing was changed`, {
    hint: `the same command with --confirm ${phrase}, or without --rollback-on-failure`,
  })
}

async function isWanted(
  stages: UpdateStages,
  error: NselfError,
  taken: TakenBackup,
  flags: RollBackFlags,
  before: Figures,
): Promise<boolean> {
  const { context } = stages
  const { ask, tell, answers, settings } = context
  const isProduction = settings.environment === 'production'
  const what = `the backup of ${takenAtOf(taken).slice(11, 19)} UTC`
  if (flags.rollbackOnFailure && (!isProduction || answers.confirm === phrase)) {
    tell(`restoring ${what}`)
    await tellWritten(context, before)
    return true
  }
  if (ask === null) {
    tell('not done: there is no terminal to ask at')
    return false
  }
  stages.end()
  if (error.report?.kind === 'run') tell(whatIsApplied(error.report))
  await tellWritten(context, before)
  const place = `${settings.environment.toUpperCase()} (${taken.manifest.database})`
  const message = stages.restoreQuestion(settings.environment === 'local' ? what : `${what} to ${place}`)
  if (!isProduction) return (await ask({ kind: 'yes-no', message })) === 'y'
  const line = `Type ${phrase} to restore it; anything else keeps ${place} as it is`
  return (await ask({ kind: 'phrase', message: line, warning: message })) === phrase
}

/** What is lost with a roll back, as far as it can be counted. */
async function tellWritten(context: Context, before: Figures): Promise<void> {
  const server = await resolveServer(context)
  const now = await figuresOf(context, server).catch(() => null)
  const changes = now === null ? [] : changesSince(before, now)
  if (changes.length === 0) return
  context.tell(`Since the backup: ${changes.join(', ')}. Rows that were changed are not counted`)
}

/** The name under which the failed database is kept, or null. */
async function rollBack(context: Context, taken: TakenBackup, flags: RollBackFlags): Promise<string | null> {
  // Consent was given to this very act: in production by the phrase, elsewhere by the answer or by the flag.
  const consenting = { ...context, answers: { yes: true, confirm: phrase } }
  const { dropFailed: dropOld, endConnections, lockWaitMs } = flags
  const restoreIt = (inPlace: boolean) =>
    restoreBackup(
      consenting,
      { file: taken.name, inPlace, dropOld, endConnections, lockWaitMs },
      { undoesUpdate: true },
    )
  try {
    return (await restoreIt(false)).kept
  } catch (error) {
    if (!(error instanceof OnlyInPlace)) throw error
    context.tell(`Rolling back inside the database: ${error.message}`)
    return (await restoreIt(true)).kept
  }
}

function withHint(error: NselfError, hint: string, report = error.report): NselfError {
  return error.with({ hint: hint.replace(/^; /, ''), report })
}
