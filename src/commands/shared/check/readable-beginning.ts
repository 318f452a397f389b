import type { Migration } from '../../../core/migration/migration.ts'
import { compareVersions } from '../../../core/migration/version.ts'
import type { PartFound } from './part-found.ts'
import type { CheckScope } from './scope.ts'

/** One for each scope: parts that replay the same share what they do. */
const beginnings = new WeakMap<CheckScope, CheckScope>()

/**
 * Runs a part that replays the history on what comes before the first file that cannot be read: what such a file would
 * have made is missing after it. A file without a number never was a part of the history.
 */
export async function onReadable(
  scope: CheckScope,
  run: (scope: CheckScope) => Promise<PartFound>,
): Promise<PartFound> {
  const broken = scope.unreadable.flatMap(({ path, version }) => (version === null ? [] : { path, version }))
  const [first] = broken.sort((a, b) => compareVersions(a.version, b.version))
  if (first === undefined) return run(scope)
  const { version, path } = first
  const isBefore = (file: Migration) => compareVersions(file.version, version) < 0
  const beginning = beginnings.get(scope) ?? {
    ...scope,
    files: scope.files.filter(isBefore),
    wanted: new Set([...scope.wanted].filter(isBefore)),
    repeatables: [],
  }
  beginnings.set(scope, beginning)
  const found = await run(beginning)
  const reason = found.outcome.reason ?? `${path} cannot be read, so nothing from there on was checked`
  return { ...found, outcome: { outcome: 'incomplete', reason } }
}

/** Runs a part that compares all files with others, where all can be read. */
export async function ifReadable({ unreadable }: CheckScope, run: () => Promise<PartFound>): Promise<PartFound> {
  const [first] = unreadable
  return first === undefined
    ? run()
    : { findings: [], outcome: { outcome: 'incomplete', reason: `${first.path} cannot be read` } }
}
