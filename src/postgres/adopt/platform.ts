import { extensionStatements, type LiveExtension } from '../../core/adopt/extension-statements.ts'
import { withoutToolObjects } from '../../core/adopt/own-objects.ts'
import type { Platform, UsedPlatform } from '../../core/adopt/platform.ts'
import { boundExtension } from '../../core/replay/bound-extensions.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { sectionLines } from '../../core/schema/migration-text.ts'
import { type FactBase, readFacts, without } from '../diff/facts.ts'
import { statementFormat, timeZoneOf } from '../diff/format.ts'
import { planStatements } from '../diff/plan-statements.ts'
import { type Ready, readMade } from '../diff/scratch-copy.ts'
import { send } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { catalogOf, withScratchConnection } from '../scratch/read.ts'
import type { Scratch } from '../scratch/scratch.ts'

/**
 * What makes some schemas of a database elsewhere: their extensions, and the lines of SQL for the rest, without owners,
 * rights, rows and policies. Policies, and triggers that call something outside, are what migrations put on its tables.
 * @param wanted those that the database does not have are left out.
 * @throws what the server says; an error for what the library cannot write.
 */
export async function madePlatform(
  scratch: Scratch,
  live: Server,
  wanted: UsedPlatform,
  all: readonly LiveExtension[],
  ready: Ready,
): Promise<Platform> {
  const catalog = await catalogOf(live)
  const there = schemasOf(catalog)
  const schemas = wanted.schemas.filter((name) => there.includes(name))
  const extensions = all.filter(({ name, schema }) => schemas.includes(schema) && !boundExtension(name))
  const publications = wanted.publications.filter((wantedName) =>
    catalog.others.some(({ kind, name }) => kind === 'publication' && name === wantedName),
  )
  const kept = ['plpgsql', ...extensions.map(({ name }) => name)]
  const empty = await scratch.create()
  const nothing = await withScratchConnection(empty, async (client) => {
    for (const sql of extensionStatements(extensions)) await send(client, ready(sql) ?? '')
    return readMade(client)
  })
  const have = { facts: await onlyIn(await readFacts(empty), schemas, kept), catalog: catalogIn(nothing, schemas) }
  const want = { facts: await onlyIn(await readFacts(live), schemas, kept), catalog: catalogIn(catalog, schemas) }
  const [format, zone] = await withScratchConnection(live, async (client) => {
    return [await statementFormat(client), await timeZoneOf(client)] as const
  })
  const parts = await planStatements(have, want, (use) => use(scratch, ready), { zone, role: live.user })
  return { schemas, extensions, publications, lines: parts.flatMap((part) => sectionLines(part, format, () => [])) }
}

const schemasOf = ({ others }: Catalog) => others.flatMap(({ kind, name }) => (kind === 'schema' ? [name] : []))

function catalogIn(catalog: Catalog, schemas: readonly string[]): Catalog {
  const others = ['public', ...schemasOf(catalog)].filter((name) => !schemas.includes(name))
  const inside = withoutToolObjects(catalog, { tables: [], schemas: others })
  const isOf = ({ kind, schema }: Catalog['others'][number]) =>
    kind === 'schema' || (schema !== null && kind !== 'policy' && kind !== 'extension')
  return { ...inside, others: inside.others.filter(isOf), access: [] }
}

/** @param extensions which both sides have, for what is in the schemas may need them. */
function onlyIn(facts: FactBase, schemas: readonly string[], extensions: readonly string[]): Promise<FactBase> {
  const outside = facts.facts().flatMap(({ id }) => {
    if ('target' in id) return []
    if (id.kind === 'extension') return extensions.includes(id.name) ? [] : [id]
    if (id.kind === 'schema') return schemas.includes(id.name) ? [] : [id]
    const isInside = 'schema' in id && id.schema !== null && schemas.includes(id.schema)
    return isInside && id.kind !== 'policy' && id.kind !== 'publicationRel' ? [] : [id]
  })
  return without(facts, outside)
}
