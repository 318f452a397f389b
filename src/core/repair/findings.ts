import { wasEmpty } from '../migration/identity.ts'
import type { Applied } from '../migration/migration.ts'
import type { Entry, State } from '../migration/state.ts'
import { redoHint } from '../plan/refusals/edited.ts'
import { lostProblem } from '../plan/refusals/lost-rows.ts'
import { shellWord } from '../shell-word.ts'
import {
  accept,
  dropIndex,
  forget,
  forgetRepeatable,
  type Repair,
  rebuild,
  renamed,
  renamedRepeatable,
} from './repair.ts'
import { isDoneEdited, isUnknown, statementAgain, statementDone } from './statement-repairs.ts'

/** A fix that is proposed, as it is shown. */
export interface ProposedFix {
  /** What is done: `accept`, `forget` … */
  readonly kind: Repair['kind']
  /** Null for what concerns no single migration. */
  readonly version: string | null
  /** The flag that does it: `--accept 3`. */
  readonly flag: string
  readonly what: string
  /** Whether it is what is to be done, as far as can be known. */
  readonly recommended: boolean
  /** What is better than that where it will do; no fix, but a command or an edit. */
  readonly better: string | null
}

/** The same with what is done when it is chosen. */
export interface ProposedRepair extends ProposedFix {
  readonly repairs: readonly Repair[]
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
      ? [
          propose(
            '--rebuild',
            'the table nself.migrations is gone, but its journal is still there',
            rebuild(state),
            'best',
          ),
        ]
      : []),
    ...lostRows,
    ...entries.flatMap((entry) => [
      ...editedFindings(state, entry),
      ...renamedFindings(entry),
      ...failedFindings(entry),
    ]),
    ...state.repeatables.flatMap(({ name, status, renamedTo: to }) => {
      if (status !== 'missing') return []
      if (to !== undefined) {
        const problem = `the repeatable ${to} has the text of ${name}, whose file is not here`
        return propose(
          `--renamed-repeatable ${shellWord(`${name}=${to}`)}`,
          problem,
          renamedRepeatable(name, to),
          'best',
        )
      }
      const better = 'bring its file back; or drop what it made in a migration first'
      const problem = `the file of the repeatable ${name} is not here`
      return propose(`--forget-repeatable ${shellWord(name)}`, problem, forgetRepeatable(name), better)
    }),
    ...invalidIndexes.map((index) => {
      const problem = `index ${index} is INVALID, left behind by a failed CONCURRENTLY`
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
  const empty = `${name} was applied when its UP had no statement, so nothing of it ever ran`
  return [
    propose(`--forget ${version}`, empty, forget(applied), 'best'),
    propose(`--accept ${version}`, problem, take, null),
  ]
}

function renamedFindings({ version, name, file, sameAs }: Entry): ProposedRepair[] {
  if (sameAs === null || file === null) return []
  const problem = `${name} has the same text as ${sameAs.name}, which is applied and whose file is gone`
  return [propose(`--renamed ${sameAs.version}=${version}`, problem, renamed(file, sameAs), 'best')]
}

function failedFindings(entry: Entry): ProposedRepair[] {
  const { status, version, name, file, applied } = entry
  if (status !== 'failed' || applied === null) return []
  const isReverting = applied.state === 'reverting'
  const stopped = `${name} is partially ${isReverting ? 'reverted' : 'applied'}`
  const command = isReverting ? 'nself db migrate down' : 'nself db migrate up'
  const isEdited = file !== null && isDoneEdited(file, applied)
  const resume = `${isEdited ? `undo the edit in ${doneText(applied)}, then ` : ''}resume it: ${command}`
  const forgotten = propose(`--forget ${version}`, stopped, forget(applied), isUnknown(applied) ? null : resume)
  if (!isUnknown(applied) || file === null) return [forgotten]
  const problem = `cannot tell whether statement ${applied.statementBegun} of ${name} completed`
  return [
    propose(`--statement-done ${version}`, problem, statementDone(entry, file, applied), 'look at the database first'),
    propose(`--statement-again ${version}`, problem, statementAgain(entry), 'look at the database first'),
    forgotten,
  ]
}

function doneText({ statementsDone }: Applied): string {
  return statementsDone === 1
    ? 'its first statement, which is done already'
    : `its first ${statementsDone} statements, which are done already`
}

function versionOf(repair: Repair): string | null {
  if ('file' in repair) return repair.file.version
  return 'version' in repair ? repair.version : null
}
