import { type Effect, effectLine, type Watch } from '../../core/effect.ts'
import { allowedBy } from '../../core/effects/allowed.ts'
import { watchFor } from '../../core/effects/approval.ts'
import { type ContainerType, type Danger, withOldType } from '../../core/effects/danger.ts'
import type { Environment } from '../../core/environment.ts'
import { type Finding, type Inspected, type Inspection, inspect } from '../../parsers/postgres/dangers.ts'
import { type Affected, affectedBy, type Root } from '../../postgres/catalog/affected.ts'
import { columnTypes } from '../../postgres/catalog/column-types.ts'
import { countRows, type RowCount } from '../../postgres/catalog/lost-rows.ts'
import { type Dropped, takenAlong } from '../../postgres/catalog/taken-along.ts'
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
 * @param major that of the server, which may understand what our parser does not.
 * @throws NselfError `invalid-migration` for what PostgreSQL cannot parse, `refused` for what hides its effects.
 */
export async function lookAtScripts(
  client: Client,
  environment: Environment,
  scripts: readonly Inspected[],
  seen: ReadonlyMap<string, readonly Effect[]>,
  major?: number,
): Promise<ScriptsLook> {
  const { findings, files } = await lossOnly(client, await inspect(scripts, major))
  const affected = await affectedBy(client, rootsOf(findings))
  const taken = await takenAlong(client, findings.map(droppedBy))
  const all = [...affected, ...taken.map((one) => ({ ...one, isNamed: false, hasRows: true }))]
  const dangers = findings.map((danger, i) => ({ ...danger, reached: all.filter(({ root }) => root === i) }))
  const losses = dangers.flatMap(lossesOf)
  const counts = await countRows(client, losses)
  const countOf = (danger: Danger, one: Reached) =>
    counts[losses.findIndex((loss) => loss.danger === danger && loss.one === one)] ?? null
  const watches = scripts.map(({ name }) => {
    const of = files.get(name) ?? { reach: 'opaque', rewrites: [], own: [] }
    const own = dangers.filter(({ migration }) => migration === name)
    return [name, watchFor({ ...of, dangers: own, seen: seen.get(name) ?? [] })] as const
  })
  const known = [...seen].flatMap(([name, effects]) => effects.map((effect) => seenLine(environment, name, effect)))
  return {
    findings,
    lines: [
      ...dangers.map((danger) => findingLine(environment, danger, danger.reached, (one) => countOf(danger, one))),
      ...known,
    ],
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
  const lines = destructive.map((finding) => findingLine('local', finding, [], () => null))
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

interface Reached extends Omit<Affected, 'root'> {
  readonly column?: string | null
}

/** What of a danger is lost, to be counted: all rows, or those that have a value in a column. */
function lossesOf(danger: Finding & { readonly reached: readonly Reached[] }) {
  if (!danger.destructive && danger.kind !== 'update') return []
  return danger.reached
    .filter(({ hasRows }) => hasRows)
    .map((one) => {
      const column = one.column ?? (one.isNamed && one.kind === 'drop-column' ? (danger.column ?? null) : null)
      return { danger, one, schema: one.schema, name: one.name, column }
    })
}

function findingLine(
  environment: Environment,
  finding: Finding,
  reached: readonly Reached[],
  countOf: (one: Reached) => RowCount | null,
): string {
  const { what, location, migration, destructive, kind } = finding
  const named = reached.find(({ isNamed }) => isNamed)
  const of =
    named === undefined
      ? ''
      : counted(countOf(named), kind === 'drop-column' ? 'value' : finding.some === true ? 'some' : 'row')
  const more = new Map<string, string>()
  for (const one of reached.filter(({ isNamed }) => !isNamed)) {
    const object = one.schema === 'public' ? one.name : `${one.schema}.${one.name}`
    const column = one.column == null ? '' : `.${one.column}`
    more.set(
      `${object}${column}`,
      `${object}${column}${counted(countOf(one), column !== '' ? 'value' : one.kind === 'delete' || one.kind === 'update' ? 'some' : 'row')}`,
    )
  }
  const names = [...more.values()].join(', ')
  const also =
    more.size === 0 ? '' : finding.takes === undefined ? `, and by foreign keys rows of ${names}` : `: ${names}`
  return `${destructive ? labels[environment] : 'Change'}: ${migration} ${what}${of}${also} (${location.path}:${location.line})`
}

/** ` (3 rows)`, ` (it has 3 rows)`, ` (about 88,000 rows have a value)`; nothing where nobody knows. */
function counted(count: RowCount | null, of: 'row' | 'some' | 'value'): string {
  if (count === null) return ''
  const { rows, exact } = count
  const verb = of !== 'value' ? '' : rows === 1 ? ' has a value' : ' have a value'
  const number = rows === 0 ? 'no rows' : `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`
  return ` (${of === 'some' ? 'it has ' : ''}${exact ? '' : 'about '}${number}${verb})`
}

function seenLine(environment: Environment, name: string, effect: Effect): string {
  return `${labels[environment]}: ${name} ${effectLine(effect)}, as it did before it was rolled back`
}
