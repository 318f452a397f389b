import type { Migration } from '../../core/migration/migration.ts'
import type { QueryLook } from '../../core/queries/query-look.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import { type DatabaseLook, lookAt } from '../proof/look.ts'
import type { ProofPlace } from '../proof/place.ts'
import { runAlone, runWithin } from '../proof/run-section.ts'
import { restoreSequences } from '../proof/sequences.ts'
import { type AskedQuery, lookAtQueries } from './look-at-queries.ts'

/** What one release asks, to be looked at again and again. */
export interface AskedRelease {
  readonly queries: readonly AskedQuery[]
  readonly searchPath: string | null
}

export interface QuestionsThere {
  readonly releases: readonly AskedRelease[]
  /** Views and functions that are made again after each run: queries ask them too. */
  readonly repeatables: readonly Migration[]
  readonly guesses: boolean
}

/** How all queries fare on a schema. */
export interface QueriesLook {
  /** The same for two schemas only where they are the same. */
  readonly mark: string
  /** Of each release, of each query. */
  readonly looks: readonly (readonly QueryLook[])[]
}

const markOf = ({ schema, order }: DatabaseLook): string => `${schema} ${order}`

/**
 * Looks at queries on the database as it is.
 * @param before what was seen before: it is given back where the schema is the same.
 */
export async function lookThere(
  place: ProofPlace,
  questions: QuestionsThere,
  before: QueriesLook | null,
): Promise<QueriesLook> {
  const client = await place.client()
  const mark = markOf(await lookAt(client))
  if (before?.mark === mark) return before
  await client.query('BEGIN')
  try {
    return { mark, looks: await lookWithin(client, questions) }
  } finally {
    await send(client, 'ROLLBACK')
  }
}

/**
 * Looks at queries after DOWN of the migration that has just run.
 * @param before how they fared before its UP.
 * @returns null where DOWN does not run, or brings back the schema that was.
 */
export async function lookAfterDown(
  place: ProofPlace,
  file: Migration,
  questions: QuestionsThere,
  before: QueriesLook,
): Promise<QueriesLook | null> {
  const { down } = file
  if (down === null) return null
  const look = async (client: Client) => {
    const mark = markOf(await lookAt(client))
    return mark === before.mark ? null : { mark, looks: await lookWithin(client, questions) }
  }
  if (!down.transaction) {
    return place.onCopy(async (client) => {
      if ((await runAlone(client, file, down)) !== null) return null
      await client.query('BEGIN')
      return look(client)
    })
  }
  const client = await place.client()
  const { sequences } = await lookAt(client)
  await client.query('BEGIN')
  try {
    return (await runWithin(client, file, down)) === null ? await look(client) : null
  } finally {
    await send(client, 'ROLLBACK')
    await restoreSequences(client, { all: JSON.parse(sequences), moved: [] })
  }
}

async function lookWithin(client: Client, { releases, repeatables, guesses }: QuestionsThere) {
  await makeRepeatables(client, repeatables)
  const looks: (readonly QueryLook[])[] = []
  for (const { queries, searchPath } of releases)
    looks.push(await lookAtQueries(client, queries, { searchPath, guesses }))
  return looks
}

/** Those that can be made on this schema, each after what it needs. */
async function makeRepeatables(client: Client, files: readonly Migration[]): Promise<void> {
  let left = files
  for (;;) {
    const failed: Migration[] = []
    for (const file of left) {
      await client.query('SAVEPOINT nself_repeatable')
      if ((await runWithin(client, file, file.up)) === null) continue
      await client.query('ROLLBACK TO SAVEPOINT nself_repeatable')
      failed.push(file)
    }
    if (failed.length === 0 || failed.length === left.length) return
    left = failed
  }
}
