import type { Environment } from '../environment.ts'
import { NselfError } from '../errors.ts'
import { nameIn } from '../migration/headers.ts'
import type { Entry, State } from '../migration/state.ts'
import { compareVersions } from '../migration/version.ts'
import { isTaken, renamedFor, renamedRepeatableFor } from './renamed-repairs.ts'
import {
  accept,
  dropIndex,
  forget,
  forgetRepeatable,
  markApplied,
  markEnvironment,
  type Repair,
  rebuild,
} from './repair.ts'
import { isUnknown, statementAgain, statementDone } from './statement-repairs.ts'

/** Versions are canonical; each list is of one flag. */
export interface RepairFlags {
  readonly accept: readonly string[]
  readonly markApplied: readonly string[]
  readonly forget: readonly string[]
  /** Names of repeatables. */
  readonly forgetRepeatable: readonly string[]
  /** Pairs: the version that is applied, and that of the file which has its text now. */
  readonly renamedRepeatable: readonly (readonly [from: string, to: string])[]
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
  forgetRepeatable: [],
  renamedRepeatable: [],
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
      const entries = state.entries.filter((item) => item.version === version)
      const repair = entries.map(repairOf).find((found) => found !== null)
      if (repair !== undefined) return repair
      throw misfit(version, entries.length === 0 ? 'is neither in the history nor the number of a file' : problem)
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
    ...flags.forgetRepeatable.map((name) => forgetRepeatableFor(state, name)),
    ...flags.renamedRepeatable.map(([from, to]) => renamedRepeatableFor(state, from, to)),
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

function forgetRepeatableFor({ repeatables }: State, text: string): Repair {
  const name = nameIn(text)
  if (repeatables.some((entry) => entry.name === name && entry.ran !== null)) return forgetRepeatable(name)
  throw new NselfError('usage', `the repeatable ${name} has not run here`, { hint: 'see nself db migrate status' })
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
