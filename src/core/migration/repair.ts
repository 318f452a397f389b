import type { Environment } from '../environment.ts'
import { NselfError } from '../errors.ts'
import { shellWord } from '../shell-word.ts'
import { DoneChecksum } from './checksum.ts'
import { isSameText, wasEmpty } from './identity.ts'
import type { Applied, Migration, Named } from './migration.ts'
import { listSome, lostProblem, redoHint } from './plan-refusals.ts'
import type { Section } from './section.ts'
import { holdSection } from './section-text.ts'
import type { Entry, State } from './state.ts'
import type { TableDamage } from './table-damage.ts'
import { compareVersions } from './version.ts'

/** One thing to mend; `what` says it to a person. */
export type Repair = { readonly what: string } & (
  | { readonly kind: 'accept'; readonly file: Migration; readonly row: Named }
  | { readonly kind: 'mark-applied' | 'baseline'; readonly file: Migration; readonly row: Named | null }
  | { readonly kind: 'forget' | 'statement-again'; readonly version: string; readonly name: string }
  | { readonly kind: 'statement-done'; readonly version: string; readonly name: string; readonly doneChecksum: string }
  | { readonly kind: 'renamed'; readonly file: Migration; readonly row: Named }
  | { readonly kind: 'rebuild'; readonly files: readonly Migration[] }
  | { readonly kind: 'drop-invalid-index'; readonly index: string }
  | { readonly kind: 'mark-environment'; readonly to: Environment }
  | { readonly kind: 'restore-tables'; readonly damages: readonly TableDamage[] }
)

/** A fix that is proposed, with the flag that does it. */
export interface ProposedRepair {
  readonly kind: Repair['kind']
  /** Null for what concerns no single migration. */
  readonly version: string | null
  readonly flag: string
  readonly what: string
  /** Whether it is what is to be done, as far as can be known. */
  readonly recommended: boolean
  /** What is better than that where it will do; no fix, but a command or an edit. */
  readonly better: string | null
  readonly repairs: readonly Repair[]
}

/** Versions are canonical; each list is of one flag. */
export interface RepairFlags {
  readonly accept: readonly string[]
  readonly markApplied: readonly string[]
  readonly forget: readonly string[]
  /** Pairs: the version that is applied, and that of the file which has its text now. */
  readonly renamed: readonly (readonly [from: string, to: string])[]
  readonly statementDone: readonly string[]
  readonly statementAgain: readonly string[]
  readonly baseline: string | null
  readonly rebuild: boolean
  readonly dropInvalidIndex: readonly string[]
  readonly markEnvironment: Environment | null
}

/**
 * What is wrong, as fixes to choose from. A row whose file is missing here is no fault: another checkout has it.
 * @param lost the table of migrations is gone, its journal is there.
 */
export function findingsOf(state: State, invalidIndexes: readonly string[], lost: boolean): ProposedRepair[] {
  const { entries } = state
  const lostRows = state.lost.length > 0 ? [propose('--rebuild', lostProblem(state.lost), rebuild(state), 'best')] : []
  return [
    ...(lost
      ? [propose('--rebuild', 'the table of migrations is gone, but not the journal', rebuild(state), 'best')]
      : []),
    ...lostRows,
    ...entries.flatMap((entry) => [
      ...editedFindings(state, entry),
      ...renamedFindings(entry),
      ...failedFindings(entry),
    ]),
    ...invalidIndexes.map((index) => {
      const problem = `index ${index} is INVALID, as CONCURRENTLY leaves it`
      return propose(`--drop-invalid-index ${shellWord(index)}`, problem, dropIndex(index), 'best')
    }),
  ]
}

/** @param better `best` for a fix that nothing is better than. */
function propose(flag: string, problem: string, repair: Repair, better: string | null): ProposedRepair {
  const recommended = better === 'best'
  const what = `${problem}: ${repair.what}`
  const version = versionOf(repair)
  return { kind: repair.kind, version, flag, what, recommended, better: recommended ? null : better, repairs: [repair] }
}

function editedFindings(state: State, entry: Entry): ProposedRepair[] {
  const { status, version, name, file, applied } = entry
  if (status !== 'edited' || file === null || applied === null) return []
  const take = accept(file, applied)
  const problem = `${name} was edited after it was applied`
  if (!wasEmpty(applied)) {
    return [propose(`--accept ${version}`, problem, take, `undo the edit${redoHint(state, [entry])}`)]
  }
  const empty = `${name} was applied when its UP had no statement, so that nothing of it ever ran`
  return [
    propose(`--forget ${version}`, empty, forget(applied), 'best'),
    propose(`--accept ${version}`, problem, take, null),
  ]
}

function renamedFindings({ version, name, file, sameAs }: Entry): ProposedRepair[] {
  if (sameAs === null || file === null) return []
  const problem = `${name} has the text of ${sameAs.name}, which is applied and whose file is gone`
  return [propose(`--renamed ${sameAs.version}=${version}`, problem, renamed(file, sameAs), 'best')]
}

function failedFindings(entry: Entry): ProposedRepair[] {
  const { status, version, name, file, applied } = entry
  if (status !== 'failed' || applied === null) return []
  const isReverting = applied.state === 'reverting'
  const stopped = `${name} is partially ${isReverting ? 'reverted' : 'applied'}`
  const resume = `resume it: ${isReverting ? 'nself db migrate down' : 'nself db migrate up'}`
  const forgotten = propose(`--forget ${version}`, stopped, forget(applied), isUnknown(applied) ? null : resume)
  if (!isUnknown(applied) || file === null) return [forgotten]
  const problem = `cannot tell whether statement ${applied.statementBegun} of ${name} completed`
  return [
    propose(`--statement-done ${version}`, problem, statementDone(entry, file, applied), 'look at the database first'),
    propose(`--statement-again ${version}`, problem, statementAgain(entry), 'look at the database first'),
    forgotten,
  ]
}

function versionOf(repair: Repair): string | null {
  if ('file' in repair) return repair.file.version
  return 'version' in repair ? repair.version : null
}

/**
 * The repairs that flags ask for.
 * @throws NselfError `usage` for a version that the flag does not fit.
 */
export function repairsFor(state: State, flags: RepairFlags): Repair[] {
  const each = (versions: readonly string[], problem: string, repairOf: (entry: Entry) => Repair | null) =>
    versions.map((version) => {
      // Two can have one version, of which the flag fits one.
      const repair = state.entries
        .filter((item) => item.version === version)
        .map(repairOf)
        .find((found) => found !== null)
      if (repair !== undefined) return repair
      throw new NselfError('usage', `version ${version} ${problem}`, { hint: 'see nself db migrate status' })
    })
  const unknown = 'has no statement of unknown outcome'
  return [
    ...(flags.rebuild ? [rebuild(state)] : []),
    ...each(flags.accept, 'is not edited', ({ status, file, applied }) =>
      status === 'edited' && file && applied ? accept(file, applied) : null,
    ),
    ...each(flags.markApplied, 'is not pending', ({ status, file, applied }) =>
      file && status !== 'applied' && status !== 'edited' && !isTaken(state, file) ? markApplied(file, applied) : null,
    ),
    ...each(flags.forget, 'is not in the history', ({ applied, version }) => {
      const row = applied ?? state.lost.find((one) => one.version === version)
      return row === undefined ? null : forget(row)
    }),
    ...flags.renamed.map(([from, to]) => renamedFor(state, from, to)),
    ...each(flags.statementDone, unknown, (entry) =>
      entry.file && entry.applied && isUnknown(entry.applied) ? statementDone(entry, entry.file, entry.applied) : null,
    ),
    ...each(flags.statementAgain, unknown, (entry) =>
      entry.applied && isUnknown(entry.applied) ? statementAgain(entry) : null,
    ),
    ...(flags.baseline === null ? [] : baseline(state, flags.baseline)),
    ...flags.dropInvalidIndex.map(dropIndex),
    ...(flags.markEnvironment === null ? [] : [markEnvironment(flags.markEnvironment)]),
  ]
}

function isUnknown(applied: Applied): boolean {
  return applied.state !== 'applied' && applied.statementBegun > applied.statementsDone
}

/** What the journal knows is put back; each stored DOWN comes from the file, which is the only one to have it. */
function rebuild({ entries, lost }: State): Repair {
  const files = entries.flatMap(({ file, applied }) => (file !== null && applied === null ? [file] : []))
  const what =
    lost.length === 0
      ? 'rebuild the table of migrations from the journal'
      : `put ${lost.length === 1 ? 'the row' : 'the rows'} of ${listSome(lost)} back from the journal`
  return { kind: 'rebuild', files, what }
}

/** Whether another migration is applied under the number of a file. */
function isTaken({ entries }: State, { version }: Migration): boolean {
  return entries.some(({ file, applied }) => file === null && applied?.version === version)
}

/** @throws NselfError `usage` unless one is applied whose file is gone, and the other one is pending with its text. */
function renamedFor(state: State, from: string, to: string): Repair {
  const row = state.entries.find(({ file, applied }) => file === null && applied?.version === from)?.applied
  const file = state.entries.find(({ file, applied }) => file?.version === to && applied === null)?.file
  const wrong = (problem: string) => new NselfError('usage', problem, { hint: 'see nself db migrate status' })
  if (!row) throw wrong(`version ${from} is not one that is applied and whose file is gone`)
  if (!file || isTaken(state, file)) throw wrong(`version ${to} is not pending`)
  if (!isSameText(file, row)) throw wrong(`${file.name} has not the text of ${row.name}`)
  return renamed(file, row)
}

function renamed(file: Migration, row: Named): Repair {
  return { kind: 'renamed', file, row, what: `record ${row.name} as ${file.name}` }
}

function accept(file: Migration, row: Named): Repair {
  return { kind: 'accept', file, row, what: `accept ${file.name} as it is now, without running it` }
}

function markApplied(file: Migration, row: Named | null): Repair {
  return { kind: 'mark-applied', file, row, what: `record ${file.name} as applied without running it` }
}

function forget({ version, name }: Named): Repair {
  return { kind: 'forget', version, name, what: `forget ${name} without reverting it` }
}

function statementAgain({ version, name, applied }: Entry): Repair {
  const what = `let up run statement ${applied?.statementBegun} of ${name} again`
  return { kind: 'statement-again', version, name: applied?.name ?? name, what }
}

function statementDone({ version, name }: Entry, file: Migration, applied: Applied): Repair {
  const section = applied.state === 'reverting' ? file.down : file.up
  const doneChecksum = section === null ? '' : checksumOfFirst(section, applied.statementBegun)
  const what = `record statement ${applied.statementBegun} of ${name} as done`
  return { kind: 'statement-done', version, name: applied.name, doneChecksum, what }
}

function checksumOfFirst(section: Section, count: number): string {
  const text = holdSection(section)
  if (!text.isUnchanged()) {
    throw new NselfError('conflict', 'the file changed while it was read', {
      hint: 'run the command again; nothing was changed',
    })
  }
  const checksum = new DoneChecksum()
  for (let i = 0; i < count; i++) {
    const statement = section.statements.at(i)
    if (statement !== undefined) checksum.add(text.sql(statement))
  }
  return checksum.hex()
}

function baseline(state: State, last: string): Repair[] {
  if (!state.entries.some((entry) => entry.version === last && entry.file !== null)) {
    throw new NselfError('usage', `version ${last} has no file`, { hint: 'see nself db migrate status' })
  }
  const until = state.entries.filter(
    ({ status, version }) => (status === 'pending' || status === 'empty') && compareVersions(version, last) <= 0,
  )
  return until.flatMap(({ file }) =>
    file
      ? [{ kind: 'baseline', file, row: null, what: `record ${file.name} as applied before nself came` } as const]
      : [],
  )
}

function dropIndex(index: string): Repair {
  return { kind: 'drop-invalid-index', index, what: `drop index ${index}` }
}

function markEnvironment(to: Environment): Repair {
  return { kind: 'mark-environment', to, what: `mark the database as ${to}` }
}
