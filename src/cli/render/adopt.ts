import type { AdoptedFile, AdoptProof, AdoptResult } from '../../commands/shared/adopt-results.ts'
import type { Problem } from '../../core/adopt/tools/tool.ts'
import { databaseName } from '../../core/database-name.ts'
import { counted, grouped } from '../../core/quantities.ts'
import { differenceLine } from '../../core/schema/differences.ts'
import { aligned } from './aligned.ts'
import { painted } from './design.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'

/** How many files a plan lists before it counts the rest. */
const filesShown = 20
const differencesShown = 20

/** What `db adopt` found or wrote, what is wrong with it, the proof, and what to type next. */
export function renderAdopt(result: AdoptResult, paint: Paint): string {
  const { written, recorded } = result
  const isDone = written.length + recorded.length > 0
  return withGivenFlags(
    [
      paint.bold(headLine(result)),
      ...(isDone ? [] : fileLines(result)),
      ...noteLines(result),
      ...result.problems.flatMap((problem) => problemLines(problem, paint)),
      ...proofLines(result, paint),
      ...downLines(result, paint),
      ...endLines(result, paint),
    ].join('\n'),
  )
}

function headLine({ tool, folder, table, files, database }: AdoptResult): string {
  if (tool === null) return `A baseline: the schema of ${databaseName(database)} as one file`
  const told = files.filter((file) => file.isTold).length
  const since = files.filter((file) => file.applied && !file.isTold).length
  const where =
    table === null
      ? `no table of ${tool} in ${databaseName(database)}`
      : `${told} applied by ${table}${since === 0 ? '' : ` and ${since} by nself`} in ${databaseName(database)}`
  return `${tool}: ${counted(files.length, 'migration')} in ${folder || '.'}, ${where}`
}

function fileLines({ files }: AdoptResult): string[] {
  const shown = files.length > filesShown ? [...files.slice(0, 8), ...files.slice(-8)] : files
  const lines = aligned(shown.map((file) => [file.name, stateOf(file), file.sources.join(', ')]))
  const rest = files.length - shown.length
  return (rest === 0 ? lines : [...lines.slice(0, 8), `… ${rest} more`, ...lines.slice(8)]).map((line) => `  ${line}`)
}

function stateOf({ applied, appliedAt, isThere }: AdoptedFile): string {
  const state = applied ? `applied ${appliedAt?.slice(0, 16).replace('T', ' ') ?? ''}`.trim() : 'pending'
  return isThere ? `${state}, written before` : state
}

function noteLines({ files, others }: AdoptResult): string[] {
  const notes = new Map<string, string[]>()
  for (const { name, notes: own } of files) for (const note of own) notes.set(note, [...(notes.get(note) ?? []), name])
  const named = [...notes].map(([note, names]) =>
    names.length > 3
      ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more: ${note}`
      : `${names.join(', ')}: ${note}`,
  )
  const found = others.length === 0 ? [] : [`left alone: ${others.join(', ')}`]
  return [...named, ...found].map((line) => `Note: ${line}`)
}

function problemLines({ subject, what, decision, choice, weight }: Problem, paint: Paint): string[] {
  const sign = weight === 'note' ? paint.yellow('!') : paint.red('✗')
  return [`${sign} ${subject} ${what}: ${decision}`, ...(choice === null ? [] : [`    or: ${choice}`])]
}

function proofLines({ proof, database, tool }: AdoptResult, paint: Paint): string[] {
  if (proof === null) return []
  if (proof.state === 'proven')
    return [paint.green(tool === null ? 'proven: the baseline makes the schema that you have' : provenLine(proof))]
  if (proof.state !== 'different') return [paint.red(`Not proven: ${proof.why}`)]
  const { differences } = proof
  const more = differences.length - differencesShown
  return [
    paint.red(`Not proven: the files do not make the schema of ${databaseName(database)}`),
    ...differences
      .slice(0, differencesShown)
      .map((item) => `  ${painted(item, paint, differenceLine(item, 'the files', 'the database'))}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

function provenLine({ replayed, pending }: Extract<AdoptProof, { state: 'proven' }>): string {
  const files = replayed === 1 ? 'the converted file makes' : `the ${grouped(replayed)} converted files make`
  const rest = pending === 0 ? '' : `; ${pending} pending ${pending === 1 ? 'one runs' : 'ones run'} after them`
  return replayed === 0
    ? `proven: nothing is applied, and the database has no tables${rest}`
    : `proven: ${files} the schema that you have${rest}`
}

/** What became of the DOWNs that were missing. */
function downLines({ downs, dryRun, exitStatus }: AdoptResult, paint: Paint): string[] {
  if (downs === null) return []
  const { written, left } = downs
  const verb = dryRun || exitStatus !== 0 ? 'can be written' : written.length === 1 ? 'was written' : 'were written'
  const sum =
    written.length === 0 ? [] : [paint.green(`${counted(written.length, 'missing DOWN')} ${verb}, each proven`)]
  return [
    ...sum,
    ...written.flatMap(({ name, lost }) => lost.map((line) => `${paint.yellow('!')} DOWN of ${name}: ${line}`)),
    ...left.map(({ name, why }) => `${paint.yellow('!')} no DOWN for ${name}: ${why}`),
  ]
}

function endLines(result: AdoptResult, paint: Paint): string[] {
  const { written, recorded, dryRun, exitStatus, problems, files, command } = result
  if (written.length + recorded.length > 0) {
    return [
      `${paint.green('✓')} ${counted(written.length, 'file')} written, ${counted(recorded.length, 'migration')} recorded as applied`,
      'Next: nself db migrate status',
    ]
  }
  if (exitStatus === 0 && !dryRun) return ['Nothing to adopt: everything was taken over earlier']
  if (problems.some(({ weight }) => weight === 'obstacle')) return ['Nothing was written.']
  if (exitStatus !== 0) return [`Nothing was written. To continue anyway: ${command} --force`]
  const downs = new Set(result.downs?.written.map(({ name }) => name))
  const fresh = files.filter(({ isThere, name }) => !isThere || downs.has(name)).length
  return [`Nothing was written. To write ${counted(fresh, 'file')}: ${command}`]
}
