import { basename } from 'node:path'
import { NselfError } from '../../../core/errors.ts'
import { parseFileName } from '../../../core/migration/file-name.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import { type SeedFolder, seedFolders } from '../../../core/migration/seed.ts'
import { compare, type State } from '../../../core/migration/state.ts'
import { refuseTwins } from '../../../core/plan/refusals/twins.ts'
import { counted } from '../../../core/quantities.ts'
import type { Server } from '../../../postgres/driver/server.ts'
import { changedSince } from '../../../project/changed-since.ts'
import { type InvalidFile, parseEach, type parseFiles, readFiles } from '../../../project/migrations.ts'
import { readRepeatables } from '../../../project/repeatables.ts'
import { type Context, look } from '../context.ts'
import { namedServer } from '../named-server.ts'
import { migrationCount } from '../prepare-run.ts'
import { likelyMajor } from './likely-major.ts'

/** Which migrations are to be checked. */
export type ScopeChoice =
  | { readonly kind: 'pending' }
  | { readonly kind: 'all' }
  /** Those that are new or changed against a branch or a commit. */
  | { readonly kind: 'since'; readonly ref: string }

export interface CheckScope {
  /** For a person: `2 pending migrations`. */
  readonly words: string
  /** All that are in the folder, in the order in which a new database gets them. */
  readonly files: readonly Migration[]
  readonly wanted: ReadonlySet<Migration>
  /** The files that run again when they are edited: those that would run now, or all where no database is asked. */
  readonly repeatables: readonly Migration[]
  /** Those of which seeds would run, or all where no database of this environment is asked. */
  readonly seedFolders: readonly SeedFolder[]
  /** Files that are no migrations as they stand; what is told of the others may miss what these would have done. */
  readonly unreadable: readonly UnreadableFile[]
  /** Of two files with one number the one that needs another. */
  readonly twins: readonly Omit<UnreadableFile, 'version'>[]
  /** The database that was asked what is pending. */
  readonly live: Server | null
  /** The major of PostgreSQL that decides what can be parsed. */
  readonly major: number
  /** They are not what runs together next: each is looked at as if the ones before it had been in use for long. */
  readonly eachByItself: boolean
}

/** A file that is no migration as it stands. */
export interface UnreadableFile {
  readonly path: string
  /** Its name as that of a migration, and its number; null where it has none. */
  readonly name: string
  readonly version: string | null
  readonly fault: NselfError
}

/**
 * @param on the server that says what is pending, where it is not the command's own.
 * @throws NselfError `conflict`, `usage`; `connection` where the database says what is pending.
 */
export async function scopeOf(context: Context, choice: ScopeChoice, on: string | null): Promise<CheckScope> {
  if (choice.kind === 'pending') return pendingScope(context, on)
  const { migrationsDir, repeatableDir, cwd } = context.settings
  const repeatables = readRepeatables(repeatableDir, cwd).map(({ file }) => file)
  const { migrations, faults } = parseEach(await readFiles(migrationsDir, cwd), [])
  const asNew = compare(migrations, [])
  const files = asNew.entries.flatMap(({ file }) => file ?? [])
  const unreadable = faults.map(unreadableFile)
  const eachByItself = choice.kind === 'all'
  const rest = {
    files,
    repeatables,
    seedFolders,
    unreadable,
    twins: twinFaults(asNew),
    live: null,
    major: await likelyMajor(context),
    eachByItself,
  }
  if (choice.kind === 'all') {
    return { ...rest, words: `${migrationCount(files.length)}${besides(unreadable)}`, wanted: new Set(files) }
  }
  const changed = files.length === 0 ? new Set<string>() : await changedSince(migrationsDir, choice.ref)
  const wanted = files.filter(({ path }) => changed.has(basename(path)))
  const words = `${migrationCount(wanted.length)} new or changed since ${choice.ref}${besides(unreadable)}`
  return { ...rest, words, wanted: new Set(wanted) }
}

async function pendingScope(context: Context, on: string | null): Promise<CheckScope> {
  const named = on === null ? null : namedServer(context, on, '--on')
  const unreadable: UnreadableFile[] = []
  const parse: typeof parseFiles = (read, rows) => {
    const { migrations, faults } = parseEach(read, rows)
    unreadable.push(...faults.map(unreadableFile))
    return [...migrations]
  }
  const { state, server, history } = await look(context, async (_, found) => found, named?.resolve, parse)
  const read = state.entries.flatMap(({ file }) => file ?? [])
  // As a new database gets them, whatever the order in which this one did.
  const files = compare(read, []).entries.flatMap(({ file }) => file ?? [])
  const pending = state.entries.filter(({ status }) => status === 'pending' || status === 'failed')
  const wanted = pending.flatMap(({ file }) => file ?? [])
  const isThere = new Set(unreadable.map(({ version }) => version))
  const missing = state.entries
    .filter(({ status, version }) => status === 'missing' && !isThere.has(version))
    .map(({ name }) => name)
  if (missing.length > 0) {
    context.tell(`Warning: the history is incomplete here: applied, but without a file: ${missing.join(', ')}`)
  }
  return {
    words: `${migrationCount(wanted.length).replace(' ', ' pending ')}${named === null ? '' : ` on ${named.label}`}${besides(unreadable)}${wanted.length === 0 ? ' (every migration: --all)' : ''}`,
    files,
    unreadable,
    twins: twinFaults(state),
    wanted: new Set(wanted),
    repeatables: state.repeatables.flatMap(({ status, file }) =>
      file === null || status === 'applied' ? [] : file.file,
    ),
    seedFolders: named === null ? ['common', context.settings.environment] : seedFolders,
    // What is replayed is replayed at home: nothing is made beside a server that is only to be asked.
    live: named === null ? server : null,
    major: Math.floor(history.facts.version / 10_000),
    eachByItself: false,
  }
}

const besides = ({ length }: readonly UnreadableFile[]): string =>
  length === 0 ? '' : `, and ${counted(length, 'file')} that cannot be read`

function unreadableFile({ path, fault }: InvalidFile): UnreadableFile {
  const name = parseFileName(basename(path))
  return { path, fault: ofFile(fault), name: name?.name ?? basename(path), version: name?.version ?? null }
}

/** What `up` would refuse to run at all. */
function twinFaults(state: State): CheckScope['twins'] {
  const [, file] = state.twins[0] ?? []
  if (file === undefined) return []
  try {
    refuseTwins(state)
    return []
  } catch (fault) {
    return [{ path: file.path, name: file.name, fault: ofFile(fault) }]
  }
}

/** What is wrong with a file; a bug stays one. */
export function ofFile(fault: unknown): NselfError {
  if (!(fault instanceof NselfError)) throw fault
  return fault
}
