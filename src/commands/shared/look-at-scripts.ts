import { type Effect, effectLine, type Watch } from '../../core/effect.ts'
import { allowedBy } from '../../core/effects/allowed.ts'
import { watchFor } from '../../core/effects/approval.ts'
import { type ContainerType, type Danger, withOldType } from '../../core/effects/danger.ts'
import type { Environment } from '../../core/environment.ts'
import { type Inspection, readScripts } from '../../parsers/postgres/dangers.ts'
import { parserMajor } from '../../parsers/postgres/parser.ts'
import type { Finding, Inspected } from '../../parsers/postgres/script-look.ts'
import { affectedBy, type Root } from '../../postgres/catalog/affected.ts'
import { columnTypes } from '../../postgres/catalog/column-types.ts'
import { countRows } from '../../postgres/catalog/lost-rows.ts'
import { type Dropped, takenAlong } from '../../postgres/catalog/taken-along.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { findingLine, itemOf, type Measured, type ReachedRows, type StepItem, seenLine } from './measured-findings.ts'

type Found = Pick<Inspection, 'findings' | 'files'>

/** What scripts would destroy or change, and how each of them is watched for anything else. */
export interface ScriptsLook {
  readonly findings: readonly Measured[]
  /** A line for each of the findings and their consequences, for a log. */
  readonly lines: readonly string[]
  /** The same for the block above a question. */
  readonly items: readonly StepItem[]
  /** How many of them destroy data. */
  readonly destructive: number
  /** By name. */
  readonly watches: ReadonlyMap<string, Watch>
}

/**
 * What was found in every statement of these scripts, as the database is.
 * @param seen what each of them did when it was rolled back for it, by name.
 */
export async function lookAtScripts(
  client: Client,
  environment: Environment,
  scripts: readonly Inspected[],
  seen: ReadonlyMap<string, readonly Effect[]>,
  inspection: Found,
): Promise<ScriptsLook> {
  const { findings, files } = await lossOnly(client, inspection)
  const dangers = await measure(client, findings)
  const watches = scripts.map(({ name }) => {
    const of = files.get(name) ?? { reach: 'opaque', rewrites: [], own: [] }
    const own = dangers.filter(({ migration }) => migration === name)
    return [name, watchFor({ ...of, dangers: own, seen: seen.get(name) ?? [] })] as const
  })
  const known = [...seen].flatMap(([name, effects]) => effects.map((effect) => ({ name, effect })))
  return {
    findings: dangers,
    lines: [
      ...dangers.map((danger) => findingLine(environment, danger)),
      ...known.map(({ name, effect }) => seenLine(environment, name, effect)),
    ],
    items: [
      ...dangers.map((danger) => ({ step: danger.migration, ...itemOf(danger) })),
      ...known.map(({ name, effect }) => ({ step: name, line: null, what: effectLine(effect), rows: null, also: '' })),
    ],
    destructive: findings.filter((finding) => finding.destructive).length + known.length,
    watches: new Map(watches),
  }
}

/**
 * Where every statement may run: what is destroyed is told, and its faults are left to the server, which knows more.
 * @param counts how many rows are concerned, which takes a look at each table.
 */
export async function lookLocally(
  client: Client,
  scripts: readonly Inspected[],
  counts: boolean,
): Promise<ScriptsLook> {
  const nothing: Found = { findings: [], files: new Map() }
  const inspection =
    scripts.length === 0
      ? nothing
      : await readScripts(scripts, { major: parserMajor, bodies: false }).catch((): Found => nothing)
  const { findings } = await lossOnly(client, inspection)
  const measured = counts
    ? await measure(client, findings)
    : findings.map((finding) => ({ ...finding, reached: [], count: null }))
  const destructive = measured.filter((finding) => finding.destructive)
  const lines = destructive.map((finding) => findingLine('local', finding))
  return { findings: measured, lines, items: [], destructive: destructive.length, watches: new Map() }
}

/** What each of them reaches as the database is now, and how many rows that concerns. */
async function measure(client: Client, findings: readonly Finding[]): Promise<Measured[]> {
  const affected = await affectedBy(client, rootsOf(findings))
  const taken = await takenAlong(client, findings.map(droppedBy))
  const all = [...affected, ...taken.map((one) => ({ ...one, isNamed: false, hasRows: true }))]
  const dangers = findings.map((danger, i) => ({ ...danger, reached: all.filter(({ root }) => root === i) }))
  const losses = dangers.flatMap(lossesOf)
  const counts = await countRows(client, losses)
  return dangers.map((danger) => {
    const reached = danger.reached.map((one) => {
      const count = counts[losses.findIndex((loss) => loss.danger === danger && loss.one === one)] ?? null
      return { ...one, count }
    })
    return { ...danger, reached, count: reached.find(({ isNamed }) => isNamed)?.count ?? null }
  })
}

/** varchar(10) to varchar(20) loses nothing: what a new type does to the values is told by the one that the column has now. */
async function lossOnly(client: Client, { findings, files }: Found): Promise<Found> {
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

const catalogs: Record<ContainerType, Dropped['catalog']> = {
  table: 'pg_class',
  'materialized view': 'pg_class',
  'foreign table': 'pg_class',
  schema: 'pg_namespace',
  type: 'pg_type',
  domain: 'pg_type',
  extension: 'pg_extension',
  collation: 'pg_collation',
  'access method': 'pg_am',
  function: 'pg_proc',
}

function droppedBy({ takes }: Finding): Dropped | null {
  return takes === undefined ? null : { catalog: catalogs[takes.type], name: takes.name }
}

/** What of a danger is lost, to be counted: all rows, or those that have a value in a column. */
function lossesOf(danger: Finding & { readonly reached: readonly Omit<ReachedRows, 'count'>[] }) {
  if (!danger.destructive && danger.kind !== 'update') return []
  return danger.reached
    .filter(({ hasRows }) => hasRows)
    .map((one) => {
      const column = one.column ?? (one.isNamed && one.kind === 'drop-column' ? (danger.column ?? null) : null)
      return { danger, one, schema: one.schema, name: one.name, column }
    })
}
