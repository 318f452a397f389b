import { certain } from '../../core/certain.ts'
import { parseEffects } from '../../core/effect.ts'
import { NselfError } from '../../core/errors.ts'
import type { Approved } from '../../core/guard/guard.ts'
import { type Plan, type Step, samePlan } from '../../core/plan/plan.ts'
import type { Report } from '../../core/report.ts'
import { type Connection, connect } from '../driver/connect.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { type Server, spokenPlace } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import type { Lock } from '../lock/advisory-lock.ts'
import { waitingOf, withLock } from '../lock/with-lock.ts'
import { type History, readHistory } from '../tracking/history.ts'
import { toldState } from './effect-states.ts'
import { Run } from './plan-run.ts'
import { doneIn, partIn, reportOf } from './report.ts'
import type { RunOptions } from './run-options.ts'
import { isEnded, openSession } from './session.ts'

export interface ExecuteOptions extends RunOptions {
  readonly lockWaitMs: number
  /** A connection that is open already, to hold the lock with. */
  readonly open?: Connection | null
  /** The plan of the history as it is once the lock is held. */
  readonly replan: (history: History) => Plan
}

/**
 * Runs an approved plan under the lock of the database.
 * @throws NselfError `migration-failed` with the report of what was done; `locked`, `connection`, `refused`, `interrupted`.
 */
export function execute(server: Server, approved: Approved<Plan>, options: ExecuteOptions): Promise<Report> {
  return withLock(server, `nself ${approved.what.action}`, options, (connection, lock) =>
    underLock(connection, approved.what, lock, options),
  )
}

async function underLock(connection: Connection, approved: Plan, lock: Lock, options: ExecuteOptions): Promise<Report> {
  // Not on the lock's connection: an error there would end its transaction and let the lock go.
  const { session, history } = await openSession(connection, waitingOf(options))
  const plan = whatIsLeft(approved, options.replan(history), history)
  if (plan.steps.length === 0 && approved.steps.length > 0) return reportOf(plan, 0)
  const signal = AbortSignal.any([options.signal, lock.lost])
  const run = new Run(session, plan, { ...options, signal })
  connection.onNotice = (message, severity, { code, detail }) => {
    const effects = code === toldState ? parseEffects(detail) : null
    if (effects === null) options.tell(`${severity}: ${message}`)
    else run.noteEffects(effects)
  }
  try {
    return await run.run(history)
  } catch (error) {
    if (error instanceof LostConnection) return afterLoss(connection, plan, run.done, error, options)
    if (!lock.lost.aborted || options.signal.aborted) throw error
    throw new NselfError('connection', 'the connection that held the lock was lost, so the run was stopped', {
      hint: 'to see what was applied: nself db migrate status; then run the command again',
      ...(error instanceof NselfError ? { report: error.report } : {}),
      cause: error,
    })
  }
}

/**
 * The approved plan, less the first steps of an `up` where another run got there before us: of all that is left,
 * nothing was not approved.
 * @throws NselfError `refused` when it would be another one now.
 */
function whatIsLeft(approved: Plan, now: Plan, history: History): Plan {
  const done = approved.action === 'up' ? doneIn(approved, history) : 0
  const left = { ...approved, steps: approved.steps.slice(done) }
  // What was approved is how its effects are looked at, too.
  if (samePlan(left, now)) return { ...now, steps: now.steps.map((step, i) => watchedAs(step, left.steps[i])) }
  throw new NselfError(
    'refused',
    'the database or a file changed while this run waited: the plan is no longer the same',
    {
      hint: 'to see what has changed: nself db migrate status; then run the command again; this run changed nothing',
    },
  )
}

function watchedAs(step: Step, approved: Step | undefined): Step {
  return approved?.watch === undefined ? step : { ...step, watch: approved.watch }
}

const patience = 30_000
const shortPatience = 2000

/** The connection was lost, perhaps while a COMMIT was under way: what was done is looked up, never guessed. */
async function afterLoss(
  connection: Connection,
  plan: Plan,
  told: number,
  loss: LostConnection,
  options: ExecuteOptions,
): Promise<Report> {
  options.tell(`The connection was lost (${loss.reason}). Reconnecting to see which migrations were applied…`)
  const { server } = connection
  const history = await lookAgain(connection, options)
  if (history === null) {
    throw new NselfError(
      'connection',
      `the connection was lost, and ${spokenPlace(server)} does not answer: ${loss.reason}`,
      {
        hint: `${known(plan, told)}; once the server answers, see the rest: nself db migrate status; what runs in a transaction is applied as a whole or not at all`,
        cause: loss,
      },
    )
  }
  const done = doneIn(plan, history)
  if (done === plan.steps.length) return reportOf(plan, done)
  const open = certain(plan.steps[done])
  const part = partIn(open, history)
  // All commits but the last are asynchronous: a crash of the server can take those of its last moments.
  if (done < told) options.tell(`The server crashed and lost the last ${told - done} that were reported as done`)
  throw new NselfError('connection', `the connection was lost: ${loss.reason}; ${open.name} was not completed`, {
    hint: 'run the command again: it continues from there',
    report: { kind: 'run', ...(part === null ? reportOf(plan, done) : reportOf(plan, done, open, part)) },
    cause: loss,
  })
}

/** What was heard before the connection was lost. */
function known(plan: Plan, told: number): string {
  const name = (step: Step) => step.name
  const done = plan.steps.slice(0, told).map(name).join(', ')
  const word = plan.action === 'down' ? 'reverted' : 'applied'
  const open = `it is not known whether ${plan.steps[told]?.name ?? 'the last of them'} was done`
  return done === '' ? open : `${done}: ${word}; ${open}`
}

/** The history once the server answers and no longer works for the connection that was lost; null when it stays away. */
async function lookAgain(lost: Connection, options: ExecuteOptions): Promise<History | null> {
  const began = Date.now()
  // Who asked for an end does not wait for long.
  const isOver = () => Date.now() - began > (options.signal.aborted ? shortPatience : patience)
  do {
    try {
      const found = await withConnection(connect(lost.server, 'nself look'), null, async (client, connection) => {
        // First: opening a session waits for whatever still works for a run.
        const ended = await isEnded(connection, lost)
        const { session } = await openSession(connection, { ...options, waitMs: Infinity })
        return session.pooled || ended ? readHistory(client) : null
      })
      if (found !== null) return found
    } catch {
      // It does not answer yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  } while (!isOver())
  return null
}
