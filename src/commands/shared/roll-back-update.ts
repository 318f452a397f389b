import { NselfError } from '../../core/errors.ts'
import { phrase } from '../../core/guard.ts'
import type { Report } from '../../core/report.ts'
import { changesSince, type Figures } from '../../core/update-verdict.ts'
import { OnlyInPlace } from '../../postgres/backup/only-in-place.ts'
import { restoreLine } from './backup-first.ts'
import { type Context, resolveServer } from './context.ts'
import { figuresOf } from './figures.ts'
import { pruneKeptLine } from './kept-databases.ts'
import { restoreBackup } from './restore-backup.ts'
import type { TakenBackup } from './take-backup.ts'

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
  context: Context,
  error: NselfError,
  taken: TakenBackup,
  flags: RollBackFlags,
  applied: Report | null,
  before: Figures,
): Promise<NselfError> {
  if (applied !== null && error.code !== 'verification-failed') {
    const hint = `all migrations are applied, but not verified; to verify them, run the same command again; to restore the backup instead: ${restoreLine(context, taken)}`
    return withHint(error, hint, { kind: 'run', ...applied })
  }
  if (error.code === 'connection' && error.report === undefined) {
    return withHint(error, `${error.hint ?? ''}; to see what was applied: nself db migrate status; the backup is kept`)
  }
  if (!changed(error)) return withHint(error, `${error.hint ?? ''}; nothing was changed, and the backup is kept`)
  const line = restoreLine(context, taken)
  const isOver = ['interrupted', 'terminated', 'hung-up'].includes(error.code)
  const wanted = isOver ? false : await isWanted(context, error, flags, before).catch(asStopped)
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
    const study = kept === null ? '' : `; the failed database is kept as ${kept}; to drop it: ${pruneKeptLine(context)}`
    const report = error.report?.kind === 'run' ? { ...error.report, rolledBack: true as const } : error.report
    return withHint(error, `rolled back to ${taken.name}${study}`, report)
  } catch (failure) {
    // Of the roll back it may be true, but migrations are applied.
    const why = (failure instanceof Error ? failure.message : String(failure)).replace(/; nothing was changed$/, '')
    return withHint(error, `rolling back failed too: ${why}; the backup is intact, to restore it: ${line}`)
  }
}

/** @throws what is no error of a user. */
function asStopped(error: unknown): NselfError {
  if (error instanceof NselfError) return error
  throw error
}

/** Whether there is anything to go back from: a migration that failed in its own transaction has left nothing. */
function changed({ code, report }: NselfError): boolean {
  if (code === 'verification-failed') return true
  return report?.kind === 'run' && report.steps.some((step) => step.outcome === 'done' || step.partly === true)
}

/**
 * In production going back takes the phrase, as every restore does: where nobody can be asked for it, it must have come
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

async function isWanted(context: Context, error: NselfError, flags: RollBackFlags, before: Figures): Promise<boolean> {
  const { ask, tell, answers, settings } = context
  const isProduction = settings.environment === 'production'
  if (flags.rollbackOnFailure || ask !== null) await tellWritten(context, before)
  if (flags.rollbackOnFailure && (!isProduction || answers.confirm === phrase)) return true
  if (ask === null) return false
  tell(error.message)
  const where = settings.environment.toUpperCase()
  const message = `${where}: restore the backup that was just taken? What was written since then is lost.`
  if (!isProduction) return (await ask({ kind: 'yes-no', message })) === 'y'
  const line = `Type ${phrase} to restore it; anything else keeps the database as it is`
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
