import { NselfError } from '../../core/errors.ts'
import type { Catalog, Other } from '../../core/schema/catalog.ts'
import type { Design } from '../../core/schema/design.ts'
import { withKnownNames } from '../../core/schema/design-sql.ts'
import { type Difference, differencesOf } from '../../core/schema/differences.ts'
import { plainChange } from '../../core/schema/generated-statement.ts'
import type { Draft } from '../../core/schema/migration-text.ts'
import { inOrder, newSchemasOf, type Rename, renameSql, renameText, subjectOf } from '../../core/schema/renames.ts'
import { complementOf } from '../../core/schema/statements-library-lacks.ts'
import { type TargetSchema, targetSchemaOf } from '../../core/schema/target-schema.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { readCatalog } from '../catalog/read.ts'
import type { Client } from '../driver/pg.ts'
import { catalogOf, withScratchConnection } from '../scratch/read.ts'
import type { Scratch, ScratchServer } from '../scratch/scratch.ts'
import { type FactBase, readFacts } from './facts.ts'
import { missingExtensions, withKnownWords } from './known-words.ts'
import { makeDesign } from './make-design.ts'
import { rewrittenTexts } from './rewritten-texts.ts'
import { stagesOf, stepsBetween } from './stages.ts'
import { changesAlong } from './statements.ts'
import { targetFacts } from './target-facts.ts'

/** A design laid beside what the migrations make. */
export interface Compared {
  /** The database of the migrations, with the renames done and the extensions made. */
  readonly current: { readonly server: ScratchServer; readonly catalog: Catalog }
  readonly made: { readonly server: ScratchServer; readonly catalog: Catalog }
  readonly wanted: TargetSchema
  /** The design with types and names as the database has them. */
  readonly design: Design
  /** What the design adds is left, what it removes is right. */
  readonly differences: readonly Difference[]
  /** What the design needs and the migrations do not make. */
  readonly extensions: readonly string[]
  readonly notes: readonly string[]
}

/**
 * Makes the design beside a copy of the current database and compares.
 * @throws NselfError `invalid-design` where PostgreSQL refuses the design.
 */
export async function compareDesign(
  scratch: Scratch,
  migrated: ScratchServer,
  written: Design,
  renames: readonly Rename[],
): Promise<Compared> {
  const extensions = await withScratchConnection(migrated, (client) => missingExtensions(client, written))
  const isAsMigrated = renames.length === 0 && extensions.length === 0
  const current = isAsMigrated ? migrated : await scratch.create(migrated)
  await withScratchConnection(current, async (client) => {
    await rename(client, renames)
    await extend(client, scratch, extensions)
  })
  const catalog = await catalogOf(current)
  const server = await scratch.create(current)
  return withScratchConnection(server, async (client) => {
    const design = withKnownNames(await withKnownWords(client, written), catalog)
    await makeDesign(client, design, catalog)
    const made = await readCatalog(client)
    const asked = targetSchemaOf(catalog, made, design, await rewrittenTexts(client, catalog, made))
    const sides = { current: { server: current, catalog }, made: { server, catalog: made } }
    const wanted = await withUsedEnums({ ...sides, wanted: asked })
    return {
      ...sides,
      wanted,
      design,
      extensions,
      differences: [
        ...extensions.map((name) => ({ sign: '+' as const, kind: 'extension', name, traits: [] })),
        ...differencesOf({ ...catalog, ...wanted }, catalog),
      ],
      notes: design.notes,
    }
  })
}

async function rename(client: Client, renames: readonly Rename[]): Promise<void> {
  for (const schema of newSchemasOf(renames)) await client.query(schemaSql(schema).up)
  for (const item of inOrder(renames)) {
    await client.query(renameSql(item).up.join('; ')).catch((error) => {
      throw new NselfError('usage', `the rename of ${renameText(item)} does not work: ${error.message}`, {
        hint: 'rename to a name that is free; nothing was written',
        cause: error,
      })
    })
  }
}

async function extend(client: Client, scratch: Scratch, extensions: readonly string[]): Promise<void> {
  for (const name of extensions) {
    await client.query(scratch.elevate(extensionSql(name).up)).catch((error) => {
      throw new NselfError('configuration', `the design needs the extension ${name}: ${error.message}`, {
        hint: 'let a role that may create it do so, in a migration of its own; nothing was written',
        cause: error,
      })
    })
  }
}

function extensionSql(name: string): { up: string; down: string } {
  // It may be there already where an administrator made it.
  return {
    up: `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)}`,
    down: `DROP EXTENSION ${quoteIdentifier(name)}`,
  }
}

type Sides = Pick<Compared, 'current' | 'made' | 'wanted'>

/** Enums that the design does not have, but a function or the like needs, are wanted too. */
async function withUsedEnums(sides: Sides): Promise<TargetSchema> {
  const { current, wanted } = sides
  const asked = new Set(wanted.enums.map(keyOf))
  const others = current.catalog.enums.filter((item) => !asked.has(keyOf(item)))
  if (others.length === 0) return wanted
  const { after } = await factsOf(sides)
  const used = others.filter(({ schema, name }) => after.has({ kind: 'type', schema, name }))
  return { ...wanted, enums: [...wanted.enums, ...used] }
}

/** What the current database consists of, and what the wanted one shall, for the library. */
async function factsOf({ current, made, wanted }: Sides): Promise<{ before: FactBase; after: FactBase }> {
  const before = await readFacts(current.server, 'grants')
  const design = await readFacts(made.server, 'schema')
  const after = await targetFacts(
    { facts: before, catalog: current.catalog },
    { facts: design, catalog: made.catalog },
    wanted,
  )
  return { before, after }
}

/** The migrations that turn the current database into the wanted one: one, or several where one must be committed first. */
export async function draftsOf(compared: Compared, renames: readonly Rename[]): Promise<Draft[]> {
  const { before, after } = await factsOf(compared)
  const drafts: Draft[] = []
  let from = before
  for (const to of [...(await stagesOf(before, after)), after]) {
    const [up, down] = await stepsBetween(from, to)
    drafts.push({ up: await changesAlong(up), down: await changesAlong(down) })
    from = to
  }
  return withExtensions(withRenames(withComplement(drafts, compared), renames), compared.extensions)
}

/** What the library does not know comes last, both ways. */
function withComplement(drafts: readonly Draft[], { current, wanted }: Compared): Draft[] {
  const have = current.catalog
  const tables = new Set(wanted.tables.map(keyOf))
  const stays = ({ kind, table }: Other) => kind !== 'statistics' || table === null || tables.has(table)
  const want = { ...have, ...wanted, others: have.others.filter(stays) }
  const all = { up: drafts.flatMap(({ up }) => up), down: drafts.flatMap(({ down }) => down) }
  return drafts.map(({ up, down }, i) => ({
    up: i < drafts.length - 1 ? up : [...up, ...complementOf(have, want, all.up)],
    down: i > 0 ? down : [...down, ...complementOf(want, have, all.down)],
  }))
}

/** They come before all that needs them, and go after it. */
function withExtensions(drafts: readonly Draft[], extensions: readonly string[]): Draft[] {
  const statements = extensions.map(extensionSql)
  return around(drafts, {
    up: statements.map(({ up }) => plainChange(up, null)),
    down: statements.toReversed().map(({ down }) => plainChange(down, null)),
  })
}

/** Renames stand between what uses the one name and what uses the other. */
function withRenames(drafts: readonly Draft[], renames: readonly Rename[]): Draft[] {
  const schemas = newSchemasOf(renames).map(schemaSql)
  const change = (sql: string, subject: string | null) => ({ ...plainChange(sql, subject), renames: true })
  const steps = inOrder(renames).map((rename) => ({ rename, ...renameSql(rename) }))
  return around(drafts, {
    up: [
      ...schemas.map(({ up }) => change(up, null)),
      ...steps.flatMap(({ up, rename }) => up.map((sql) => change(sql, subjectOf(rename, false)))),
    ],
    down: [
      ...steps.toReversed().flatMap(({ down, rename }) => down.map((sql) => change(sql, subjectOf(rename, true)))),
      ...schemas.toReversed().map(({ down }) => change(down, null)),
    ],
  })
}

function schemaSql(name: string): { up: string; down: string } {
  return { up: `CREATE SCHEMA ${quoteIdentifier(name)}`, down: `DROP SCHEMA ${quoteIdentifier(name)}` }
}

/** What is done before all else and taken back after all else. */
function around([first, ...rest]: readonly Draft[], { up, down }: Draft): Draft[] {
  return first === undefined ? [] : [{ up: [...up, ...first.up], down: [...first.down, ...down] }, ...rest]
}
