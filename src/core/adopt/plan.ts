import { canonicalVersion } from '../migration/version.ts'
import { asDecidedBefore, keptAsIs } from './decided-before.ts'
import { planRepeatables } from './plan-repeatables.ts'
import type { PlannedFile, PlanRequest } from './planned-file.ts'
import { type TargetNames, targetNames, timestampOf } from './target-names.ts'
import { targetText } from './target-text.ts'
import { note, obstacle } from './tools/files.ts'
import type { Problem, SourceMigration, ToolRow } from './tools/tool.ts'

/** All that a person decides on: each file, each row, and what is wrong with them. */
export interface AdoptPlan {
  readonly tool: string
  /** In the tool's order. */
  readonly files: readonly PlannedFile[]
  /** Of the tool's files that run again whenever they are edited; without numbers. */
  readonly repeatables: readonly PlannedFile[]
  readonly problems: readonly Problem[]
}

/** What each file of the other tool becomes, and what is recorded. */
export function adoptPlan(request: PlanRequest): AdoptPlan {
  const { tool, source, rows, own, now } = request
  const origins = new Map(source.migrations.map((one) => [one.key, originOf(request, one)]))
  const named = new Map(own.flatMap(({ name, from }) => (from === null ? [] : [[from, name]])))
  const given = new Map([...origins].flatMap(([key, from]) => keep(key, named.get(from))))
  const target = namesOf(request, given)
  const byKey = new Map(rows.map((row) => [row.key, row]))
  const faults: Problem[] = []
  const files = source.migrations.map((one): PlannedFile => {
    const name = target.names.get(one.key) ?? one.key
    const dependsOn = one.dependsOn.flatMap((key) => target.names.get(key) ?? [])
    const created = timestampOf(one.number) ?? timestampOf(one.key) ?? now
    const {
      text,
      notes,
      faults: wrong,
    } = targetText(one, { name, created, from: origins.get(one.key) ?? '', dependsOn, variables: request.variables })
    const sources = one.files.map((file) => pathIn(request.folder, file))
    const isThere = given.has(one.key)
    if (!isThere) faults.push(...wrong.map(({ section, error, sql }) => unreadable(sources, section, error, sql)))
    const row = byKey.get(one.key) ?? null
    const version = canonicalVersion(/^\d+/.exec(name)?.[0] ?? '0')
    return {
      key: one.key,
      name,
      version,
      sources,
      text,
      isThere,
      row: isPending(row, name, request) ? null : row,
      position: rows.findIndex((item) => item.key === one.key),
      notes,
    }
  })
  const again = planRepeatables(request, request.ownRepeatables, (one) => ({
    sources: one.files.map((file) => pathIn(request.folder, file)),
    from: originOf(request, one),
  }))
  const problems = [
    ...knownProblems(request, target),
    ...faults,
    ...again.problems,
    ...rowProblems(request, [...files, ...again.files]),
  ]
  const told = problems.map((problem) => asDecidedBefore(withCommand(problem, request.command), files, own))
  return { tool, files, repeatables: again.files, problems: told }
}

/** Its choice as a whole command, with what was typed. */
const withCommand = (problem: Problem, command: string): Problem => ({
  ...problem,
  choice: problem.choice?.replaceAll(/\bnself db adopt(?= --)/g, () => command) ?? null,
})

/** What the files are to be called. @param given the names that an earlier run has given. */
function namesOf({ source, numbering, own, rows, now }: PlanRequest, given: ReadonlyMap<string, string>): TargetNames {
  return targetNames({
    migrations: source.migrations,
    numbering,
    given,
    taken: own.map(({ name }) => name),
    now,
    times: new Map(rows.flatMap(({ key, appliedAt }) => keep(key, timestampOf(appliedAt?.replace(/\D/g, '') ?? null)))),
  })
}

/** What is wrong before any text is looked at: with the folder, and with the names. */
function knownProblems(request: PlanRequest, { problems, note: numbered }: TargetNames): Problem[] {
  const { folder, source } = request
  return [
    ...source.problems.map((problem) => ({ ...problem, subject: subjectIn(request, problem) })),
    ...problems.map((problem) => ({ ...problem, subject: pathIn(folder, problem.subject) })),
    ...(numbered === null
      ? []
      : [
          note(
            folder === '' ? `the folder of ${request.tool}` : folder,
            numbered,
            'all are numbered in their order',
            'by time: nself db adopt --timestamp',
          ),
        ]),
  ]
}

const keep = (key: string, value: string | null | undefined): [string, string][] =>
  value == null ? [] : [[key, value]]

const isPending = (row: ToolRow | null, name: string, { failed, recorded }: PlanRequest) =>
  row !== null && row.fault !== null && failed !== 'applied' && !recorded.has(name)

/** A file of the tool's folder as a person names it. */
export const pathIn = (folder: string, file: string) => (folder === '' ? file : `${folder}/${file}`)

/** A problem may be about a file of the folder, or about something else, such as a row. */
function subjectIn({ folder }: PlanRequest, { subject }: Problem): string {
  return /\.\w+$/.test(subject) ? pathIn(folder, subject) : subject
}

/** How a file of ours says what it was. */
function originOf({ folder, tool }: PlanRequest, { key, files }: SourceMigration): string {
  // What no file of the tool makes is called after what it is made from.
  if (files.length === 0) return `${key} (${tool})`
  return `${files.map((file) => pathIn(folder, file)).join(' and ')} (${tool})`
}

function unreadable(
  sources: readonly string[],
  section: 'up' | 'down',
  error: Error & { hint?: string | undefined; offset: number },
  sql: string,
): Problem {
  const line = sql.slice(0, error.offset).split('\n').length
  const text = sql.split('\n')[line - 1]?.trim().slice(0, 80) ?? ''
  const where = `${section.toUpperCase()}, near: ${text}`
  const file = (section === 'down' ? sources.at(-1) : sources[0]) ?? ''
  return obstacle(
    file,
    `cannot be read: ${error.message} (${where})`,
    'nothing is written',
    error.hint ?? 'fix it there',
  )
}

function rowProblems({ rows, failed, recorded, tool }: PlanRequest, files: readonly PlannedFile[]): Problem[] {
  const known = new Set(files.map(({ key }) => key))
  const lost = rows.filter(({ key }) => !known.has(key))
  const failedRows = rows.filter(({ key, fault }) => fault !== null && known.has(key))
  return [
    ...lost.map(({ key }) =>
      note(
        `row ${key}`,
        `is applied according to ${tool}, but no SQL file here belongs to it`,
        'it is not recorded',
        'if its file was removed, put it back and run this again',
      ),
    ),
    ...failedRows.map(({ key, fault }) => {
      const file = files.find((one) => one.key === key)
      const subject = file?.sources[0] ?? key
      if (failed === null && file?.isThere) return note(subject, fault ?? '', keptAsIs)
      if (failed === null) {
        return obstacle(
          subject,
          fault ?? '',
          'nothing is written before you say whether it is applied',
          'look at the database, then: nself db adopt --failed applied; or: nself db adopt --failed pending',
        )
      }
      return note(subject, fault ?? '', failed === 'applied' ? 'it is recorded as applied' : 'it stays pending')
    }),
    ...outOfOrder(
      files.filter(({ version }) => version !== ''),
      ({ row, name }) => row !== null || recorded.has(name),
    ),
  ]
}

/** A file that nobody has applied although a later one is. */
function outOfOrder(files: readonly PlannedFile[], isApplied: (file: PlannedFile) => boolean): Problem[] {
  const last = files.findLastIndex(isApplied)
  return files
    .slice(0, Math.max(last, 0))
    .filter((file) => !isApplied(file))
    .map(({ sources, name }) =>
      note(
        sources[0] ?? '',
        'was never applied, and later ones were',
        'it is pending, out of order',
        `to run it: nself db migrate up --allow-out-of-order; or if its changes are there: nself db migrate repair --mark-applied ${name}`,
      ),
    )
}
