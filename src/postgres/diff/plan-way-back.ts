import { NselfError } from '../../core/errors.ts'
import { restStatements } from '../../core/schema/after-library/rest-statements.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differencesOf, withoutNotNullNames } from '../../core/schema/differences.ts'
import { type Change, plainChange } from '../../core/schema/generated-statement.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import { withScratchConnection } from '../scratch/read.ts'
import type { Scratch, ScratchServer } from '../scratch/scratch.ts'
import { readFacts } from './facts.ts'
import { statementFormat, timeZoneOf } from './format.ts'
import { planStatements } from './plan-statements.ts'
import { madeAfter, type Ready, readMade, runChanges } from './scratch-copy.ts'

/** The statements that take a migration back. */
export interface WayBack {
  /** In the order in which they run, in parts for a reader. */
  readonly parts: readonly (readonly Change[])[]
  /** What they find. */
  readonly from: Catalog
  /** How the schema that they make differs from the one that was. */
  readonly left: readonly Difference[]
  /** Writes a statement for a reader. */
  readonly format: (sql: string) => string
}

interface Place {
  readonly scratch: Scratch
  readonly ready: Ready
}

/**
 * The way from what a migration made back to what was before it, owners and rights too.
 * @param renames statements that give tables and columns the names that they had: those that work come first.
 * @throws NselfError `refused` for what cannot be planned, `not-proven` for what does not run.
 */
export async function planWayBack(
  { scratch, ready }: Place,
  before: ScratchServer,
  after: ScratchServer,
  renames: readonly string[],
): Promise<WayBack> {
  const [copy, trial] = [await scratch.create(after), await scratch.create(after)]
  const from = await withScratchConnection(after, readMade)
  const renamed = await withScratchConnection(copy, (client) => worksOf(client, renames))
  const want = await withScratchConnection(before, readMade)
  const [present, wanted] = await Promise.all([readFacts(copy), readFacts(before)])
  const have = { facts: present, catalog: await withScratchConnection(copy, readMade) }
  const [format, zone] = await withScratchConnection(after, async (client) => {
    return [await statementFormat(client), await timeZoneOf(client)] as const
  })
  const target = { facts: wanted, catalog: want }
  const planned = await planStatements(have, target, (use) => use(scratch, ready), { zone, role: after.user })
  const parts = [renamed.map((sql) => ({ ...plainChange(sql, null), keepsPlace: true })), ...planned]
  return withScratchConnection(trial, async (client) => {
    await runChanges(client, parts.flat(), ready).catch((error) => {
      throw notRunning(error)
    })
    const made = await readMade(client)
    const rest = restStatements(made, want)
    const back = await madeAfter(client, rest, made, ready)
    const left = differencesOf(withoutNotNullNames(want), withoutNotNullNames(back))
    return { parts: [...parts, rest].filter((part) => part.length > 0), from, left, format }
  })
}

/** Runs each of them that works, and says which. */
async function worksOf(client: Client, statements: readonly string[]): Promise<string[]> {
  const done: string[] = []
  for (const sql of statements) if ((await send(client, sql)).error === null) done.push(sql)
  return done
}

function notRunning(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return new NselfError(
    'not-proven',
    `not proven: the DOWN generated from the two schemas does not run: ${error.message}`,
    {
      hint: 'nothing was written; write its DOWN by hand',
      cause: error,
    },
  )
}
