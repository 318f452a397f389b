import type { Batch } from '../../core/migration/batch.ts'
import { mayChangeRows } from '../../core/migration/section-text.ts'
import type { VariableValues } from '../../core/migration/variables.ts'
import { journalAction, type Plan, resumes, type Step } from '../../core/plan/plan.ts'
import { grouped } from '../../core/quantities.ts'
import { type Inspection, maybeDangerous, readScripts, refuseUnread } from '../../parsers/postgres/dangers.ts'
import type { Inspected } from '../../parsers/postgres/script-look.ts'
import type { StatementListener } from '../../parsers/postgres/statement-listener.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { readRefusedEffects } from '../../postgres/tracking/refused-effects.ts'
import type { Context, Look } from './context.ts'
import { lookAtScripts, lookLocally, type ScriptsLook } from './look-at-scripts.ts'
import { refuseUnfitBatches } from './refuse-unfit-batches.ts'
import { sectionOf } from './step-section.ts'

/** What a plan would destroy or change, and the plan with how each of its steps is watched for anything else. */
export interface PlanLook extends Omit<ScriptsLook, 'watches'> {
  readonly plan: Plan
}

interface LookOptions {
  readonly watchesAll?: boolean
  /** How many rows are concerned is wanted locally too. */
  readonly counts?: boolean
}

/** What the steps of a plan run. */
export interface ReadPlan {
  readonly scripts: readonly Inspected[]
  /** What their trees say; null locally, where only what looks dangerous is parsed to trees. */
  readonly inspection: Inspection | null
}

/**
 * Reads what the steps of a plan run: in production and staging each statement is parsed, once for all who ask.
 * @param listener who is told of each statement besides.
 */
export async function readPlan(
  { settings }: Context,
  client: Client,
  look: Look,
  plan: Plan,
  listener: StatementListener | null = null,
): Promise<ReadPlan> {
  const scripts = await scriptsOf(client, plan, settings.variables)
  if (settings.environment === 'local') return { scripts, inspection: null }
  const major = Math.floor(look.history.facts.version / 10_000)
  const options = { major, bodies: plan.action !== 'down', ...(listener === null ? {} : { listener }) }
  return { scripts, inspection: await readScripts(scripts, options) }
}

/**
 * Looks what the statements of a plan do to the database as it is: in production and staging all of them, locally what
 * looks dangerous.
 * @param how whether the caller must know what each step does, wherever it runs.
 * @throws NselfError as `refuseUnread` and `refuseUnfitBatches`.
 */
export async function lookAtPlan(
  { settings }: Context,
  client: Client,
  look: Look,
  plan: Plan,
  { scripts, inspection }: ReadPlan,
  { watchesAll = false, counts = false }: LookOptions = {},
): Promise<PlanLook> {
  await refuseUnfitBatches(client, plan, scripts)
  if (inspection === null) {
    const held = upToDangerous(scripts)
    // That DOWN takes away what UP made is no news.
    const rest = plan.action === 'down' ? [] : scripts
    const told = new Set(rest.filter(({ section }) => watchesAll || mayChangeRows(section)).map(({ name }) => name))
    const steps = plan.steps.map((step): Step => (told.has(step.name) ? { ...step, watch: toldOnly } : step))
    const found = await lookLocally(client, held, counts)
    return { ...found, lines: [...notesOnBlocks(scripts, plan), ...found.lines], plan: { ...plan, steps } }
  }
  const asked = plan.steps.map((step) => ({ action: journalAction(step), name: step.name, file: step.file }))
  const seen = await readRefusedEffects(client, look.history, asked)
  refuseUnread(inspection)
  const found = await lookAtScripts(client, settings.environment, scripts, seen, inspection)
  const steps = plan.steps.map((step): Step => ({ ...step, watch: found.watches.get(step.name) ?? refuseAll }))
  return { ...found, lines: [...notesOnBlocks(scripts, plan), ...found.lines], plan: { ...plan, steps } }
}

/** What looks dangerous, with what runs before it: of tables that the run makes nothing is destroyed. */
function upToDangerous(scripts: readonly Inspected[]): Inspected[] {
  const last = scripts.findLastIndex(({ section }) => section.kind === 'held' && maybeDangerous(section.sql))
  return scripts.slice(0, last + 1).filter(({ section }) => section.kind === 'held')
}

/** What is no whole: its own transactions, or its batches, commit one after the other. */
function notesOnBlocks(scripts: readonly Inspected[], { action }: Plan): string[] {
  const again = action === 'down' ? 'down' : 'up'
  return scripts.flatMap(({ name, section: { blocks, batch } }) => {
    if (batch !== null)
      return [
        `Note: ${name} is not atomic: it runs in batches${batchSize(batch)}. If it stops, what they have committed is kept, and the next ${again} continues after it`,
      ]
    if (blocks === 0) return []
    const own = blocks === 1 ? 'a transaction of its own' : `${blocks} transactions of its own`
    return [
      `Note: ${name} is not atomic: it has ${own}. If it fails, what they have committed is kept, and the next ${again} continues after it`,
    ]
  })
}

const batchSize = (batch: Batch) => (batch.kind === 'by-key' ? ` of up to ${grouped(batch.size)} rows` : '')

/** Its effects are only told. */
const toldOnly = { allowed: null, harmless: false }
/** Nothing was looked at, so nothing is approved. */
const refuseAll = { allowed: [], harmless: false }

async function scriptsOf(client: Client, { steps }: Plan, variables: VariableValues): Promise<Inspected[]> {
  const scripts: Inspected[] = []
  for (const step of steps) {
    const found = await sectionOf(client, step)
    if (found === null) continue
    const { section, path } = found
    const done = resumes(step) ? (step.applied?.statementsDone ?? 0) : 0
    scripts.push({ name: step.name, path, section: variables.fill(section, path), done })
  }
  return scripts
}
