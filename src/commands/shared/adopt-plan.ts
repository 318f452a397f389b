import { join, relative } from 'node:path'
import type { ToolObjects } from '../../core/adopt/own-objects.ts'
import type { AdoptPlan, PlannedFile } from '../../core/adopt/plan.ts'
import type { Problem } from '../../core/adopt/tools/tool.ts'
import { databaseName } from '../../core/database-name.ts'
import { NselfError } from '../../core/errors.ts'
import { approve } from '../../core/guard.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { parseMigration } from '../../core/migration/parse-file.ts'
import { placeOf, type Server, spokenPlace } from '../../postgres/driver/server.ts'
import { type AdoptedHistory, recordAdopted } from '../../postgres/tracking/adopted.ts'
import type { History } from '../../postgres/tracking/history.ts'
import { removeAdopted, writeAdopted } from '../../project/adopt/write-adopted.ts'
import { readMigrations } from '../../project/migrations.ts'
import type { AdoptProof, AdoptResult } from './adopt-results.ts'
import { briefingOn, listedStep } from './brief.ts'
import type { Context } from './context.ts'
import { proveAdopted } from './prove-adopted.ts'
import type { WrittenDowns } from './write-downs.ts'

/** What is to be taken over, and how. */
export interface AdoptTask {
  readonly server: Server
  readonly history: History
  readonly plan: AdoptPlan
  /** Where the files that are in our folder go, if they are the other tool's. */
  readonly setAside: string | null
  /** No table says what is applied, and there is something. */
  readonly isUntold: boolean
  readonly source: {
    readonly tool: string | null
    readonly folder: string | null
    readonly table: string | null
    readonly others: readonly string[]
    readonly objects: ToolObjects
  }
  /** What was typed, without what makes it a preview. */
  readonly command: string
  readonly options: {
    readonly dryRun: boolean
    readonly force: boolean
    /** The DOWNs that migrations lack are written. */
    readonly writeDowns: boolean
    readonly lockWaitMs: number
  }
}

interface Work {
  /** Those of the plan that can be read, by their key. */
  readonly files: ReadonlyMap<string, Migration>
  /** All that is in our folder and all that comes into it. */
  readonly all: readonly Migration[]
  readonly problems: readonly Problem[]
}

/** Proves a plan, asks where something is not well, writes the files and records what is applied. */
export async function carryOut(context: Context, given: AdoptTask): Promise<AdoptResult> {
  const { server, options } = given
  const first = await prepared(context, given)
  const task = { ...given, plan: await withRows(context, given, first) }
  const work = { ...first, problems: [...first.problems, ...task.plan.problems.slice(given.plan.problems.length)] }
  const has = (weight: Problem['weight']) => work.problems.some((problem) => problem.weight === weight)
  const applied = appliedOf(task, work)
  const proof = has('obstacle')
    ? ({ state: 'unchecked', why: 'the problems above must be solved first' } as const)
    : await proveAdopted(context, server, { applied, all: work.all, objects: task.source.objects })
  if (has('obstacle')) return { ...resultOf(task, work, proof, null), exitStatus: 3 }
  const { planned, files, downs, rewrites } = await downsOf(context, task, work)
  const whole = { ...task, plan: { ...task.plan, files: planned } }
  const result = resultOf(whole, { ...work, files }, proof, downs)
  const isWell = proof.state === 'proven' && !has('choice')
  const status = isWell ? 0 : proof.state === 'different' || proof.state === 'unchecked' ? 6 : has('choice') ? 3 : 4
  if (options.dryRun) return { ...result, exitStatus: options.force ? 0 : status }
  if (!isWell && !options.force && !(await isWanted(context, result))) return { ...result, exitStatus: status }
  return { ...result, ...(await done(context, whole, { files, rewrites })) }
}

async function downsOf(context: Context, { plan, server, source, options }: AdoptTask, { files, all }: Work) {
  const planned = plan.files
  // That of a baseline would drop the whole schema.
  if (!options.writeDowns || source.tool === null) return { planned, files, downs: null, rewrites: [] }
  const { missingDowns } = await import('./write-downs.ts')
  return missingDowns(context, { server, planned, files, all })
}

/** The plan with what is applied, found by replaying where no table tells it. */
async function withRows(context: Context, { plan, server, isUntold }: AdoptTask, { all, problems }: Work) {
  if (!isUntold || problems.some(({ weight }) => weight === 'obstacle')) return plan
  const { inferApplied } = await import('./infer-adopted.ts')
  return inferApplied(context, server, plan, all)
}

/** The files as they will be. What cannot be read is a problem. */
async function prepared({ settings }: Context, { plan, setAside }: AdoptTask): Promise<Work> {
  const { root, migrationsDir } = settings
  const own = setAside === null ? await readMigrations(migrationsDir, root) : []
  const problems = [...plan.problems]
  const known = new Set(problems.map(({ subject }) => subject))
  const files = new Map<string, Migration>()
  for (const { key, name, version, text, isThere, sources } of plan.files) {
    try {
      const path = join(relative(root, migrationsDir), `${name}.sql`)
      const there = isThere ? own.find((file) => file.name === name) : undefined
      files.set(key, there ?? parseMigration(path, { name, version }, text))
    } catch (error) {
      if (!(error instanceof NselfError)) throw error
      const subject = sources[0] ?? name
      if (known.has(subject)) continue
      const { message, location, hint } = error
      const what = `cannot be taken over as it is: ${message}${location === undefined ? '' : ` (near: ${location.excerpt.trim()})`}`
      problems.push({ subject, what, decision: 'nothing is written', choice: hint ?? null, weight: 'obstacle' })
    }
  }
  const names = new Set(own.map(({ name }) => name))
  const fresh = [...files.values()].filter(({ name }) => !names.has(name))
  return { files, all: [...own, ...fresh], problems }
}

/** Those that the other tool has applied, and those that nself has. */
function appliedOf({ plan, history: { rows } }: AdoptTask, { files, all }: Work): Migration[] {
  const adopted = new Set(plan.files.flatMap(({ key, row }) => (row === null ? [] : (files.get(key)?.name ?? []))))
  const known = new Set(rows.flatMap(({ name, state }) => (state === 'applied' ? [name] : [])))
  return all.filter(({ name }) => adopted.has(name) || known.has(name))
}

function resultOf(
  { plan, source, server, options, command }: AdoptTask,
  work: Work,
  proof: AdoptProof,
  downs: AdoptResult['downs'],
): AdoptResult {
  const files = plan.files.map((file) => {
    const { name, sources, row, isThere, notes } = file
    const path = work.files.get(file.key)?.path ?? `${name}.sql`
    return { name, path, sources, applied: row !== null, appliedAt: row?.appliedAt ?? null, isThere, notes }
  })
  const { tool, folder, table, others } = source
  const shown = { tool, folder, table, others, database: placeOf(server), files, problems: work.problems, proof, downs }
  return { kind: 'adopt', ...shown, dryRun: options.dryRun, command, written: [], recorded: [], exitStatus: 0 }
}

/** At a terminal a person may go on although not all is well. */
async function isWanted(
  { ask, tell, answers }: Context,
  { problems, proof, files, database }: AdoptResult,
): Promise<boolean> {
  if (ask === null || answers.yes) return false
  for (const { subject, what, decision } of problems.filter(({ weight }) => weight === 'choice')) {
    tell(`${subject} ${what}: ${decision}`)
  }
  if (proof?.state === 'different')
    tell(`Not proven: the files and ${databaseName(database)} differ in ${proof.differences.length}`)
  if (proof?.state === 'failed' || proof?.state === 'unchecked') tell(`Not proven: ${proof.why}`)
  const message = `Write ${files.filter(({ isThere }) => !isThere).length} files and record ${files.filter(({ applied }) => applied).length} as applied on ${databaseName(database)} despite the problems above?`
  return (await ask({ kind: 'yes-no', message })) === 'y'
}

async function done(
  context: Context,
  { plan, server, source, options, setAside }: AdoptTask,
  { files, rewrites }: Pick<WrittenDowns, 'files' | 'rewrites'>,
): Promise<Pick<AdoptResult, 'written' | 'recorded' | 'exitStatus'>> {
  const { settings, answers, ask, signal, tell } = context
  const { environment, migrationsDir, root } = settings
  const fresh = plan.files.filter(({ isThere, key }) => !isThere && files.has(key))
  const history = historyOf(plan, source, files)
  const count = fresh.length + rewrites.length
  const summary = `write ${count} files and record ${history.migrations.length} migrations as applied on ${spokenPlace(server)} (${environment})`
  const briefing = briefingOn(context, server, {
    title: `${count} files will be written, and ${history.migrations.length} migrations recorded as applied:`,
    steps: [listedStep(history.migrations.map(({ file }) => file.name))],
    notes: ['Nothing else in the database changes.'],
  })
  const approved = await approve({ action: 'repair', what: history, summary, briefing }, environment, answers, ask)
  const written = writeAdopted(root, migrationsDir, fresh, setAside)
  const how = { environment, lockWaitMs: options.lockWaitMs, tell, signal }
  const recorded = await recordAdopted(server, approved, how).catch((error) => {
    removeAdopted(root, migrationsDir, written, setAside)
    throw error
  })
  const again = rewrites.length === 0 ? [] : await (await import('./write-downs.ts')).rewriteAdopted(root, rewrites)
  return { written: [...written, ...again], recorded, exitStatus: 0 }
}

function historyOf(plan: AdoptPlan, source: AdoptTask['source'], files: Work['files']): AdoptedHistory {
  const applied = plan.files.filter(
    (file): file is PlannedFile & { row: NonNullable<PlannedFile['row']> } => file.row !== null,
  )
  const migrations = applied
    .toSorted((a, b) => a.position - b.position)
    .flatMap(({ key, row }) => {
      const file = files.get(key)
      return file === undefined
        ? []
        : [{ file, appliedAt: row.appliedAt, durationMs: row.durationMs, appliedBy: row.appliedBy }]
    })
  return { tool: source.tool ?? 'the live schema', migrations, objects: source.objects }
}
