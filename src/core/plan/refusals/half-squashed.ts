import { NselfError } from '../../errors.ts'
import { listSome } from '../../migration/entry-words.ts'
import type { Replaced } from '../../migration/migration.ts'
import { squashedFolder } from '../../migration/squash.ts'
import type { State } from '../../migration/state.ts'

/** A file stands for others that are here too: both would run. @throws NselfError `conflict`. */
export function refuseBesideParts({ entries }: State): void {
  for (const { file } of entries) {
    if (file === null || file.replaces.length === 0) continue
    const parts = new Set(allParts(file.replaces).map(({ version, name }) => `${version} ${name}`))
    const found = entries.flatMap((entry) =>
      entry.file !== null && parts.has(`${entry.version} ${entry.file.name}`) ? [entry.file] : [],
    )
    if (found.length === 0) continue
    const are = found.length === 1 ? 'its file is' : 'their files are'
    throw new NselfError('conflict', `${file.name} stands for ${listSome(found)}, and ${are} here as well`, {
      hint: `if a squash was interrupted, finish it: nself db migrate squash --to ${file.version}; if a merge brought the files back, remove either them or ${file.path}; nothing was run`,
    })
  }
}

/** Those that a file stands for, and those that these stand for. */
const allParts = (parts: readonly Replaced[]): Replaced[] => parts.flatMap((part) => [part, ...allParts(part.parts)])

/** A database that has only some of what a file stands for. @throws NselfError `refused`. */
export function refuseHalfSquashed({ squashes }: State): void {
  const [found] = squashes.half
  if (found === undefined) return
  const { file, done, left, partial, edited } = found
  const before = `NSELF_MIGRATIONS_DIR=${squashedFolder(file)}`
  const where = `with the files from before the squash (kept in ${squashedFolder(file)}, or in git)`
  const then = 'then up again with the files that are here; nothing was run'
  const [stopped] = partial
  if (stopped !== undefined) {
    throw new NselfError('refused', `${file.name} stands for ${stopped.name}, which is only partially applied here`, {
      hint: `finish it ${where}: ${before} nself db migrate up; ${then}`,
    })
  }
  const [other] = edited
  if (left.length === 0 && other !== undefined) {
    const was = `${file.name} stands for ${listSome(edited)}`
    const what =
      edited.length === 1 ? 'which was applied here with another text' : 'which were applied here with other texts'
    throw new NselfError('refused', `${was}, ${what}`, {
      hint: `see what differs ${where}: ${before} nself db migrate status --drift; if it is as it should be: ${before} nself db migrate repair --accept ${edited.map(({ version }) => version).join(',')}; ${then}`,
    })
  }
  const [first, last] = [left[0]?.name, left.at(-1)?.name]
  const open = left.length === 1 ? `${first} is missing` : `${first} to ${last} are missing`
  throw new NselfError(
    'refused',
    `${file.name} stands for ${done.length + left.length} migrations, of which this database has ${done.length}: ${open}`,
    { hint: `apply the rest ${where}: ${before} nself db migrate up; ${then}` },
  )
}
