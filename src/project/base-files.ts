import { join } from 'node:path'
import { gitIn } from './git.ts'
import { listFiles } from './list-files.ts'

/** The migration files of a folder here, on another branch, and where both parted: git's hash of each by its name. */
export interface BaseFiles {
  readonly here: ReadonlyMap<string, string>
  readonly there: ReadonlyMap<string, string>
  readonly fork: ReadonlyMap<string, string>
  /** The text of a file as the other branch has it. */
  readonly textThere: (name: string) => Promise<string>
}

/** Before long work that needs it. @throws NselfError `usage` where git does not know the branch, or is not there. */
export async function refuseUnknownBase(folder: string, ref: string): Promise<void> {
  await baseCommit(gitIn(folder, `how the migrations differ from ${ref}`), ref)
}

const baseCommit = async (git: ReturnType<typeof gitIn>, ref: string) =>
  (await git(['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`])).trim()

/** @throws NselfError `usage` where git does not know the branch, cannot tell where both parted, or is not there. */
export async function readBase(folder: string, root: string, ref: string): Promise<BaseFiles> {
  const git = gitIn(folder, `how the migrations differ from ${ref}`)
  const base = await baseCommit(git, ref)
  const parted = (await git(['merge-base', base, 'HEAD'])).trim()
  const filesAt = async (commit: string) => new Map((await git(['ls-tree', '-z', commit])).split('\0').flatMap(fileOf))
  const names = listFiles(folder, root)
  const hashes =
    names.length === 0
      ? ''
      : await git(['hash-object', '--stdin-paths'], `${names.map((name) => join(folder, name)).join('\n')}\n`)
  const here = new Map(
    hashes
      .trim()
      .split('\n')
      .map((hash, i) => [names[i] ?? '', hash]),
  )
  const there = await filesAt(base)
  return {
    here: names.length === 0 ? new Map() : here,
    there,
    fork: await filesAt(parted),
    textThere: (name) => git(['cat-file', 'blob', there.get(name) ?? '']),
  }
}

/** A line of ls-tree: `100644 blob HASH<tab>NAME`. */
function fileOf(line: string): [string, string][] {
  const [, hash, name] = /^\d+ blob ([0-9a-f]+)\t(.+\.sql)$/s.exec(line) ?? []
  return hash === undefined || name === undefined ? [] : [[name, hash]]
}
