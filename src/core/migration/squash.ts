import { seenChecksumOf } from './checksum.ts'
import { isSameName } from './identity.ts'
import type { Applied, Migration, MigrationName, Replaced } from './migration.ts'
import { storedDown } from './stored-down.ts'

/** A file that stands for migrations whose rows are here, which are to become its row. */
export interface Squashed {
  readonly file: Migration
  /** In the order of application. */
  readonly parts: readonly Applied[]
}

/** A file that stands for migrations of which a database has some, or not as the file has them. */
interface HalfSquashed {
  readonly file: Migration
  readonly done: readonly Applied[]
  /** What is not applied yet. */
  readonly left: readonly Replaced[]
  /** Of what is applied: what stopped inside, and what was applied with another text than the one that was squashed. */
  readonly partial: readonly Applied[]
  readonly edited: readonly Applied[]
}

/** The history as these files see it. */
export interface SquashView {
  readonly rows: readonly Applied[]
  readonly squashed: readonly Squashed[]
  readonly half: readonly HalfSquashed[]
  /** Rows of files that are not here, while those that they stand for are: a checkout from before the squash. */
  readonly split: readonly Applied[]
}

/**
 * Lays files that stand for others beside the history: where all of these are applied, one row stands for theirs; and
 * where a checkout still has these, their own rows stand for that one.
 */
export function withSquashes(files: readonly Migration[], history: readonly Applied[]): SquashView {
  const squashes = files.filter(({ replaces }) => replaces.length > 0)
  const split = history.filter((row) => isSplit(row, files))
  if (squashes.length === 0 && split.length === 0) return { rows: history, squashed: [], half: [], split: [] }
  let rows = history.flatMap((row) => (split.includes(row) ? (row.replaced ?? []) : [row]))
  const squashed: Squashed[] = []
  const half: HalfSquashed[] = []
  for (const file of squashes) {
    if (rows.some((row) => isOf(row, file))) continue
    const found = partsOf(file, rows)
    if (found.done.length === 0) continue
    if (found.left.length + found.partial.length + found.edited.length > 0) {
      half.push(found)
      continue
    }
    const parts = found.done.toSorted((a, b) => a.position - b.position)
    squashed.push({ file, parts })
    rows = [...rows.filter((row) => !parts.includes(row)), standIn(file, parts)]
  }
  return { rows: rows.toSorted((a, b) => a.position - b.position), squashed, half, split }
}

const isOf = (a: MigrationName, b: MigrationName) => a.version === b.version && isSameName(a.name, b.name)

function isSplit(row: Applied, files: readonly Migration[]): boolean {
  const { replaced } = row
  if (replaced === null || files.some((file) => isOf(file, row))) return false
  return files.some((file) => replaced.some((part) => isOf(part, file)))
}

function partsOf(file: Migration, rows: readonly Applied[]): HalfSquashed {
  const found = file.replaces.map((part) => rowsOf(part, rows))
  const done = found.flatMap((one) => one.done)
  return {
    file,
    done,
    left: found.flatMap((one) => one.left),
    partial: done.filter(({ state }) => state !== 'applied'),
    edited: found.flatMap((one) => one.edited),
  }
}

/** The row of what a file stands for, or those of what that one stands for in a database that never recorded it. */
function rowsOf(part: Replaced, rows: readonly Applied[]): Pick<HalfSquashed, 'done' | 'left' | 'edited'> {
  const row = rows.find((one) => isOf(one, part))
  if (row !== undefined) return { done: [row], left: [], edited: isText(row, part) ? [] : [row] }
  const within = part.parts.map((one) => rowsOf(one, rows))
  const done = within.flatMap((one) => one.done)
  if (done.length === 0) return { done: [], left: [part], edited: [] }
  return { done, left: within.flatMap(({ left }) => left), edited: within.flatMap(({ edited }) => edited) }
}

/** Whether it was applied with that text, as far as anybody can tell. */
function isText({ checksum, seenChecksum }: Applied, part: Replaced): boolean {
  if (part.checksum === null || seenChecksum === null) return true
  return seenChecksum.startsWith(part.checksum) || checksum.startsWith(part.checksum)
}

/** It is reverted after all that was applied since the first of them, and replayed before it. */
function standIn(file: Migration, parts: readonly Applied[]): Applied {
  const [first, last] = [parts[0], parts.at(-1)]
  if (first === undefined || last === undefined) throw new Error(`${file.name} stands for nothing`)
  return {
    ...last,
    version: file.version,
    name: file.name,
    checksum: file.checksum,
    seenChecksum: seenChecksumOf(file.up),
    position: first.position,
    durationMs: parts.reduce((sum, { durationMs }) => sum + durationMs, 0),
    revertible: file.down !== null,
    shortDown: storedDown(file),
    statementsDone: 0,
    statementBegun: 0,
    doneChecksum: null,
    variables: null,
    batches: null,
    replaced: parts,
  }
}

/** `147 migrations (001_create_users to 147_add_index)`. */
export function spokenParts(parts: readonly { readonly name: string }[]): string {
  const [first, last] = [parts[0]?.name, parts.at(-1)?.name]
  return parts.length === 1 ? `1 migration (${first})` : `${parts.length} migrations (${first} to ${last})`
}

/** Where the files are kept that a file stands for, as a folder of migrations of its own. */
export function squashedFolder({ path, name }: Pick<Migration, 'path' | 'name'>): string {
  const folders = path
    .split('/')
    .filter((part) => part !== '..')
    .slice(0, -2)
  // Those that a file stands for may stand for others, which are kept beside them.
  return [...folders, ...(folders.at(-1) === 'squashed' ? [] : ['squashed']), name].join('/')
}
