import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import type { Client } from '../driver/pg.ts'
import { type Outcome, send } from '../driver/send.ts'
import { detailOf } from '../driver/server-error.ts'
import { allDroppedSql, forgetAllSql } from '../tracking/records.ts'
import { findDefaultPrivileges } from './default-privileges.ts'
import { namesOfObjects, readUserObjects, type UserObject } from './user-objects.ts'

/** Locks are a shared, small pool: a schema of thousands of tables goes in several transactions. */
const batch = 200

/**
 * Drops all objects of the user; the tracking schema is kept, its rows of applied migrations go first. What belongs to
 * others is kept too, and told.
 * @throws NselfError `migration-failed`, `connection`.
 */
export async function dropEverything(
  { client }: { client: Client },
  environment: Environment,
  tell: (sentence: string) => void,
): Promise<void> {
  try {
    const { first, rest, left } = await findDrops(client)
    await dropInBatches(client, first, rest, environment)
    if (left.length > 0) tell(leftAlone(left))
  } catch (error) {
    throw error instanceof LostConnection ? unknownDrop(error) : error
  }
}

async function dropInBatches(
  client: Client,
  first: readonly string[],
  drops: readonly string[],
  environment: Environment,
): Promise<void> {
  for (let at = 0; at === 0 || at < drops.length; at += batch) {
    const before = at === 0 ? `${dropAllSql(first)}; ${forgetAllSql(environment)};` : ''
    const last = at + batch >= drops.length ? `; ${allDroppedSql}` : ''
    const { error } = await dropBatch(client, `${before} ${dropAllSql(drops.slice(at, at + batch))}${last}`)
    if (error === null) continue
    if (error instanceof LostConnection) throw error
    throw new NselfError('migration-failed', `fresh could not drop everything: ${error.message}`, {
      hint:
        at === 0
          ? 'nothing was changed'
          : 'part of the database was dropped, the rest is still there; fix the cause and run fresh again',
      server: detailOf(error),
      cause: error,
    })
  }
}

/** Not a LostConnection: a history that is still there says nothing of what a fresh run has done. */
function unknownDrop(cause: LostConnection): NselfError {
  return new NselfError('connection', `${cause.message}, while everything was being dropped`, {
    hint: 'to see what is left: nself db migrate status; then run fresh again',
    cause,
  })
}

export interface Drops {
  /** What could forbid everything else: event triggers. */
  readonly first: readonly string[]
  readonly rest: readonly string[]
  /** What belongs to others, and is kept. */
  readonly left: readonly UserObject[]
}

/** The statements that drop what the role may drop; default privileges before the schemas that they name. */
export async function findDrops(client: Client): Promise<Drops> {
  const objects = await readUserObjects(client)
  const ours = objects.filter(({ isOurs }) => isOurs)
  const isFirst = ({ kind }: UserObject) => kind === 'EVENT TRIGGER'
  const dropOf = ({ drop }: UserObject) => drop
  const others = ours.filter((object) => !isFirst(object))
  return {
    first: ours.filter(isFirst).map(dropOf),
    rest: [...(await findDefaultPrivileges(client)), ...others.map(dropOf)],
    left: objects.filter(({ isOurs }) => !isOurs),
  }
}

/** The sentence that names what was not dropped. */
export function leftAlone(left: readonly UserObject[]): string {
  return `Left alone, because they belong to others: ${namesOfObjects(left)}`
}

/** One statement that runs them all; what went with another one is no error. */
export function dropAllSql(drops: readonly string[]): string {
  const gone = 'undefined_object OR undefined_table OR undefined_function OR invalid_schema_name'
  const body = `DECLARE one text; BEGIN
 FOREACH one IN ARRAY ARRAY[${drops.map(quoteLiteral).join(',\n')}]::text[] LOOP
  BEGIN EXECUTE one; EXCEPTION WHEN ${gone} THEN NULL; END;
 END LOOP; END`
  return `DO ${quoteLiteral(body)}`
}

async function dropBatch(client: Client, sql: string): Promise<Outcome> {
  const quiet = "SET LOCAL client_min_messages = warning; SET LOCAL lock_timeout = '5s'"
  const outcome = await send(client, `BEGIN; ${quiet}; ${sql}; COMMIT`)
  if (outcome.error !== null) await send(client, 'ROLLBACK')
  return outcome
}
