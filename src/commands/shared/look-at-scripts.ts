import { type Effect, effectLine, type Watch } from '../../core/effect.ts'
import { allowedBy } from '../../core/effects/allowed.ts'
import { watchFor } from '../../core/effects/approval.ts'
import { type Danger, withOldType } from '../../core/effects/danger.ts'
import type { Environment } from '../../core/environment.ts'
import { type Finding, type Inspected, type Inspection, inspect } from '../../parsers/postgres/dangers.ts'
import { type Affected, affectedBy, type Root } from '../../postgres/catalog/affected.ts'
import { columnTypes } from '../../postgres/catalog/column-types.ts'
import type { Client } from '../../postgres/driver/pg.ts'

/** What scripts would destroy or change, and how each of them is watched for anything else. */
export interface ScriptsLook {
  readonly findings: readonly Finding[]
  /** A line for each of the findings and their consequences, for a person. */
  readonly lines: readonly string[]
  /** How many of them destroy data. */
  readonly destructive: number
  /** By name. */
  readonly watches: ReadonlyMap<string, Watch>
}

const labels: Record<Environment, string> = { local: 'Note', staging: 'Warning', production: 'Destructive' }

/**
 * Looks through every statement, so that a fault anywhere stops the run before it begins.
 * @param seen what each of them did when it was rolled back for it, by name.
 * @throws NselfError `invalid-migration` for what PostgreSQL cannot parse, `refused` for what hides its effects.
 */
export async function lookAtScripts(
  client: Client,
  environment: Environment,
  scripts: readonly Inspected[],
  seen: ReadonlyMap<string, readonly Effect[]>,
): Promise<ScriptsLook> {
  const { findings, files } = await lossOnly(client, await inspect(scripts))
  const reached = await affectedBy(client, rootsOf(findings))
  const dangers = findings.map((danger, i) => ({ ...danger, reached: reached.filter(({ root }) => root === i) }))
  const watches = scripts.map(({ name }) => {
    const of = files.get(name) ?? { reach: 'opaque', rewrites: [], own: [] }
    const own = dangers.filter(({ migration }) => migration === name)
    return [name, watchFor({ ...of, dangers: own, seen: seen.get(name) ?? [] })] as const
  })
  const known = [...seen].flatMap(([name, effects]) => effects.map((effect) => seenLine(environment, name, effect)))
  return {
    findings,
    lines: [...dangers.map((danger) => findingLine(environment, danger, danger.reached)), ...known],
    destructive: findings.filter((finding) => finding.destructive).length + known.length,
    watches: new Map(watches),
  }
}

/** Where every statement may run: what is destroyed is told, and its faults are left to the server, which knows more. */
export async function lookLocally(client: Client, scripts: readonly Inspected[]): Promise<ScriptsLook> {
  const nothing: Inspection = { findings: [], files: new Map() }
  const inspection = scripts.length === 0 ? nothing : await inspect(scripts).catch(() => nothing)
  const { findings } = await lossOnly(client, inspection)
  const destructive = findings.filter((finding) => finding.destructive)
  const lines = destructive.map((finding) => findingLine('local', finding, []))
  return { findings, lines, destructive: destructive.length, watches: new Map() }
}

/** varchar(10) to varchar(20) loses nothing: what a new type does to the values is told by the one that the column has now. */
async function lossOnly(client: Client, { findings, files }: Inspection): Promise<Inspection> {
  const retyped = findings.filter(({ retype }) => retype !== undefined)
  if (retyped.length === 0) return { findings, files }
  const types = await columnTypes(
    client,
    retyped.flatMap(({ retype }) => retype ?? []),
  )
  const judged = findings.map((finding) => {
    const before = types[retyped.indexOf(finding)] ?? null
    return { finding, now: before === null ? finding : withOldType(finding, before) }
  })
  const quick = judged.filter(({ now }) => now === null).map(({ finding }) => finding)
  const withRewrites = [...files].map(([name, file]) => {
    const more = quick.filter(({ migration }) => migration === name).flatMap(allowedBy)
    return [name, { ...file, rewrites: [...file.rewrites, ...more] }] as const
  })
  return { findings: judged.flatMap(({ now }) => now ?? []), files: new Map(withRewrites) }
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
