import { canonicalVersion, compareVersions } from '../migration/version.ts'
import type { OwnFile, PlannedFile } from './planned-file.ts'
import { fileOf } from './tools/files.ts'
import type { Problem } from './tools/tool.ts'

/** What an earlier run decided, or a person has written since, is no choice any more: it is only told. */
export function asDecidedBefore(problem: Problem, files: readonly PlannedFile[], own: readonly OwnFile[]): Problem {
  const { subject, weight } = problem
  if (weight !== 'choice') return problem
  const made = files.filter(({ sources }) => sources.includes(subject))
  if (made.some(({ isThere }) => isThere)) return { ...problem, decision: keptAsIs, choice: null, weight: 'note' }
  const version = versionIn(subject)
  if (version === null || made.length > 0) return problem
  const written = own.find(({ name, from }) => from === null && versionIn(name) === version)
  if (written !== undefined) {
    return { ...problem, decision: `${written.name}.sql stands for it`, choice: null, weight: 'note' }
  }
  return isBehind(version, files) ? { ...problem, weight: 'note' } : problem
}

/** What becomes of a file that an earlier run has written. */
export const keptAsIs = 'the file that an earlier run has written is kept as it is'

/** The number of a file of its own, as our folder would have it; null where it is not all digits. */
function versionIn(path: string): string | null {
  const digits = /^[VvUu]?(\d+)(?![.\d]|_\d)/.exec(fileOf(path))?.[1]
  return digits === undefined ? null : canonicalVersion(digits)
}

/** Whether an earlier run has written what stands after it, or all that there is. */
function isBehind(version: string, files: readonly PlannedFile[]): boolean {
  const isLater = (path: string) => compareVersions(versionIn(path) ?? '0', version) > 0
  const written = files.filter(({ isThere }) => isThere)
  return written.length > 0 && (written.length === files.length || written.some(({ sources }) => sources.some(isLater)))
}
