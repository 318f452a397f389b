import { NselfError } from '../../core/errors.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import type { Design } from '../../core/schema/design.ts'
import { withKnownNames } from '../../core/schema/design-sql.ts'
import { type Difference, differencesOf } from '../../core/schema/differences.ts'
import { inOrder } from '../../core/schema/rename-order.ts'
import { renameSql } from '../../core/schema/rename-sql.ts'
import { newSchemasOf, type Rename, renameText } from '../../core/schema/renames.ts'
import type { TargetSchema } from '../../core/schema/target-schema.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { readCatalog } from '../catalog/read.ts'
import type { Client } from '../driver/pg.ts'
import { withScratchConnection } from '../scratch/read.ts'
import { type Replayed, replayedAlone } from '../scratch/replay.ts'
import type { Scratch, ScratchServer } from '../scratch/scratch.ts'
import type { FactBase } from './facts.ts'
import { missingExtensions, withKnownWords } from './known-words.ts'
import { lookAtDesign, type Seen, wholeOf } from './look-at-design.ts'
import { makeDesign } from './make-design.ts'
import { targetFacts } from './target-facts.ts'

/** A design laid beside what the migrations make. */
export interface Compared {
  /** The database of the migrations, with the renames done and the extensions made. */
  readonly current: {
    readonly server: ScratchServer
    readonly catalog: Catalog
    /** With owners and rights. */
    readonly whole: Catalog
  }
  readonly wanted: TargetSchema
  /** What the current database consists of, and what the wanted one shall, for the library; null where both are the same. */
  readonly facts: { readonly before: FactBase; readonly after: FactBase } | null
  /** What the design adds is left, what it removes is right. */
  readonly differences: readonly Difference[]
  /** What the design needs and the migrations do not make. */
  readonly extensions: readonly string[]
  readonly notes: readonly string[]
}

/**
 * Compares a design with the current database: what of it is not plainly there already is made, and looked at.
 * @throws NselfError `invalid-design` where PostgreSQL refuses the design.
 */
export async function compareDesign(
  scratch: Scratch,
  migrated: Replayed,
  written: Design,
  renames: readonly Rename[],
): Promise<Compared> {
  const extensions = await withScratchConnection(migrated.seen, (client) => missingExtensions(client, written))
  const isAsMigrated = renames.length === 0 && extensions.length === 0
  const current = isAsMigrated ? migrated : replayedAlone(await scratch.create(await migrated.own()))
  if (!isAsMigrated) {
    await withScratchConnection(current.seen, async (client) => {
      await rename(client, renames)
      await extend(client, scratch, extensions)
    })
  }
  const seen = await lookAtDesign(scratch, current, written)
  const { server, catalog, whole, design } = seen
  const { wanted, facts } = await wantedOf(seen)
  return {
    current: { server, catalog, whole },
    wanted,
    facts,
    extensions,
    differences: [
      ...extensions.map((name) => ({ sign: '+' as const, kind: 'extension', name, traits: [] })),
      ...differencesOf({ ...catalog, ...wanted }, catalog),
    ],
    notes: design.notes,
  }
}

/** The whole of a design as PostgreSQL makes it, with owners and rights, and in the words of PostgreSQL. */
export async function madeOfDesign(
  scratch: Scratch,
  migrated: Replayed,
  written: Design,
): Promise<{ catalog: Catalog; design: Design }> {
  const extensions = await withScratchConnection(migrated.seen, (client) => missingExtensions(client, written))
  const server = await scratch.create(await migrated.own())
  return withScratchConnection(server, async (client) => {
    await extend(client, scratch, extensions)
    const current = await readCatalog(client)
    const design = withKnownNames(await withKnownWords(client, written), current)
    await makeDesign(client, wholeOf(design, current), current)
    return { catalog: await readCatalog(client, true), design }
  })
}

async function rename(client: Client, renames: readonly Rename[]): Promise<void> {
  for (const schema of newSchemasOf(renames)) await client.query(schemaSql(schema).up)
  for (const item of inOrder(renames)) {
    await client.query(renameSql(item).up.join('; ')).catch((error) => {
      throw new NselfError('usage', `the rename of ${renameText(item)} does not work: ${error.message}`, {
        hint: 'choose a name that is free; nothing was written',
        cause: error,
      })
    })
  }
}

async function extend(client: Client, scratch: Scratch, extensions: readonly string[]): Promise<void> {
  for (const name of extensions) {
    await client.query(scratch.elevate(extensionSql(name).up)).catch((error) => {
      throw new NselfError('configuration', `the design needs the extension ${name}: ${error.message}`, {
        hint: 'create it in a migration of its own, run by a role that may; nothing was written',
        cause: error,
      })
    })
  }
}

/** What creates and drops an extension. */
export function extensionSql(name: string): { up: string; down: string } {
  // It may be there already where an administrator made it.
  return {
    up: `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)}`,
    down: `DROP EXTENSION ${quoteIdentifier(name)}`,
  }
}

/** The statements that make a schema, and take it away again. */
export function schemaSql(name: string): { up: string; down: string } {
  return { up: `CREATE SCHEMA ${quoteIdentifier(name)}`, down: `DROP SCHEMA ${quoteIdentifier(name)}` }
}

/** What is wanted, with the enums that the design does not have, but a function or the like needs. */
async function wantedOf({ wanted, catalog, sides }: Seen): Promise<Pick<Compared, 'wanted' | 'facts'>> {
  if (sides === null) return { wanted, facts: null }
  const [{ facts: before }] = sides
  const after = await targetFacts(...sides, wanted)
  const asked = new Set(wanted.enums.map(keyOf))
  const used = catalog.enums.filter(
    (item) => !asked.has(keyOf(item)) && after.has({ kind: 'type', schema: item.schema, name: item.name }),
  )
  if (used.length === 0) return { wanted, facts: { before, after } }
  const more = { ...wanted, enums: [...wanted.enums, ...used] }
  return { wanted: more, facts: { before, after: await targetFacts(...sides, more) } }
}
