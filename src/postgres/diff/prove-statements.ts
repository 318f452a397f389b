import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differencesOf } from '../../core/schema/differences.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { complementOf } from '../../core/schema/statements-library-lacks.ts'
import { readCatalog } from '../catalog/read.ts'
import type { Client } from '../driver/pg.ts'
import { withScratchConnection } from '../scratch/read.ts'
import type { Scratch } from '../scratch/scratch.ts'
import { type FactBase, readFacts } from './facts.ts'
import { changesInSteps } from './stages.ts'

export interface Claim {
  readonly facts: FactBase
  readonly catalog: Catalog
}

/**
 * Runs generated statements on a scratch database made like the one they are for.
 * @param ready what stands for a statement there; null for nothing.
 * @returns what still differs afterwards.
 * @throws what the server says of a statement that fails.
 */
export async function remaining(
  scratch: Scratch,
  have: Claim,
  want: Catalog,
  changes: readonly Change[],
  ready: (sql: string) => string | null,
): Promise<Difference[]> {
  const server = await scratch.create()
  const run = (client: Client, statements: readonly string[]) =>
    runEach(
      client,
      statements.flatMap((sql) => ready(sql) ?? []),
    )
  const empty = await readFacts(server, 'schema')
  const made = await changesInSteps(empty, have.facts)
  return withScratchConnection(server, async (client) => {
    await run(
      client,
      made.map(({ sql }) => sql),
    )
    await run(
      client,
      complementOf(await readCatalog(client), have.catalog, []).map(({ sql }) => sql),
    )
    await run(
      client,
      changes.map(({ sql }) => sql),
    )
    return differencesOf(want, await readCatalog(client))
  })
}

/** One by one: a new value of an enum must be committed before it is used. */
async function runEach(client: Client, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await client.query(sql)
}
