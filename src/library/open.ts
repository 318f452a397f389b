import type { Context } from '../commands/shared/context.ts'
import type { RunResult } from '../commands/shared/migrate-results.ts'
import type { RunFlags } from '../commands/shared/perform-run.ts'
import { NselfError } from '../core/errors.ts'
import { parseVersion } from '../core/migration/version.ts'
import type { Limit } from '../core/plan/plan.ts'
import { ofCheck, runCheck } from './check.ts'
import { contextIn, type Opened, openProject } from './context.ts'
import type {
  DownSettings,
  FinishedRun,
  GuardAnswers,
  Nself,
  OpenSettings,
  StatusSettings,
  UpSettings,
} from './nself.ts'
import { type OptionKinds, refuseUnfit } from './options.ts'
import { withoutSecrets } from './redacted-error.ts'

/**
 * A project and its database, found as the command line finds them. Nothing is connected to yet, nothing is printed,
 * and several can be open at once.
 * @throws NselfError `configuration`, `usage`.
 */
export function open(options: OpenSettings = {}): Nself {
  const opened = openProject(options)
  const { environment, root } = opened.settings
  return {
    environment,
    root,
    status: (given = {}) => statusOf(opened, given),
    up: (given = {}) => apply(opened, given),
    down: (given = {}) => revert(opened, given),
    check: (given = {}) => called(opened, 'check', ofCheck, given, (context) => runCheck(context, given)),
  }
}

const ofLook: OptionKinds<StatusSettings> = { drift: 'flag', signal: 'signal' }
const ofRevert: OptionKinds<DownSettings> = {
  count: 'number',
  to: 'text',
  lockWaitMs: 'duration',
  maxLagMs: 'duration',
  signal: 'signal',
  yes: 'flag',
  confirm: 'text',
  noBackup: 'flag',
}
const ofApply: OptionKinds<UpSettings> = {
  ...ofRevert,
  allowOutOfOrder: 'flag',
  singleTransaction: 'flag',
  phase: 'phase',
}

function statusOf(opened: Opened, given: StatusSettings) {
  return called(opened, 'status', ofLook, given, async (context) => {
    const { status } = await import('../commands/db/migrate/status.ts')
    return status(context, { check: false, drift: given.drift === true, all: false, long: false })
  })
}

function apply(opened: Opened, given: UpSettings): Promise<FinishedRun> {
  return called(opened, 'up', ofApply, given, async (context) => {
    const { applyPending } = await import('../commands/db/migrate/up.ts')
    const options = {
      ...flagsOf(given),
      limit: limitOf(given),
      allowOutOfOrder: given.allowOutOfOrder === true,
      phase: given.phase,
    }
    return finished(await applyPending(context, options))
  })
}

function revert(opened: Opened, given: DownSettings): Promise<FinishedRun> {
  return called(opened, 'down', ofRevert, given, async (context) => {
    const { revertApplied } = await import('../commands/db/migrate/down.ts')
    return finished(await revertApplied(context, { ...flagsOf(given), limit: limitOf(given) }))
  })
}

/** One call, in a context of its own; what it throws knows no password. */
async function called<T, Given extends GuardAnswers & { readonly signal?: AbortSignal }>(
  opened: Opened,
  name: string,
  known: OptionKinds<Given>,
  given: Given,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  refuseUnfit(`${name}()`, known, given)
  try {
    return await work(contextIn(opened, given))
  } catch (error) {
    throw withoutSecrets(error, opened.secrets)
  }
}

function finished({ database, steps, durationMs }: RunResult): FinishedRun {
  return { database, steps, durationMs }
}

const patience = 60_000

function flagsOf({ lockWaitMs = patience, maxLagMs, singleTransaction, noBackup }: UpSettings): RunFlags {
  return { lockWaitMs, maxLagMs, singleTransaction: singleTransaction === true, noBackup: noBackup === true }
}

/** @throws NselfError `usage` for a limit that is none. */
function limitOf({ count, to }: DownSettings): Limit {
  if (count !== undefined && !(Number.isSafeInteger(count) && count > 0))
    throw new NselfError('usage', `count must be a whole number from 1, not ${count}`)
  const version = to === undefined ? undefined : parseVersion(to.replace(/\.sql$/, ''))
  if (version === null) throw new NselfError('usage', `to must be a version, such as '003', not '${to}'`)
  return { count, to: version }
}
