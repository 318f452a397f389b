import { NselfError } from '../../core/errors.ts'
import { approve } from '../../core/guard/guard.ts'
import { sha256 } from '../../core/migration/checksum.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { compareRepeatables, type Repeatable, type RepeatableSides } from '../../core/migration/repeatable.ts'
import { compare } from '../../core/migration/state.ts'
import { noVariables } from '../../core/migration/variables.ts'
import type { Plan, Step } from '../../core/plan/plan.ts'
import { repeatableSteps } from '../../core/plan/repeatables.ts'
import { planUp } from '../../core/plan/up.ts'
import { deniedHint } from '../../core/replay/denied.ts'
import { isGone, isInUse } from '../databases/databases.ts'
import { execute } from '../run/execute.ts'
import type { History } from '../tracking/history.ts'
import type { Scratch, ScratchServer } from './scratch.ts'

export interface ReplayOptions {
  readonly signal: AbortSignal
  readonly progress: (what: string) => void
  /** Makes a role that a replay turned out to need; false where the cluster is not ours. */
  readonly provide: (role: string) => Promise<boolean>
}

/** Changes with what the tool makes of a file, so that an old template is not taken for a new one. */
const edition = '3'

/**
 * A scratch database as these migrations make it. What an earlier command has replayed of them comes from its template,
 * so only what is new runs.
 * @param keep whether to keep the result as a template for the next command.
 * @throws NselfError `migration-failed` when one of them does not run on a new database.
 */
export async function replay(
  scratch: Scratch,
  files: readonly Migration[],
  keep: boolean,
  options: ReplayOptions,
): Promise<ScratchServer> {
  const whole = planUp(compare(files, []))
  const keys = keysOf(whole.steps)
  let usable = keys
  const rest = async (server: ScratchServer, steps: readonly Step[]) => {
    if (steps.length === 0) return
    const now = ({ rows }: History) => planUp(compare(files, rows), { allowOutOfOrder: true })
    await runPlan(server, { ...whole, steps }, now, options)
  }
  for (;;) {
    const found = await scratch.findTemplate(usable.toReversed())
    const steps = whole.steps.slice(found === null ? 0 : keys.indexOf(found.key) + 1)
    try {
      const server = await replayed(scratch, found?.server, (server) => rest(server, steps), options)
      const last = keys.at(-1)
      if (keep && steps.length > 0 && last !== undefined) await scratch.saveTemplate(last, server)
      return server
    } catch (error) {
      // Another command has dropped the template since, or looks at it: the next best one is looked for.
      if (found === null || !(isGone(error) || isInUse(error))) throw error
      usable = usable.slice(0, usable.indexOf(found.key))
    }
  }
}

/** A database as migrations make it, which is copied only for who changes it. */
export interface Replayed {
  /** To be looked at, and left as it is. */
  readonly seen: ScratchServer
  /** One like it that nobody else has, the same at each call. */
  readonly own: () => Promise<ScratchServer>
}

/** What `replay` makes, to be looked at first: where an earlier command has left a template of all of it, that one. */
export async function replayToSee(
  scratch: Scratch,
  files: readonly Migration[],
  keep: boolean,
  options: ReplayOptions,
): Promise<Replayed> {
  const last = keysOf(planUp(compare(files, [])).steps).at(-1)
  const template = last === undefined ? null : await scratch.findTemplate([last])
  if (template === null) return replayedAlone(await replay(scratch, files, keep, options))
  let own: Promise<ScratchServer> | null = null
  return {
    seen: template.server,
    own: () => {
      own ??= replay(scratch, files, keep, options)
      return own
    },
  }
}

/** One that nobody else has from the beginning. */
export const replayedAlone = (server: ScratchServer): Replayed => ({ seen: server, own: async () => server })

/** Runs on a new database, again on another one while it lacks a role that no statement names as such. */
async function replayed(
  scratch: Scratch,
  from: ScratchServer | undefined,
  run: (server: ScratchServer) => Promise<void>,
  { provide }: ReplayOptions,
): Promise<ScratchServer> {
  const made = new Set<string>()
  for (;;) {
    const server = await scratch.create(from)
    try {
      await run(server)
      return server
    } catch (error) {
      const role = missingRole(error)
      if (role === null || made.has(role) || !(await provide(role))) throw error
      made.add(role)
    }
  }
}

function missingRole(error: unknown): string | null {
  if (!(error instanceof NselfError) || error.server?.sqlstate !== '42704') return null
  return /: role "(.*)" does not exist$/.exec(error.message)?.[1] ?? null
}

/** A key for each step that stands for it and all before it. */
function keysOf(steps: readonly Step[]): string[] {
  let key = edition
  return steps.map(({ name, file }) => {
    const role = file?.up.role ? ` as ${file.up.role}` : ''
    key = sha256(`${key} ${name} ${file?.checksum} ${file?.up.transaction}${role}${filledIn(file)}`).slice(0, 32)
    return key
  })
}

/** What was filled in makes another schema of the same file. */
function filledIn(file: Step['file']): string {
  return file?.up.kind === 'held' && file.up.written !== undefined ? ` ${file.up.sql}` : ''
}

/** Runs repeatables on what migrations have made. @throws NselfError `migration-failed`; `invalid-migration` as compareRepeatables. */
export async function runRepeatables(
  server: ScratchServer,
  files: readonly Repeatable[],
  options: ReplayOptions,
): Promise<void> {
  if (files.length === 0) return
  const planOf = (rows: RepeatableSides['rows']): Plan => {
    const repeatables = compareRepeatables({ files, rows })
    return { action: 'up', steps: repeatableSteps({ repeatables }) }
  }
  await runPlan(server, planOf([]), ({ repeatables }) => planOf(repeatables), options)
}

/** Runs a plan on a scratch database, where nobody has to be asked. @throws NselfError `migration-failed`. */
export async function runPlan(
  server: ScratchServer,
  plan: Plan,
  replan: (history: History) => Plan,
  { signal, progress }: ReplayOptions,
): Promise<void> {
  const answers = { yes: true, confirm: undefined }
  const approved = await approve({ action: plan.action, what: plan, summary: '' }, 'local', answers, null)
  const running = execute(server, approved, {
    environment: 'local',
    isScratch: true,
    variables: noVariables,
    singleTransaction: false,
    lockWaitMs: 60_000,
    replan,
    signal,
    tell: () => {},
    onStep: () => {},
    onProgress: ({ name }, done, total) => progress(`replaying ${name} (${done + 1} of ${total})`),
  })
  await running.catch((error) => {
    if (!(error instanceof NselfError) || error.code !== 'migration-failed') throw error
    // Without a report of what was kept: nothing is, of a scratch database.
    const { location, server: said } = error
    throw new NselfError('migration-failed', `on a scratch database, ${error.message}`, {
      ...(location === undefined ? {} : { location }),
      ...(said === undefined ? {} : { server: said }),
      hint: `${deniedHint(said?.sqlstate, error.message) ?? 'the migrations must be able to run one after the other on a new database'}; nothing was changed`,
      cause: error,
    })
  })
}
