import { dirname, resolve } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import type { Design } from '../../core/schema/design.ts'
import { madeOfDesign } from '../../postgres/diff/compare-design.ts'
import { placeOf, type Server, spokenPlace } from '../../postgres/driver/server.ts'
import { catalogOf } from '../../postgres/scratch/read.ts'
import { replayToSee, runRepeatables } from '../../postgres/scratch/replay.ts'
import { readMigration } from '../../project/migration-file.ts'
import { readMigrations } from '../../project/migrations.ts'
import { pathKind } from '../../project/path-kind.ts'
import { readRepeatables } from '../../project/repeatables.ts'
import { type Context, resolveServer } from './context.ts'
import { environmentOf, serverOfEnvironment, serverOfUrl } from './named-server.ts'
import { readDesign } from './read-design.ts'
import { type ScratchWork, withScratchFor } from './scratch-server.ts'

/** One side of a comparison: a database to look at, and what to call it. */
export interface Side {
  readonly label: string
  readonly server: Server
  /** `HOST:PORT/DATABASE`; null for what was made to be compared. */
  readonly place: string | null
  /** Set for a DBML file, which cannot say everything. */
  readonly design: Design | null
  /** What a DBML file makes. */
  readonly made?: Catalog
}

/** With owners and rights. */
export async function catalogOfSide({ server, made }: Side): Promise<Catalog> {
  return made ?? catalogOf(server, true)
}

/**
 * Runs `use` with both sides. A side is an environment, a URL, `migrations`, a folder or file of them, or a DBML file;
 * null is the environment of the command. What is no database is made on a scratch one.
 * @throws NselfError `usage` for a side that is none of these, or for two sides that are one database.
 */
export async function withSides<T>(
  context: Context,
  [leftText, rightText]: readonly [string | null, string],
  use: (left: Side, right: Side, work: ScratchWork | null) => Promise<T>,
): Promise<T> {
  const [left, right] = await Promise.all([kindOf(context, leftText), kindOf(context, rightText)])
  if (left.kind === 'server' && right.kind === 'server') {
    const sides = [await serverSide(left), await serverSide(right)] as const
    if (placeOf(sides[0].server) === placeOf(sides[1].server)) {
      throw new NselfError('usage', `both sides are ${spokenPlace(sides[0].server)}`, {
        hint: `set the server of ${right.label} in .env.${right.label === 'production' ? 'prod' : right.label}, or give a URL`,
      })
    }
    return use(sides[0], sides[1], null)
  }
  const live = left.kind === 'server' ? left : right.kind === 'server' ? right : null
  return withScratchFor(context, live === null ? {} : { live: await live.resolve() }, async (work) => {
    const side = (kind: SideKind) => (kind.kind === 'server' ? serverSide(kind) : scratchSide(context, kind, work))
    return use(await side(left), await side(right), work)
  })
}

type SideKind =
  | { readonly kind: 'server'; readonly label: string; readonly resolve: () => Promise<Server> }
  | { readonly kind: 'migrations' | 'design'; readonly label: string; readonly path: string }

async function serverSide(kind: SideKind & { kind: 'server' }): Promise<Side> {
  const server = await kind.resolve()
  return { label: kind.label, server, place: placeOf(server), design: null }
}

async function kindOf(context: Context, text: string | null): Promise<SideKind> {
  const { settings } = context
  if (text === null) return { kind: 'server', label: settings.environment, resolve: () => resolveServer(context) }
  const named = serverOfUrl(context, text)
  if (named !== null) return { kind: 'server', ...named }
  if (text.endsWith('.dbml')) return { kind: 'design', label: text, path: resolve(text) }
  const path = text === 'migrations' ? settings.migrationsDir : resolve(text)
  if (text === 'migrations' || (await pathKind(path)) !== null) return { kind: 'migrations', label: text, path }
  const message = `"${text}" is not an environment, a URL, a DBML file, or a file or folder of migrations`
  const example = 'for example: nself db schema diff staging, or nself db schema diff migrations postgresql://…'
  return { kind: 'server', ...serverOfEnvironment(context, environmentOf(text, message, example)) }
}

async function scratchSide(
  context: Context,
  { kind, label, path }: SideKind & { path: string },
  work: ScratchWork,
): Promise<Side> {
  const { cwd, migrationsDir, repeatableDir } = context.settings
  context.progress(`building ${label} in a scratch database`)
  if (kind === 'migrations') {
    const files = await work.ready(await migrationsAt(path, cwd))
    const replayed = await replayToSee(work.scratch, files, work.keepTemplate, work.replay)
    // Of another folder nobody knows which repeatables belong to it.
    const repeatables = path === migrationsDir ? await work.readyRepeatables(readRepeatables(repeatableDir, cwd)) : []
    const server = repeatables.length === 0 ? replayed.seen : await replayed.own()
    await runRepeatables(server, repeatables, work.replay)
    return { label, server, place: null, design: null }
  }
  const design = await readDesign(path, cwd)
  const files = await work.ready(await readMigrations(migrationsDir, cwd))
  const migrated = await replayToSee(work.scratch, files, work.keepTemplate, work.replay)
  const made = await madeOfDesign(work.scratch, migrated, design)
  return { label, server: migrated.seen, place: null, design: made.design, made: made.catalog }
}

/** As a replay runs them. */
async function migrationsAt(path: string, cwd: string): Promise<Migration[]> {
  if ((await pathKind(path)) === 'folder') return readMigrations(path, cwd)
  const file = path.slice(dirname(path).length + 1)
  return [await readMigration(path, file, { version: '1', name: file.replace(/\.sql$/, '') })]
}
