import { NselfError } from '../errors.ts'
import { dependenciesFirst } from './dependencies-first.ts'
import type { Applied, Dependency, Migration, MigrationName } from './migration.ts'
import { compareVersions } from './version.ts'

/**
 * The files by version, but each after what it depends on.
 * @throws NselfError `invalid-migration` for an unknown or a circular dependency.
 */
export function inDependencyOrder(
  files: readonly Migration[],
  applied: ReadonlyMap<Migration, Applied>,
  history: readonly Applied[],
): Migration[] {
  const sorted = [...files].sort((a, b) => compareVersions(a.version, b.version) || (a.name < b.name ? -1 : 1))
  if (files.every(({ dependsOn }) => dependsOn.length === 0)) return sorted
  const targetOf = dependencyFinder(sorted, applied, history)
  return dependenciesFirst(sorted, (file) => file.dependsOn.map((dependency) => targetOf(file, dependency)))
}

/** Finds the file that a dependency names; null where it is applied and its file is not here. */
function dependencyFinder(
  sorted: readonly Migration[],
  applied: ReadonlyMap<Migration, Applied>,
  history: readonly Applied[],
): (file: Migration, dependency: Dependency) => Migration | null {
  const rows = new Map(history.map((row) => [row.version, row]))
  const byVersion = new Map<string, Migration>()
  // Of two with one version the applied one.
  for (const file of sorted) {
    if (!byVersion.has(file.version) || applied.has(file)) byVersion.set(file.version, file)
  }
  const byName = new Map(sorted.map((file) => [file.name, file]))
  return (file, { text, version }) => {
    const target = byName.get(text.replace(/\.sql$/, '')) ?? byVersion.get(version)
    if (target !== undefined && names(text, target.name)) return target
    const row = rows.get(version)
    const done = row?.state === 'applied' ? row : undefined
    if (done !== undefined && names(text, done.name)) return null
    const isPart = (parts: readonly MigrationName[] | null) =>
      parts?.some((part) => part.version === version && names(text, part.name)) === true
    const squash = sorted.find(({ replaces }) => isPart(replaces))
    if (squash !== undefined) return squash
    if (history.some(({ state, replaced }) => state === 'applied' && isPart(replaced))) return null
    throw unknownDependency(file, text, target ?? done)
  }
}

/** A dependency by number fits any name; one by full name must be that name. */
function names(text: string, name: string): boolean {
  return /^\d+$/.test(text) || text.replace(/\.sql$/, '') === name
}

function unknownDependency(file: Migration, text: string, near: { name: string } | undefined): NselfError {
  return new NselfError('invalid-migration', `${file.path} depends on ${text}, which does not exist`, {
    hint: near ? `did you mean ${near.name}?` : 'fix the depends_on line, or bring the file back',
  })
}
