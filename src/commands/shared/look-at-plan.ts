import { type Effect, effectLine } from '../../core/effect.ts'
import { allowedBy } from '../../core/effects/allowed.ts'
import { watchFor } from '../../core/effects/approval.ts'
import { type Danger, isWidening } from '../../core/effects/danger.ts'
import type { Environment } from '../../core/environment.ts'
import type { Plan, Step } from '../../core/migration/plan.ts'
import { parseStoredDown } from '../../core/migration/stored-down.ts'
import {
  type Finding,
  type Inspected,
  type Inspection,
  inspect,
  maybeDangerous,
} from '../../parsers/postgres/dangers.ts'
import { type Affected, affectedBy, type Root } from '../../postgres/catalog/affected.ts'
import { columnTypes } from '../../postgres/catalog/column-types.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { readStoredDown } from '../../postgres/tracking/history.ts'
import { readRefusedEffects } from '../../postgres/tracking/refused-effects.ts'
import type { Context, Look } from './context.ts'

/** What a plan would destroy or change, and how each of its steps is watched for anything else. */
export interface PlanLook {
  readonly plan: Plan
  readonly findings: readonly Finding[]
  /** A line for each of the findings and their consequences, for a person. */
  readonly lines: readonly string[]
  /** How many of them destroy data. */
  readonly destructive: number
}

const labels: Record<Environment, string> = { local: 'Note', staging: 'Warning', production: 'Destructive' }

/**
 * Looks through the statements of a plan. In production and staging everything is parsed, so that a fault anywhere
 * stops the run before it begins; locally only what looks dangerous.
 * @throws NselfError `invalid-migration` for what PostgreSQL cannot parse, `refused` for what hides its effects.
 */
export async function lookAtPlan(context: Context, client: Client, look: Look, plan: Plan): Promise<PlanLook> {
  const { environment } = context.settings
  const scripts = await scriptsOf(client, plan)
  if (environment === 'local') return lookLocally(client, plan, scripts)
  const { findings, files } = await lossOnly(client, await inspect(scripts))
  const seen = await readRefusedEffects(client, look.history, plan.steps)
  const reached = await affectedBy(client, rootsOf(findings))
  const steps = plan.steps.map((step): Step => {
    const of = files.get(step.name) ?? { reach: 'opaque', rewrites: [] }
    const dangers = findings.flatMap((danger, i) =>
      danger.migration === step.name ? [{ ...danger, reached: reached.filter(({ root }) => root === i) }] : [],
    )
    return { ...step, watch: watchFor({ ...of, dangers, seen: seen.get(step.name) ?? [] }) }
  })
  const known = [...seen].flatMap(([name, effects]) => effects.map((effect) => seenLine(environment, name, effect)))
  const lines = findings.map((finding, i) =>
    findingLine(
      environment,
      finding,
      reached.filter(({ root }) => root === i),
    ),
  )
  const destructive = findings.filter((finding) => finding.destructive).length + known.length
  return { plan: { ...plan, steps }, findings, lines: [...lines, ...known], destructive }
}

/** Every statement may run; what is destroyed is told, and what was done is told afterwards. */
async function lookLocally(client: Client, plan: Plan, scripts: readonly Inspected[]): Promise<PlanLook> {
  const held = scripts.filter(({ section }) => section.kind === 'held' && maybeDangerous(section.sql))
  const nothing: Inspection = { findings: [], files: new Map() }
  // The server's own error, with all it knows, comes soon enough.
  const inspection = held.length === 0 ? nothing : await inspect(held).catch(() => nothing)
  const { findings } = await lossOnly(client, inspection)
  const destructive = findings.filter((finding) => finding.destructive)
  const lines = destructive.map((finding) => findingLine('local', finding, []))
  return { plan, findings, lines, destructive: destructive.length }
}

async function scriptsOf(client: Client, { steps }: Plan): Promise<Inspected[]> {
  const scripts: Inspected[] = []
  for (const { direction, file, name, version } of steps) {
    const section = direction === 'up' ? file?.up : (file?.down ?? (await storedDown(client, version, name)))
    if (section) scripts.push({ name, path: file?.path ?? `${name}.sql (DOWN from the database)`, section })
  }
  return scripts
}

async function storedDown(client: Client, version: string, name: string) {
  const text = await readStoredDown(client, version)
  return text === null ? null : parseStoredDown(version, name, text)
}

/** varchar(10) to varchar(20) loses nothing: whether a new type is wider is told by the one that the column has now. */
async function lossOnly(client: Client, { findings, files }: Inspection): Promise<Inspection> {
  const retyped = findings.flatMap(({ retype }) => (retype ? [retype] : []))
  if (retyped.length === 0) return { findings, files }
  const types = await columnTypes(client, retyped)
  const widens = ({ retype }: Finding) => {
    const before = retype && types[retyped.indexOf(retype)]
    return !!before && !!retype && isWidening(before, retype.type)
  }
  const wider = findings.filter(widens)
  const withRewrites = [...files].map(([name, file]) => {
    const more = wider.filter(({ migration }) => migration === name).flatMap(allowedBy)
    return [name, { ...file, rewrites: [...file.rewrites, ...more] }] as const
  })
  return { findings: findings.filter((finding) => !widens(finding)), files: new Map(withRewrites) }
}

const nowhere = { schema: null, name: '' }

/** One for each finding, in their order. */
function rootsOf(findings: readonly Finding[]): Root[] {
  return findings.map((finding) => ({ relation: finding.relation ?? nowhere, how: howOf(finding) }))
}

function howOf(danger: Danger): Root['how'] {
  if (danger.kind === 'truncate') return danger.cascades === true ? 'truncate-cascade' : 'rewrite'
  return allowedBy(danger)[0]?.kind ?? 'drop'
}

function findingLine(environment: Environment, finding: Finding, reached: readonly Affected[]): string {
  const { what, location, migration, destructive } = finding
  const more = reached
    .filter(({ isNamed }) => !isNamed)
    .map(({ schema, name }) => (schema === 'public' ? name : `${schema}.${name}`))
  const also = more.length === 0 ? '' : `, and by foreign keys rows of ${[...new Set(more)].join(', ')}`
  return `${destructive ? labels[environment] : 'Change'}: ${migration} ${what}${also} (${location.path}:${location.line})`
}

function seenLine(environment: Environment, name: string, effect: Effect): string {
  return `${labels[environment]}: ${name} ${effectLine(effect)}, as it did before it was rolled back`
}
