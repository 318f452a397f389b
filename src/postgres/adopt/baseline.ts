import { withUsualPublic } from '../../core/schema/access.ts'
import { sectionLines } from '../../core/schema/migration-text.ts'
import { effectsOf } from '../../core/schema/statement-effects.ts'
import { readFacts } from '../diff/facts.ts'
import { statementFormat, timeZoneOf } from '../diff/format.ts'
import { planStatements } from '../diff/plan-statements.ts'
import { type Ready, readMade } from '../diff/scratch-copy.ts'
import type { Server } from '../driver/server.ts'
import { catalogOf, withScratchConnection } from '../scratch/read.ts'
import type { Scratch } from '../scratch/scratch.ts'

/**
 * The lines of SQL that make the schema of a database from nothing, without owners and rights.
 * @throws what the server says; an error for what the library cannot write.
 */
export async function baselineLines(scratch: Scratch, live: Server, ready: Ready): Promise<string[]> {
  const empty = await scratch.create()
  const [nothing, catalog] = [
    await withScratchConnection(empty, readMade),
    withUsualPublic(await catalogOf(live, true)),
  ]
  const have = { facts: await readFacts(empty, 'schema'), catalog: nothing }
  const want = { facts: await readFacts(live, 'schema'), catalog }
  const [format, zone] = await withScratchConnection(live, async (client) => {
    return [await statementFormat(client), await timeZoneOf(client)] as const
  })
  const parts = await planStatements(have, want, (use) => use(scratch, ready), {
    zone,
    role: live.user,
  })
  return parts.flatMap((part) => sectionLines(part, format, (change) => effectsOf(change, nothing)))
}
