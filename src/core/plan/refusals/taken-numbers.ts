import { NselfError } from '../../errors.ts'
import { fromBranch } from '../../migration/entry-words.ts'
import type { State } from '../../migration/state.ts'

/**
 * The number of a pending file under which another migration is applied, of which nothing is here. A file that stands for
 * that one has its number on purpose.
 */
export function refuseTakenNumbers({ entries }: State): void {
  const missing = new Map(entries.filter(({ file }) => file === null).map((entry) => [entry.version, entry]))
  if (missing.size === 0) return
  for (const { file, applied, version } of entries) {
    const twin = missing.get(version)
    if (file === null || applied !== null || twin === undefined || twin.partOf === file) continue
    throw new NselfError(
      'refused',
      `${file.name} is pending, but its number is that of ${twin.name}, which is applied here`,
      {
        hint: `the file of ${twin.name} is not here${fromBranch(twin) || ': it belongs to another branch or checkout'}. Give the pending one the next free number: nself db migrate repair --renumber ${file.name}; or revert ${twin.name} by its stored DOWN: nself db migrate sync; nothing was run`,
      },
    )
  }
}
