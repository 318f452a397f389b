import { databaseName } from '../../core/database-name.ts'
import type { Watch } from '../../core/effect.ts'
import { type Approved, approve, phrase, wouldAsk } from '../../core/guard/guard.ts'
import { wholeText } from '../../core/migration/section-text.ts'
import { compareSeeds, planSeeds, type Seed, type SeedEntry, type SeedFolder } from '../../core/migration/seed.ts'
import type { State } from '../../core/migration/state.ts'
import { inspect } from '../../parsers/postgres/dangers.ts'
import { placeOf } from '../../postgres/driver/server.ts'
import { runSeeds } from '../../postgres/run/seeds.ts'
import { readRefusedEffects } from '../../postgres/tracking/refused-effects.ts'
import { readSeeded } from '../../postgres/tracking/seed-history.ts'
import { readSeeds } from '../../project/seeds.ts'
import { briefedSteps, briefingOn } from './brief.ts'
import { type Context, type Look, look, refuseLost, refuseOtherEnvironment, refuseReadOnly } from './context.ts'
import { lookAtScripts, type ScriptsLook } from './look-at-scripts.ts'
import type { DryRunResult } from './migrate-results.ts'
import { placed, placeOfRun } from './place-of-run.ts'
import { migrationCount } from './prepare-run.ts'
import { refuseUnparsableSeeds } from './refuse-unparsable.ts'
import type { SeedResult } from './seed-results.ts'

/** Which seeds: the common ones, those of the environment, or both. No command reaches another environment's folder. */
type Which = 'all' | 'common' | 'env'

export interface SeedFlags {
  readonly lockWaitMs: number
  readonly dryRun: boolean
  /** Also those that have run and are as they were. */
  readonly again?: boolean
}

/** Runs the seeds, or with `dryRun` shows the SQL that would be sent. */
export function runOrShowSeeds(context: Context, which: Which, flags: SeedFlags): Promise<SeedResult | DryRunResult> {
  return flags.dryRun ? dryRunSeeds(context, which, flags.again) : runSeedsOf(context, which, flags)
}

/** Runs the seeds that are new or were edited, each in a transaction with its row. */
export async function runSeedsOf(
  context: Context,
  which: Which,
  flags: Pick<SeedFlags, 'lockWaitMs' | 'again'>,
): Promise<SeedResult> {
  const began = context.now()
  const { environment } = context.settings
  const found = await lookAtSeeds(context, which, true, flags.again)
  const { server, history, state, entries } = found
  refuseOtherEnvironment(server, history.facts, environment)
  refuseLost(server, history)
  const planned = planSeeds(entries, flags.again)
  const seeds = planned.map((seed) => ({ ...filled(context, seed), ...found.watches.get(seed.name) }))
  const database = placeOf(server)
  const unchanged = flags.again ? 0 : entries.filter((entry) => entry.status === 'applied').length
  const result = (steps: SeedResult['steps']): SeedResult => {
    return { kind: 'seed', action: 'seed', steps, unchanged, database, environment, durationMs: context.now() - began }
  }
  if (seeds.length === 0) return result([])
  const files = planned.map(({ file }) => file)
  await refuseUnparsableSeeds(context, files, history)
  refuseReadOnly(server, history)
  tellPending(context, state)
  const approved = await confirmSeeds(context, seeds, found)
  context.progress(`waiting for the lock of ${databaseName(database)}`)
  const running = runSeeds(server, approved, {
    environment,
    ...flags,
    approveLine: approveLine(context, which, flags.again),
    tell: context.tell,
    signal: context.signal,
    onSeed: ({ name }, outcome) => context.tell(`${outcome === 'done' ? '✓' : '✗'} ${name}`),
    onProgress: ({ name }, done, total) => context.progress(`${name} (${done + 1} of ${total})`),
  })
  const { steps } = await placed(running, placeOfRun(context, { server, state }))
  return result(steps)
}

function tellPending({ tell }: Context, { entries }: State): void {
  const pending = entries.filter((entry) => entry.status === 'pending').length
  if (pending === 0) return
  const are = pending === 1 ? 'is' : 'are'
  tell(`Note: ${migrationCount(pending)} ${are} pending; to apply what is pending: nself db migrate up`)
}

/** @throws NselfError `refused`, `not-confirmed`. */
async function confirmSeeds<One extends Seed>(
  context: Context,
  seeds: readonly One[],
  { server, lines, items, destructive }: SeedLook,
): Promise<Approved<readonly One[]>> {
  const { environment } = context.settings
  const count = seeds.length === 1 ? '1 seed' : `${seeds.length} seeds`
  const summary = `run ${count} on ${databaseName(placeOf(server))}`
  const named = seeds.map(({ name }) => ({ name, note: null }))
  const steps = briefedSteps(named, items)
  const briefing = briefingOn(context, server, { title: `${count} will run:`, steps, notes: [] })
  const intent = { action: 'seed', what: seeds, summary, destructive: destructive > 0, briefing } as const
  if (!wouldAsk(intent, environment, context.answers, context.ask)) for (const line of lines) context.tell(line)
  return approve(intent, environment, context.answers, context.ask)
}

/** The SQL that `seed` would send, without a lock and without a change. */
async function dryRunSeeds(context: Context, which: Which, again = false): Promise<DryRunResult> {
  const { entries } = await lookAtSeeds(context, which)
  const steps: DryRunResult['steps'][number][] = []
  for (const { name, file } of planSeeds(entries, again)) {
    const sql = wholeText(context.settings.variables.show(file.up, file.path))
    steps.push({ version: null, name, transaction: true, sql: sql.trim(), dangers: [] })
  }
  return { kind: 'dry-run', action: 'seed', steps }
}

/** @throws NselfError `usage` for a variable that is not set. */
function filled({ settings: { variables } }: Context, seed: Seed): Seed {
  return { ...seed, file: variables.fillFile(seed.file) }
}

/** The seed files that this environment may run, in order. @throws NselfError as readSeeds. */
export function readSeedsOf({ settings }: Context, which: Which): Promise<Seed[]> {
  return readSeeds(settings.seedsDir, settings.cwd, foldersOf(settings, which))
}

function foldersOf({ environment }: Context['settings'], which: Which): SeedFolder[] {
  return which === 'all' ? ['common', environment] : which === 'env' ? [environment] : ['common']
}

/** The command that approves what a seed was rolled back for. */
function approveLine({ settings: { environment } }: Context, which: Which, again = false): string {
  const answer = environment === 'production' ? `--confirm ${phrase}` : '--yes'
  return `nself db seed${which === 'all' ? '' : ` ${which}`}${again ? ' --again' : ''} --env ${environment} ${answer}`
}

interface SeedLook extends Look, Pick<ScriptsLook, 'lines' | 'items' | 'destructive'> {
  readonly entries: SeedEntry[]
  readonly watches: ReadonlyMap<string, { readonly watch: Watch }>
}

/** Seed files and what the database has had of them; where they are to run, elsewhere than locally, what that would destroy. */
export async function lookAtSeeds(context: Context, which: Which, toRun = false, again = false): Promise<SeedLook> {
  const seeds = await readSeedsOf(context, which)
  return look(context, async ({ client }, found) => {
    const entries = compareSeeds(seeds, (await readSeeded(client)) ?? [], foldersOf(context.settings, which))
    const pending =
      toRun && context.settings.environment !== 'local'
        ? planSeeds(entries, again).map((seed) => filled(context, seed))
        : []
    if (pending.length === 0) return { ...found, entries, lines: [], items: [], destructive: 0, watches: new Map() }
    const asked = pending.map(({ name, file }) => ({ action: 'seed', name, file }))
    const scripts = pending.map(({ name, file }) => ({ name, path: file.path, section: file.up }))
    const seen = await readRefusedEffects(client, found.history, asked)
    const { watches, ...looked } = await lookAtScripts(
      client,
      context.settings.environment,
      scripts,
      seen,
      await inspect(scripts),
    )
    return { ...found, entries, ...looked, watches: new Map([...watches].map(([name, watch]) => [name, { watch }])) }
  })
}
