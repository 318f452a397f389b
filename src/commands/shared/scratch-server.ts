import { NselfError } from '../../core/errors.ts'
import type { Applied, Migration } from '../../core/migration/migration.ts'
import type { Repeatable } from '../../core/migration/repeatable.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { type Likeness, likenessOf } from '../../postgres/scratch/likeness.ts'
import type { ReplayOptions } from '../../postgres/scratch/replay.ts'
import { type Scratch, type ScratchPlace, withScratch } from '../../postgres/scratch/scratch.ts'
import { type Context, resolveServer } from './context.ts'

/** Scratch databases as a command uses them. */
export interface ScratchWork {
  readonly scratch: Scratch
  /** Templates are kept where only developers work. */
  readonly keepTemplate: boolean
  readonly replay: ReplayOptions
  /** Why what is made may differ from what the real server makes of the same; null when nothing does. */
  readonly unlike: string | null
  /** Migrations without what reaches beyond their database, which is told. */
  readonly ready: (files: readonly Migration[], recorded?: RecordedValues) => Promise<Migration[]>
  /** The same for files that run again when they are edited. */
  readonly readyRepeatables: (files: readonly Repeatable[]) => Promise<Repeatable[]>
  /** What `ready` has left out of files so far: whole statements, with what each of them reaches. */
  readonly leftStatements: readonly LeftOutStatement[]
  /** A single statement that no person wrote; null where it reaches beyond its database. */
  readonly readyStatement: (sql: string) => string | null
  /** What was told to be left out so far, because it reaches beyond the database. */
  readonly leftOut: ReadonlySet<string>
}

/** A statement that reaches beyond its database, which a replay does without. */
interface LeftOutStatement {
  readonly migration: string
  readonly what: string
  readonly sql: string
}

/** With which values a migration was applied; null where nobody knows. */
type RecordedValues = (file: Migration) => Applied['variables']

export interface Where {
  /** The database that the scratch ones are to be like; without it that of the environment. */
  readonly live?: Server
  /** Why the work cannot be done where something is made in another way than on the real server, as a beginning. */
  readonly strict?: string
  /**
   * `beside`: on the server of `live`, of whose database a copy is made, with no more rights than to that copy. `apart`: on
   * another one than that of `live`, on which nothing is to be made.
   */
  readonly place?: 'beside' | 'apart'
}

/**
 * Lends scratch databases: on --shadow-url; beside the real one where its role can do nothing to the rest of the server;
 * else in a cluster of their own.
 * @throws NselfError as withScratch; `refused` where it is strict and no such server is at hand.
 */
export async function withScratchFor<T>(
  context: Context,
  where: Where,
  use: (work: ScratchWork) => Promise<T>,
): Promise<T> {
  const like = await likenessFor(context, where)
  return withPlace(context, where, like, async ({ keepTemplate, note, ...place }) => {
    return withScratch(place, context, async (scratch) => {
      const unlike = note ?? scratch.unlike
      if (unlike !== null && where.strict !== undefined) throw tooUnlike(where.strict, unlike, like)
      if (note !== null) context.tell(`Note: scratch databases are made on another PostgreSQL: ${note}`)
      const replay = {
        signal: context.signal,
        progress: context.progress,
        provide: (role: string) => scratch.provide({ roles: [role], tablespaces: [] }),
      }
      return use({ scratch, keepTemplate, unlike, replay, ...(await readiness(context, scratch, where)) })
    })
  })
}

/** Null where there is no database yet to be like. */
async function likenessFor(context: Context, { live }: Where): Promise<Likeness | null> {
  const { shadow, target } = context.settings
  if (live !== undefined) return likenessOf(live)
  // With a shadow server nobody has to start the embedded one, or to have one that answers.
  if (shadow !== null) return target.kind === 'server' ? likenessOf(target).catch(() => null) : null
  return likenessOf(await resolveServer(context))
}

type ReplayPlace = ScratchPlace & { readonly keepTemplate: boolean; readonly note: string | null }

async function withPlace<T>(
  context: Context,
  { live, strict, place }: Where,
  like: Likeness | null,
  use: (place: ReplayPlace) => Promise<T>,
): Promise<T> {
  const { shadow, environment, root } = context.settings
  if (place === 'beside' && live !== undefined) {
    const kind = like?.rights.superuser ? 'beside-confined' : 'beside'
    return use({ server: live, kind, like, keepTemplate: false, note: null })
  }
  if (shadow !== null) return use({ server: shadow, kind: 'elsewhere', like, keepTemplate: true, note: null })
  const server = live ?? (await resolveServer(context))
  if (like?.rights.createsDatabases && !like.rights.any && place !== 'apart') {
    return use({ server, kind: 'beside', like, keepTemplate: environment === 'local', note: null })
  }
  const { findBinaries } = await import('../../postgres/embedded/binaries.ts')
  const { binariesOfMajor } = await import('../../postgres/embedded/binaries-of-major.ts')
  const { withOwnCluster } = await import('../../postgres/embedded/own-cluster.ts')
  const major = like?.major ?? 0
  const same = binariesOfMajor(root, major)
  const note = same === null ? `the database is on PostgreSQL ${major}, whose programs are not installed here` : null
  if (note !== null && strict !== undefined) throw tooUnlike(strict, note, like)
  return withOwnCluster(same ?? findBinaries(root, null), context.tell, (server) =>
    use({ server, kind: 'own-cluster', like, keepTemplate: true, note }),
  )
}

function tooUnlike(what: string, why: string, like: Likeness | null): NselfError {
  const major = like?.major ?? 18
  return new NselfError('refused', `${what}: ${why}`, {
    hint: `install postgresql-${major}, or name a similar server for replays only: --shadow-url postgresql://user:password@host:5432/postgres; nothing was changed`,
  })
}

function notWhole(strict: string, what: string, migration: string): NselfError {
  return new NselfError(
    'refused',
    `${strict}: ${migration} makes a part of the schema by ${what}, which a replay leaves out`,
    {
      hint: 'what it makes depends on another server; nothing was changed',
    },
  )
}

async function readiness(
  { tell, settings: { variables } }: Context,
  scratch: Scratch,
  { strict }: Where,
): Promise<Pick<ScratchWork, 'ready' | 'readyRepeatables' | 'readyStatement' | 'leftOut' | 'leftStatements'>> {
  const { replayable, statementReplayer } = await import('../../parsers/postgres/replayable.ts')
  const told = new Set<string>()
  const all: LeftOutStatement[] = []
  const readyStatement = await statementReplayer((sql) => scratch.elevate(sql))
  const ready = async (files: readonly Migration[], recorded: RecordedValues = () => null) => {
    const filled = files.map((file) => variables.fillFile(file, recorded(file)))
    const { files: made, leftOut, ...names } = await replayable(filled, (sql) => scratch.elevate(sql))
    const part = leftOut.find(({ makesSchema }) => makesSchema)
    if (part !== undefined && strict !== undefined) throw notWhole(strict, part.what, part.migration)
    await scratch.provide(names)
    all.push(...leftOut)
    const fresh = [...new Set(leftOut.map(({ what, migration }) => `${what} (${migration})`))].filter(
      (item) => !told.has(item),
    )
    for (const item of fresh) told.add(item)
    if (fresh.length > 0) tell(`Not replayed, because it reaches beyond the database: ${fresh.join(', ')}`)
    return made
  }
  const readyRepeatables = async (files: readonly Repeatable[]) => {
    const made = await ready(files.map(({ file }) => file))
    return files.map((one, i) => ({ ...one, file: made[i] ?? one.file }))
  }
  return { ready, readyRepeatables, readyStatement, leftOut: told, leftStatements: all }
}
