import { type Catalog, tablesByKey } from '../../core/schema/catalog.ts'
import type { Design } from '../../core/schema/design.ts'
import { withKnownNames } from '../../core/schema/design-sql.ts'
import { differencesOf } from '../../core/schema/differences.ts'
import { type TargetSchema, targetSchemaOf } from '../../core/schema/target-schema.ts'
import { changedEnums, unchangedTables } from '../../core/schema/unchanged-tables.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { readCatalog, readCatalogWithin } from '../catalog/read.ts'
import type { Client } from '../driver/pg.ts'
import { withScratchConnection } from '../scratch/read.ts'
import type { Replayed } from '../scratch/replay.ts'
import type { Scratch, ScratchServer } from '../scratch/scratch.ts'
import { columnWords } from './column-words.ts'
import type { SideFacts } from './fact-merge.ts'
import { type FactBase, readFacts, readFactsWithin } from './facts.ts'
import { withKnownWords } from './known-words.ts'
import { type DesignPart, makeDesign, makeDesignWithin } from './make-design.ts'
import { rewrittenTexts } from './rewritten-texts.ts'

/** Tables that one transaction makes and drops, at most: each takes some ten locks, of which a server has some thousands. */
const withinOneTransaction = 100

/** A design beside the database that shall become it. */
export interface Seen {
  /** The database: where something is to be changed, one that nobody else has. */
  readonly server: ScratchServer
  /** With owners and rights. */
  readonly whole: Catalog
  readonly catalog: Catalog
  /** The design with types and names as the database has them. */
  readonly design: Design
  readonly wanted: TargetSchema
  /** The database, and what was made of the design beside it; null where the database is as the design wants it. */
  readonly sides: readonly [current: SideFacts, made: SideFacts] | null
}

interface Task extends Pick<Seen, 'whole' | 'catalog' | 'design'> {
  readonly unchanged: ReadonlySet<string>
}

/**
 * What a design wants of a database. Only what is not plainly there already is made: in a transaction that is rolled
 * back, or where that is too much for one, or PostgreSQL refuses it, in a copy.
 * @throws NselfError `invalid-design` where PostgreSQL refuses the design.
 */
export async function lookAtDesign(scratch: Scratch, current: Replayed, written: Design): Promise<Seen> {
  const task = await withScratchConnection(current.seen, (client) => readTask(client, written))
  const part = partOf(task)
  if (isNothing(task, part)) {
    const wanted = targetSchemaOf(task.catalog, { ...task.catalog, tables: [] }, task.design, new Map(), task.unchanged)
    if (isAsWanted(task, wanted)) return { ...task, server: current.seen, wanted, sides: null }
  }
  const server = await current.own()
  // Of the same in another place, while there is one: no lock is in the way there.
  const readCurrent = () => readFacts(current.seen).catch(() => readFacts(server))
  const isSmall = part.design.tables.length + part.dropped.length <= withinOneTransaction
  const look = (client: Client) => lookWithin(client, task, part, readCurrent)
  const found = isSmall ? await withScratchConnection(server, look) : null
  if (found !== null) return { ...task, server, ...found }
  if (task.unchanged.size > 0) {
    // What is left of the unchanged tables can be in the way of the others.
    const seen = await lookAtCopy(scratch, server, task, part).catch(() => null)
    if (seen !== null) return seen
  }
  const all = { ...task, unchanged: new Set<string>() }
  return lookAtCopy(scratch, server, all, wholeOf(task.design, task.catalog))
}

/** @param client on the database, which stays as it is. */
async function readTask(client: Client, written: Design): Promise<Task> {
  const whole = await readCatalog(client, true)
  const catalog = { ...whole, access: [] }
  const design = withKnownNames(await withKnownWords(client, written), catalog)
  const words = await columnWords(client, known(design, catalog), changedEnums(catalog, design))
  return { whole, catalog, design, unchanged: unchangedTables(catalog, design, words) }
}

function known({ tables }: Design, catalog: Catalog): Design['tables'] {
  const have = tablesByKey(catalog)
  return tables.filter((table) => have.has(keyOf(table)))
}

/** All of the design. */
export function wholeOf(design: Design, { tables }: Catalog): DesignPart {
  return { design, dropped: tables.filter(({ kind }) => kind === 'table' || kind === 'partitioned') }
}

/** What is not plainly there already. */
function partOf({ design, catalog, unchanged }: Task): DesignPart {
  const isOpen = (schema: string, name: string) => !unchanged.has(keyOf({ schema, name }))
  const part = {
    ...design,
    tables: design.tables.filter(({ schema, name }) => isOpen(schema, name)),
    references: design.references.filter(({ from }) => isOpen(from.schema, from.table)),
  }
  return { design: part, dropped: wholeOf(design, catalog).dropped.filter(({ schema, name }) => isOpen(schema, name)) }
}

/** Whether there is nothing to be made; something that the design does without may still be there. */
function isNothing({ catalog, design }: Task, part: DesignPart): boolean {
  return part.design.tables.length + part.dropped.length + changedEnums(catalog, design).length === 0
}

/** @param readCurrent reads the other side. @returns null where PostgreSQL refuses it. */
async function lookWithin(
  client: Client,
  task: Task,
  part: DesignPart,
  readCurrent: () => Promise<FactBase>,
): Promise<Pick<Seen, 'wanted' | 'sides'> | null> {
  const meanwhile: Promise<FactBase>[] = []
  const beginReading = () => {
    const reading = readCurrent()
    // Its failure is told where it is waited for.
    reading.catch(() => {})
    meanwhile.push(reading)
  }
  await client.query('BEGIN')
  const found = await madeWithin(client, task, part, beginReading)
    .catch(() => null)
    .finally(() => client.query('ROLLBACK'))
  // Only now: it may have had to wait for the locks of the transaction.
  const [facts] = await Promise.all(meanwhile)
  return found === null ? null : { wanted: found.wanted, sides: sidesOf(task, facts, found.made) }
}

function sidesOf({ catalog }: Task, facts: FactBase | undefined, made: SideFacts | null): Seen['sides'] {
  return facts === undefined || made === null ? null : [{ catalog, facts }, made]
}

/** @param beginReading begins to read the other side, once that is needed and no lock is to be taken here any more. */
async function madeWithin(
  client: Client,
  task: Task,
  part: DesignPart,
  beginReading: () => void,
): Promise<{ readonly wanted: TargetSchema; readonly made: SideFacts | null }> {
  const isLeft = isNothing(task, part)
  if (!isLeft) await makeDesignWithin(client, part, task.catalog)
  const catalog = isLeft ? { ...task.catalog, tables: [] } : await readCatalogWithin(client)
  const wanted = await wantedOf(client, task, catalog, true)
  if (isAsWanted(task, wanted)) return { wanted, made: null }
  beginReading()
  return { wanted, made: { catalog, facts: await readFactsWithin(client) } }
}

async function lookAtCopy(scratch: Scratch, current: ScratchServer, task: Task, part: DesignPart): Promise<Seen> {
  const server = await scratch.create(current)
  const { made, wanted } = await withScratchConnection(server, async (client) => {
    await makeDesign(client, part, task.catalog)
    const made = await readCatalog(client)
    return { made, wanted: await wantedOf(client, task, made, false) }
  })
  const isSame = isAsWanted(task, wanted)
  const [before, facts] = isSame ? [] : await Promise.all([readFacts(current), readFacts(server)])
  // While the statements are planned.
  void scratch.drop(server)
  return {
    ...task,
    server: current,
    wanted,
    sides: sidesOf(task, before, facts === undefined ? null : { catalog: made, facts }),
  }
}

function isAsWanted({ catalog }: Task, wanted: TargetSchema): boolean {
  return differencesOf({ ...catalog, ...wanted }, catalog).length === 0
}

async function wantedOf(
  client: Client,
  { catalog, design, unchanged }: Task,
  made: Catalog,
  isWithin: boolean,
): Promise<TargetSchema> {
  const open = { ...made, tables: made.tables.filter((table) => !unchanged.has(keyOf(table))) }
  const rewritten = await rewrittenTexts(client, catalog, open, isWithin)
  return targetSchemaOf(catalog, open, design, rewritten, unchanged)
}
