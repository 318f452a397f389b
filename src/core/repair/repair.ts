import type { Environment } from '../environment.ts'
import { NselfError } from '../errors.ts'
import { DoneChecksum } from '../migration/checksum.ts'
import { listSome } from '../migration/entry-words.ts'
import { isSameText, wasEmpty } from '../migration/identity.ts'
import type { Applied, Migration, MigrationName } from '../migration/migration.ts'
import type { Section } from '../migration/section.ts'
import { holdSection } from '../migration/section-text.ts'
import type { Entry, State } from '../migration/state.ts'
import { compareVersions } from '../migration/version.ts'
import type { TableDamage } from './table-damage.ts'

/** One repair; `what` says it to a person. */
export type Repair = { readonly what: string } & (
  | { readonly kind: 'accept'; readonly file: Migration; readonly row: MigrationName }
  | { readonly kind: 'mark-applied' | 'baseline'; readonly file: Migration; readonly row: MigrationName | null }
  | { readonly kind: 'forget' | 'statement-again'; readonly version: string; readonly name: string }
  | { readonly kind: 'statement-done'; readonly version: string; readonly name: string; readonly doneChecksum: string }
  | { readonly kind: 'renamed'; readonly file: Migration; readonly row: MigrationName }
  | { readonly kind: 'rebuild'; readonly files: readonly Migration[] }
  | { readonly kind: 'drop-invalid-index'; readonly index: string }
  | { readonly kind: 'mark-environment'; readonly to: Environment }
  | { readonly kind: 'restore-tables'; readonly damages: readonly TableDamage[] }
)

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

/** None of them: what is asked for is added. */
export const noRepairFlags: RepairFlags = {
  accept: [],
  markApplied: [],
  forget: [],
  renamed: [],
  statementDone: [],
  statementAgain: [],
  baseline: null,
  rebuild: false,
  dropInvalidIndex: [],
  markEnvironment: null,
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
      throw misfit(version, problem)
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
    ...flags.forget.map((version) => forgetFor(state, version)),
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

function misfit(version: string, problem: string): NselfError {
  return new NselfError('usage', `version ${version} ${problem}`, { hint: 'see nself db migrate status' })
}

/** Of one whose row is gone only the journal may know, where its file is gone too. */
function forgetFor({ entries, lost }: State, version: string): Repair {
  const row = entries.find((entry) => entry.version === version && entry.applied !== null)?.applied
  const known = row ?? lost.find((one) => one.version === version)
  if (known === undefined) throw misfit(version, 'is not in the history')
  return forget(known)
}

export function isUnknown(applied: Applied): boolean {
  return applied.state !== 'applied' && applied.statementBegun > applied.statementsDone
}

/** What the journal knows is put back; each stored DOWN comes from the file, which is the only one to have it. */
export function rebuild({ entries, lost }: State): Repair {
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
  if (!isSameText(file, row)) throw wrong(`${file.name} does not have the text of ${row.name}`)
  return renamed(file, row)
}

export function renamed(file: Migration, row: MigrationName): Repair {
  return { kind: 'renamed', file, row, what: `record ${row.name} as ${file.name}` }
}

export function accept(file: Migration, row: MigrationName): Repair {
  return { kind: 'accept', file, row, what: `accept ${file.name} as it is now, without running it` }
}

function markApplied(file: Migration, row: MigrationName | null): Repair {
  return { kind: 'mark-applied', file, row, what: `record ${file.name} as applied without running it` }
}

export function forget(row: MigrationName | Applied): Repair {
  const { version, name } = row
  const stays = 'checksum' in row && wasEmpty(row) ? '' : ' (what it did stays in the database)'
  return { kind: 'forget', version, name, what: `forget ${name} without reverting it${stays}` }
}

/** Whether the file is another one in the statements that an attempt has done: it cannot be resumed from there. */
export function isDoneEdited(file: Migration, { state, statementsDone, doneChecksum }: Applied): boolean {
  const section = state === 'reverting' ? file.down : file.up
  return statementsDone > 0 && section !== null && checksumOfFirst(section, statementsDone) !== doneChecksum
}

export function statementAgain({ version, name, applied }: Entry): Repair {
  const what = `let up run statement ${applied?.statementBegun} of ${name} again`
  return { kind: 'statement-again', version, name: applied?.name ?? name, what }
}

export function statementDone({ version, name }: Entry, file: Migration, applied: Applied): Repair {
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
      ? [{ kind: 'baseline', file, row: null, what: `record ${file.name} as applied before nself was used` } as const]
      : [],
  )
}

export function dropIndex(index: string): Repair {
  return { kind: 'drop-invalid-index', index, what: `drop index ${index}` }
}

function markEnvironment(to: Environment): Repair {
  return { kind: 'mark-environment', to, what: `mark the database as ${to}` }
}
