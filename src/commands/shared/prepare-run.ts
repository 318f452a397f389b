import type { Action } from '../../core/guard.ts'
import { notesOnDown, type Plan } from '../../core/migration/plan.ts'
import { fromBranch } from '../../core/migration/plan-refusals.ts'
import type { State } from '../../core/migration/state.ts'
import type { Connection } from '../../postgres/driver/connect.ts'
import { placeOf, type Server } from '../../postgres/driver/server.ts'
import {
  type Context,
  type Look,
  look,
  refuseHalfDropped,
  refuseLost,
  refuseOtherEnvironment,
  refuseReadOnly,
} from './context.ts'
import { lookAtPlan } from './look-at-plan.ts'
import type { RunResult } from './migrate-results.ts'
import { refuseUnparsable } from './refuse-unparsable.ts'
import { tellDriftFirst } from './tell-drift.ts'

export interface RunKind {
  readonly plan: (state: State) => Plan
  /** The state that the runs before it are to leave, of the one that is found. */
  readonly begin?: (found: State) => State
  /** Says what would happen: `apply 3 migrations to`. */
  readonly summary: (steps: number) => string
  /** What each step does must be known wherever it runs. */
  readonly watchesAll?: boolean
  /** What the user types after `nself`; without it `db migrate up`. */
  readonly command?: string
  /** For the guard; without it that of the plan. */
  readonly action?: Action
  readonly before?: (connection: Connection) => Promise<void>
}

/** What is to be run, looked at without any lock. */
export interface Prepared {
  readonly server: Server
  readonly database: string
  readonly plan: Plan
  readonly state: State
  /** How many statements destroy data. */
  readonly dangers: number
}

export function nothingToDo({ plan, database }: Prepared): RunResult {
  return { kind: 'run', action: plan.action, steps: [], database, durationMs: 0 }
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
  const prepared = { server, database: placeOf(server), plan, state, dangers: 0 }
  if (plan.steps.length === 0 && plan.action !== 'fresh') return prepared
  refuseReadOnly(server, history)
  await refuseUnparsable(context, plan, history)
  for (const warning of warningsOf(plan, state)) context.tell(`Warning: ${warning}`)
  for (const note of notesOnDown(plan)) context.tell(`Note: ${note}`)
  // Of what fresh drops everything nothing more need be said.
  if (plan.action === 'fresh') return prepared
  const { lines, destructive, plan: watched } = await lookAtPlan(context, connection.client, found, plan, kind)
  for (const line of lines) context.tell(line)
  if (context.settings.environment === 'production' && plan.action === 'up') {
    await tellDriftFirst(context, connection, found)
  }
  return { ...prepared, plan: watched, dangers: destructive }
}

function warningsOf(plan: Plan, state: State): string[] {
  const missing = plan.action === 'up' ? state.entries.filter((entry) => entry.status === 'missing') : []
  return missing.map((entry) => `${entry.name} is applied, but its file is missing here${fromBranch(entry)}`)
}

/** `1 migration`, `3 migrations`. */
export function migrationCount(n: number): string {
  return `${n} migration${n === 1 ? '' : 's'}`
}
