import { type ToolObjects, toolSequences, withoutToolObjects } from '../../core/adopt/own-objects.ts'
import { withUsualPublic } from '../../core/schema/access.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { sectionLines } from '../../core/schema/migration-text.ts'
import { effectsOf } from '../../core/schema/statement-effects.ts'
import { ofKey } from '../../core/sql/qualified-name.ts'
import { readFacts, without } from '../diff/facts.ts'
import { statementFormat, timeZoneOf } from '../diff/format.ts'
import { planStatements } from '../diff/plan-statements.ts'
import { type Ready, readMade } from '../diff/scratch-copy.ts'
import type { Server } from '../driver/server.ts'
import { catalogOf, withScratchConnection } from '../scratch/read.ts'
import type { Scratch } from '../scratch/scratch.ts'

/**
 * The lines of SQL that make the schema of a database from nothing, without owners and rights.
 * @param objects what another tool keeps there for itself, which is left out.
 * @throws what the server says; an error for what the library cannot write.
 */
export async function baselineLines(
  scratch: Scratch,
  live: Server,
  objects: ToolObjects,
  ready: Ready,
): Promise<string[]> {
  const empty = await scratch.create()
  const [nothing, catalog] = [
    await withScratchConnection(empty, readMade),
    withUsualPublic(await catalogOf(live, true)),
  ]
  const have = { facts: await readFacts(empty), catalog: nothing }
  const facts = await without(await readFacts(live), idsOf(catalog, objects))
  const want = { facts, catalog: withoutToolObjects(catalog, objects) }
  const [format, zone] = await withScratchConnection(live, async (client) => {
    return [await statementFormat(client), await timeZoneOf(client)] as const
  })
  const parts = await planStatements(have, want, (use) => use(scratch, ready), {
    zone,
    role: live.user,
  })
  return parts.flatMap((part) => sectionLines(part, format, (change) => effectsOf(change, nothing)))
}

/** The library's names for what another tool keeps. */
function idsOf(catalog: Catalog, objects: ToolObjects) {
  const there = new Set(catalog.others.flatMap(({ kind, name }) => (kind === 'schema' ? [name] : [])))
  return [
    ...objects.tables.map((key) => ({ kind: 'table' as const, ...ofKey(key) })),
    ...toolSequences(catalog, objects).map((key) => ({ kind: 'sequence' as const, ...ofKey(key) })),
    ...objects.schemas.filter((name) => there.has(name)).map((name) => ({ kind: 'schema' as const, name })),
  ]
}
