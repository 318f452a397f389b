import type { Catalog } from '../../core/schema/catalog.ts'
import type { Design } from '../../core/schema/design.ts'
import { withKnownNames } from '../../core/schema/design-sql.ts'
import { type Difference, differencesOf } from '../../core/schema/differences.ts'
import type { Draft } from '../../core/schema/migration-text.ts'
import { inOrder, type Rename, renameSql } from '../../core/schema/renames.ts'
import { type Wanted, wantedOf } from '../../core/schema/wanted.ts'
import { readCatalog } from '../catalog/read.ts'
import type { Server } from '../connect.ts'
import { type FactBase, readFacts } from '../delta/facts.ts'
import { wantedFacts } from '../delta/merge.ts'
import { changesBetween } from '../delta/plan.ts'
import { stagesOf, withNewTypes } from '../delta/stages.ts'
import { withKnownWords } from './known-words.ts'
import { catalogOf, on } from './look.ts'
import { makeDesign } from './make-design.ts'
import { rewrittenTexts } from './rewritten.ts'
import type { Scratch } from './scratch.ts'

/** A design laid beside what the migrations make. */
export interface Compared {
  /** The database of the migrations, with the renames done. */
  readonly current: { readonly server: Server; readonly catalog: Catalog }
  readonly made: { readonly server: Server; readonly catalog: Catalog }
  readonly wanted: Wanted
  /** What the design adds is left, what it removes is right. */
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
}

/**
 * Makes the design beside a copy of the current database and compares.
 * @throws NselfError `invalid-design` where PostgreSQL refuses the design.
 */
export async function compareDesign(
  scratch: Scratch,
  migrated: Server,
  written: Design,
  renames: readonly Rename[],
): Promise<Compared> {
  const current = renames.length === 0 ? migrated : await scratch.create(migrated)
  if (renames.length > 0) {
    await on(current, (client) =>
      client.query(
        inOrder(renames)
          .map((rename) => renameSql(rename).up)
          .join('; '),
      ),
    )
  }
  const catalog = await catalogOf(current)
  const server = await scratch.create(current)
  return on(server, async (client) => {
    const design = withKnownNames(await withKnownWords(client, written), catalog)
    await makeDesign(client, design, catalog)
    const made = await readCatalog(client)
    const wanted = wantedOf(catalog, made, design, await rewrittenTexts(client, catalog, made))
    return {
      current: { server: current, catalog },
      made: { server, catalog: made },
      wanted,
      differences: differencesOf({ ...catalog, ...wanted }, { ...catalog, enums: catalog.enums }),
      notes: design.notes,
    }
  })
}

/** The migrations that turn the current database into the wanted one: one, or several where one must be committed first. */
export async function draftsOf({ current, made, wanted }: Compared, renames: readonly Rename[]): Promise<Draft[]> {
  const before = await readFacts(current.server, 'grants')
  const design = await readFacts(made.server, 'schema')
  const after = await wantedFacts(
    { facts: before, catalog: current.catalog },
    { facts: design, catalog: made.catalog },
    wanted,
  )
  const states = [before, ...(await stagesOf(before, after)), after]
  const drafts: Draft[] = []
  for (let i = 1; i < states.length; i++) {
    const [from, to] = [states[i - 1] as FactBase, states[i] as FactBase]
    // Types first: the library then writes columns of them into CREATE TABLE.
    const types = await withNewTypes(from, to)
    drafts.push({
      up: [...(await changesBetween(from, types)), ...(await changesBetween(types, to))],
      down: [...(await changesBetween(to, types)), ...(await changesBetween(types, from))],
    })
  }
  return withRenames(drafts, renames)
}

function withRenames(drafts: readonly Draft[], renames: readonly Rename[]): Draft[] {
  const statements = inOrder(renames).map((rename) => ({ rename, ...renameSql(rename) }))
  const change = (sql: string, { schema, table, column, to }: Rename, undone: boolean) => ({
    sql,
    table: `${schema}.${column === null && undone ? to : table}`,
    commitsFirst: false,
    rewrites: false,
  })
  return drafts.map(({ up, down }, i) =>
    i > 0
      ? { up, down }
      : {
          up: [...statements.map(({ up: sql, rename }) => change(sql, rename, false)), ...up],
          down: [...down, ...statements.toReversed().map(({ down: sql, rename }) => change(sql, rename, true))],
        },
  )
}
