import { NselfError } from '../errors.ts'
import { seenChecksumOf } from './checksum.ts'
import { dependenciesFirst } from './dependencies-first.ts'
import { nameIn } from './headers.ts'
import type { Migration } from './migration.ts'
import { parseUnnumbered } from './parse-file.ts'
import { ranWith } from './section.ts'

/** A file that runs again whenever it is edited: views, functions, policies. */
export interface Repeatable {
  /** The name of its file without `.sql`. */
  readonly name: string
  /** All of its text, from which it can be run when the file is another one, or gone. */
  readonly text: string
  /** Its sections, under the name that messages give it: `repeatable/order_totals`. */
  readonly file: Migration
}

/** What a repeatable was as it ran, so that it can be run again. */
export interface Definition {
  /** All of its file; empty where an older program left none. */
  readonly text: string
  readonly variables: Readonly<Record<string, string>> | null
  /** The place in the order of application of the migration that was the last one then; 0 before the first. */
  readonly position: number
}

/** A row of nself.repeatables: what ran last. */
export interface RanRepeatable extends Definition {
  readonly name: string
  readonly checksum: string
  /** What it was before the migrations that came last; null where it did not run before them. */
  readonly before: Definition | null
  /** ISO 8601, in the zone of the session. */
  readonly appliedAt: string
  readonly durationMs: number
  readonly appliedBy: string
  /** The branch of git from which it ran, or the commit. */
  readonly branch: string | null
}

export type RepeatableStatus = 'applied' | 'pending' | 'edited' | 'missing'

/** One repeatable: its file, its row, or both. */
export interface RepeatableEntry {
  readonly name: string
  readonly status: RepeatableStatus
  readonly file: Repeatable | null
  readonly ran: RanRepeatable | null
  /** A migration that was applied since has taken away what it made, and says so: it is pending, or edited. */
  readonly isTakenAway: boolean
  /** Of a missing one, the file that has all of its text and did not run under its own name before: it has another name now. */
  readonly renamedTo?: string
}

/** Files and rows that are to be laid side by side. */
export interface RepeatableSides {
  readonly files: readonly Repeatable[]
  readonly rows: readonly RanRepeatable[]
}

/** How messages name it. */
export const shownName = (name: string) => `repeatable/${name}`

/**
 * @param path as messages name it.
 * @throws NselfError `invalid-migration` for what is no file, or cannot run in a transaction with all others.
 */
export function parseRepeatable(path: string, name: string, text: string): Repeatable {
  const file = parseUnnumbered(path, shownName(name), text)
  if (file.phase !== null) {
    throw new NselfError('invalid-migration', `${path} has a phase, but repeatables run with every release`, {
      hint: 'remove the header; what must wait for a release belongs into a migration; nothing was run',
    })
  }
  const unfit = [file.up, file.down].find((section) => section?.transaction === false || section?.begin != null)
  if (unfit) {
    throw new NselfError('invalid-migration', `${path} cannot run in one transaction with the other repeatables`, {
      hint: 'move what needs a transaction of its own, or none, into a migration; nothing was run',
    })
  }
  return { name, text, file }
}

/** What ran, as a file again, which is filled in with the values with which it ran. */
export function definitionOf(name: string, { text, variables }: Definition): Repeatable {
  const repeatable = parseRepeatable(`${name}.sql (as it ran, from the database)`, name, text)
  const { file } = repeatable
  const { up, down } = file
  return { ...repeatable, file: { ...file, up: ranWith(up, variables), down: down && ranWith(down, variables) } }
}

/**
 * Lays the files beside what ran: files in the order in which they run, then those that are missing here.
 * @param takenAt of those that migrations have taken away, the place of the last one in the order of application.
 * @throws NselfError `invalid-migration` for an unknown or circular depends_on.
 */
export function compareRepeatables(
  { files, rows }: RepeatableSides,
  takenAt: ReadonlyMap<string, number> = new Map(),
): RepeatableEntry[] {
  const byName = new Map(rows.map((row) => [row.name, row]))
  const entries = inOrder(files).map((file): RepeatableEntry => {
    const ran = byName.get(file.name) ?? null
    const isTakenAway = ran !== null && ran.position < (takenAt.get(file.name) ?? 0)
    const status = statusOf(file, ran)
    return { name: file.name, status: isTakenAway && status === 'applied' ? 'pending' : status, file, ran, isTakenAway }
  })
  const known = new Set(files.map(({ name }) => name))
  const missing = rows.filter(({ name }) => !known.has(name)).sort(byNameOf)
  const open = new Set(entries.filter((entry) => entry.ran === null))
  return [
    ...entries,
    ...missing.map((ran): RepeatableEntry => {
      const entry = { name: ran.name, status: 'missing', file: null, ran, isTakenAway: false } as const
      const other = [...open].find(({ file }) => file !== null && hasTextOf(file, ran))
      if (other === undefined) return entry
      // Two that had one text cannot both have become the same file.
      open.delete(other)
      return { ...entry, renamedTo: other.name }
    }),
  ]
}

/** Whether the server would see what ran. */
export function hasTextOf(file: Repeatable, ran: RanRepeatable): boolean {
  return statusOf(file, ran) === 'applied'
}

const byNameOf = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)

function inOrder(files: readonly Repeatable[]): Repeatable[] {
  const byName = new Map(files.map((file) => [file.name, file]))
  return dependenciesFirst([...files].sort(byNameOf), ({ file }) =>
    file.dependsOn.map(({ text }) => {
      const target = byName.get(nameIn(text))
      if (target !== undefined) return target
      throw new NselfError('invalid-migration', `${file.path} depends on ${text}, which does not exist`, {
        hint: 'name another file of its folder, without .sql; the numbered migrations have all run before',
      })
    }),
  )
}

/** Of a file that is edited the server would see another UP or DOWN, or it runs as another role. */
function statusOf({ file, text }: Repeatable, ran: RanRepeatable | null): RepeatableStatus {
  if (ran === null) return 'pending'
  if (text === ran.text || (ran.text === '' && file.checksum === ran.checksum)) return 'applied'
  const before = definitionOf(ran.name, ran).file
  return JSON.stringify(whatRuns(file)) === JSON.stringify(whatRuns(before)) ? 'applied' : 'edited'
}

function whatRuns({ up, down }: Migration): unknown[] {
  return [seenChecksumOf(up), down && seenChecksumOf(down), up.role, down?.role]
}
