import type { Problem } from '../../core/adopt/tools/tool.ts'
import { databaseName } from '../../core/database-name.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { type Repeatable, shownName } from '../../core/migration/repeatable.ts'
import { placeOf } from '../../postgres/driver/server.ts'
import type { AdoptProof, AdoptResult } from './adopt-results.ts'
import type { AdoptTask } from './adopt-task.ts'
import { type AdoptedFiles, adoptedFiles } from './adopted-files.ts'
import type { Context } from './context.ts'
import { proveAdopted } from './prove-adopted.ts'
import { writeAndRecord } from './record-adopted.ts'

/** Proves a plan, asks where something is not well, writes the files and records what is applied. */
export async function carryOut(context: Context, given: AdoptTask): Promise<AdoptResult> {
  const { server, options } = given
  const first = await adoptedFiles(context, given.plan, given.setAside !== null)
  const task = { ...given, plan: await withRows(context, given, first) }
  const work = { ...first, problems: [...first.problems, ...task.plan.problems.slice(given.plan.problems.length)] }
  const has = (weight: Problem['weight']) => work.problems.some((problem) => problem.weight === weight)
  const applied = appliedOf(task, work)
  const proof = has('obstacle')
    ? ({ state: 'unchecked', why: 'the problems above must be solved first' } as const)
    : await proveAdopted(context, server, {
        applied,
        all: work.all,
        ran: ranOf(task, work),
        repeatables: work.allRepeatables,
        objects: task.source.objects,
      })
  if (has('obstacle')) return { ...resultOf(task, work, proof, null), exitStatus: 3 }
  const { planned, files, downs, rewrites } = await downsOf(context, task, work)
  const whole = { ...task, plan: { ...task.plan, files: planned } }
  const result = resultOf(whole, { ...work, files }, proof, downs)
  const isWell = proof.state === 'proven' && !has('choice')
  const status = isWell ? 0 : proof.state === 'different' || proof.state === 'unchecked' ? 6 : has('choice') ? 3 : 4
  if (options.dryRun) return { ...result, exitStatus: options.force ? 0 : status }
  if (!isWell && !options.force && !(await isWanted(context, result))) return { ...result, exitStatus: status }
  return { ...result, ...(await writeAndRecord(context, whole, { files, repeatables: work.repeatables, rewrites })) }
}

async function downsOf(context: Context, { plan, server, source, options }: AdoptTask, { files, all }: AdoptedFiles) {
  const planned = plan.files
  // That of a baseline would drop the whole schema.
  if (!options.writeDowns || source.tool === null) return { planned, files, downs: null, rewrites: [] }
  const { missingDowns } = await import('./write-downs.ts')
  return missingDowns(context, { server, planned, files, all })
}

/** The plan with what is applied, found by replaying where no table tells it. */
async function withRows(context: Context, { plan, server, isUntold }: AdoptTask, { all, problems }: AdoptedFiles) {
  if (!isUntold || problems.some(({ weight }) => weight === 'obstacle')) return plan
  const { inferApplied } = await import('./infer-adopted.ts')
  return inferApplied(context, server, plan, all)
}

/** Those that the other tool has applied, and those that nself has. */
function appliedOf({ plan, history: { rows } }: AdoptTask, { files, all }: AdoptedFiles): Migration[] {
  const adopted = new Set(plan.files.flatMap(({ key, row }) => (row === null ? [] : (files.get(key)?.name ?? []))))
  const known = new Set(rows.flatMap(({ name, state }) => (state === 'applied' ? [name] : [])))
  return all.filter(({ name }) => adopted.has(name) || known.has(name))
}

/** The repeatables that the other tool has run, edited ones too, and those that nself has. */
function ranOf({ plan, history }: AdoptTask, { repeatables, allRepeatables }: AdoptedFiles): Repeatable[] {
  const ran = plan.repeatables.flatMap(({ key, position }) =>
    position === -1 ? [] : (repeatables.get(key)?.name ?? []),
  )
  const known = new Set([...ran, ...history.repeatables.map(({ name }) => name)])
  return allRepeatables.filter(({ name }) => known.has(name))
}

function resultOf(
  { plan, source, server, options, command, history }: AdoptTask,
  work: AdoptedFiles,
  proof: AdoptProof,
  downs: AdoptResult['downs'],
): AdoptResult {
  const known = new Set(history.rows.flatMap(({ name, state }) => (state === 'applied' ? [name] : [])))
  const run = new Set(history.repeatables.map(({ name }) => name))
  const files = [...plan.files, ...plan.repeatables].map((file) => {
    const { key, sources, row, isThere, notes } = file
    const again = work.repeatables.get(key)
    const name = again === undefined ? file.name : shownName(file.name)
    const path = (work.files.get(key) ?? again?.file)?.path ?? `${name}.sql`
    const applied = row !== null || (again === undefined ? known : run).has(file.name)
    return { name, path, sources, applied, isTold: row !== null, appliedAt: row?.appliedAt ?? null, isThere, notes }
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
