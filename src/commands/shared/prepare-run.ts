import type { BriefedStep } from '../../core/briefing.ts'
import type { Action } from '../../core/guard/guard.ts'
import { fromBranch } from '../../core/migration/entry-words.ts'
import { type State, waitsForRelease } from '../../core/migration/state.ts'
import { notesOnDown } from '../../core/plan/down.ts'
import { type Plan, squashNotes } from '../../core/plan/plan.ts'
import { keptNotes, waitingRepeatables } from '../../core/plan/repeatables.ts'
import { counted } from '../../core/quantities.ts'
import { allRows, databaseSize } from '../../postgres/catalog/all-rows.ts'
import type { Connection } from '../../postgres/driver/connect.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { placeOf, type Server } from '../../postgres/driver/server.ts'
import { briefedSteps, goingLine, goingTables } from './brief.ts'
import {
  type Context,
  type Look,
  look,
  refuseHalfDropped,
  refuseLost,
  refuseOtherEnvironment,
  refuseReadOnly,
} from './context.ts'
import { lookAtPlan, readPlan } from './look-at-plan.ts'
import type { RunResult } from './migrate-results.ts'
import { probeFirst, questionsFor } from './probe-first.ts'
import { provenDowns } from './proven-downs.ts'
import { queriesFirst } from './queries-first.ts'
import { refuseUnparsable } from './refuse-unparsable.ts'
import { refuseUntracked } from './refuse-untracked.ts'
import { tellDriftFirst } from './tell-drift.ts'
import { tellProofs } from './tell-proofs.ts'

export interface RunKind {
  readonly plan: (state: State) => Plan
  /** The state that the runs before it are to leave, of the one that is found. */
  readonly begin?: (found: State) => State
  /** Says what would happen with so much: `apply 3 migrations to`. */
  readonly summary: (what: string) => string
  /** What each step does must be known wherever it runs. */
  readonly watchesAll?: boolean
  /** What the user types after `nself`; without it `db migrate up`. */
  readonly command?: string
  /** What becomes of the steps, above the question; without it they run or are reverted. */
  readonly deed?: string
  /** It takes a backup first, wherever it runs. */
  readonly backsUp?: boolean
  /** Where nothing is to run, the mark of the database stays as it is: nobody was asked. */
  readonly leavesMark?: true
  /** For the guard; without it that of the plan. */
  readonly action?: Action
  readonly before?: (connection: Connection) => Promise<void>
  /** Tells what became of each step, in place of a line for what begins and one for each step. */
  readonly onStep?: (step: Plan['steps'][number], outcome: 'done' | 'failed') => void
}

/** What is to be run, looked at without any lock. */
export interface Prepared {
  readonly server: Server
  readonly database: string
  /** The major of PostgreSQL that the server is of. */
  readonly major: number
  readonly plan: Plan
  readonly state: State
  /** How many statements destroy data. */
  readonly dangers: number
  /** What is told of them: as sentences for a log, or as the steps of the block above a question. */
  readonly lines: readonly string[]
  readonly steps: readonly BriefedStep[]
  /** Whether the schema is as the migrations made it; null where that was not asked. */
  readonly schema: string | null
  /** How large the database is of which a backup may be taken; null where nobody knows. */
  readonly size: number | null
}

/** The result of a run that has no step. */
export function nothingToDo(prepared: Prepared): RunResult {
  const { plan, database, state } = prepared
  const none = state.entries.length === 0 && state.repeatables.length === 0 ? { hasNone: true as const } : {}
  return { kind: 'run', action: plan.action, steps: [], database, ...none, ...waitingAfter(prepared), durationMs: 0 }
}

/** The last migration that a plan applies, where no DOWN reverts it. */
export function irreversibleAfter({ plan }: Pick<Prepared, 'plan'>): Pick<RunResult, 'irreversible'> {
  const last = plan.steps.findLast(({ kind, direction }) => kind === 'migration' && direction === 'up')
  return last?.file?.down === null ? { irreversible: last.name } : {}
}

/** What of the contracts stays pending after a run up. */
export function waitingAfter({ plan, state }: Pick<Prepared, 'plan' | 'state'>): Pick<RunResult, 'waiting'> {
  if (plan.action !== 'up') return {}
  const runs = new Set(plan.steps.map(({ name }) => name))
  const waiting = state.entries.filter((entry) => waitsForRelease(entry) && !runs.has(entry.name))
  return waiting.length === 0 ? {} : { waiting: waiting.map(({ name }) => name) }
}

/**
 * The plan as things stand, with what is to be said of it.
 * @throws NselfError `refused`, `connection`, `invalid-migration`, before anything is asked.
 */
export async function prepare(context: Context, kind: RunKind): Promise<Prepared> {
  return look(context, (connection, found) => prepareOn(context, connection, found, kind))
}

/** The same on a connection that has looked already. */
export async function prepareOn(
  context: Context,
  connection: Connection,
  found: Look,
  kind: RunKind,
): Promise<Prepared> {
  const { server, history } = found
  const state = kind.begin?.(found.state) ?? found.state
  refuseOtherEnvironment(server, history.facts, context.settings.environment)
  refuseLost(server, history)
  const plan = kind.plan(state)
  if (plan.action !== 'fresh') refuseHalfDropped(server, history)
  const nothing = { dangers: 0, lines: [], steps: [], schema: null, size: null }
  const major = Math.floor(history.facts.version / 10_000)
  const prepared: Prepared = { server, database: placeOf(server), major, plan, state, ...nothing }
  if (plan.steps.length === 0 && plan.action !== 'fresh') return prepared
  refuseReadOnly(server, history)
  const { client } = connection
  const isProduction = context.settings.environment === 'production'
  const questions = isProduction ? await questionsFor(plan) : null
  const read = await readPlan(context, client, found, plan, questions)
  await refuseUnparsable(context, plan, history, read)
  for (const warning of warningsOf(plan, state)) context.tell(`Warning: ${warning}`)
  for (const note of [...squashNotes(plan), ...notesOnDown(plan), ...keptNotes(plan, state)])
    context.tell(`Note: ${note}`)
  if (plan.action === 'fresh') return { ...prepared, ...(await allThatGoes(context, client)) }
  await refuseUntracked(context, client, found, plan, prepared.database)
  const { lines, items, destructive, plan: watched } = await lookAtPlan(context, client, found, plan, read, kind)
  if (isProduction && plan.action === 'down')
    tellProofs(context, plan, await provenDowns(context, client, { history, state }))
  const schema = isProduction && plan.action === 'up' ? await tellDriftFirst(context, connection, found) : null
  const size = context.ask === null ? null : await databaseSize(client)
  const told = [
    ...(questions === null ? [] : [await probeFirst(context, connection, questions)]),
    await queriesFirst(context, found, plan),
  ]
  const steps = briefedSteps(plan.steps.map(notedStep), [...items, ...told.flatMap((one) => one.items)])
  const all = [...lines, ...told.flatMap((one) => one.lines)]
  return { ...prepared, plan: watched, dangers: destructive, lines: all, steps, schema, size }
}

/** What cannot be reverted later is known before. */
function notedStep({ name, direction, file, kind }: Plan['steps'][number]): Pick<BriefedStep, 'name' | 'note'> {
  const isForGood = kind === 'migration' && direction === 'up' && file !== null && file.down === null
  return { name, note: isForGood ? 'no DOWN: cannot be reverted' : null }
}

/** Locally nothing is asked, and in production it is refused. */
async function allThatGoes({ settings }: Context, client: Client): Promise<Pick<Prepared, 'lines' | 'steps'>> {
  if (settings.environment !== 'staging') return { lines: [], steps: [] }
  const step = goingTables('', 'drops', await allRows(client))
  return { lines: goingLine(step), steps: [step] }
}

function warningsOf(plan: Plan, state: State): string[] {
  const missing = plan.action === 'up' ? state.entries.filter((entry) => entry.status === 'missing') : []
  const waiting = waitingRepeatables(plan, state)
  return [
    ...missing.map((entry) => `${entry.name} is applied, but its file is missing here${fromBranch(entry)}`),
    ...(waiting === 0
      ? []
      : [
          waiting === 1
            ? '1 repeatable waits until no migration is pending'
            : `${waiting} repeatables wait until no migration is pending`,
        ]),
  ]
}

/** `1 migration`, `3 migrations`. */
export function migrationCount(n: number): string {
  return counted(n, 'migration')
}
