import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Client } from '../driver/pg.ts'
import { isTracked, lastAppliedSql } from '../tracking/history.ts'
import { restoredSql } from '../tracking/records.ts'
import { trackingSql } from '../tracking/schema.ts'
import { relationsSql } from './archive.ts'
import type { RestorePlan } from './restore-plan.ts'

/**
 * Looks whether a restored database holds what its backup lists, then marks it with the environment that it serves
 * from now on and journals where it came from.
 * @throws NselfError `restore-failed` that names what is missing.
 */
export async function settle(client: Client, plan: RestorePlan, environment: Environment): Promise<void> {
  const tracked = await isTracked(client)
  await verify(client, plan, tracked)
  if (plan.undoesUpdate) return
  // A dump without the tracking tables must not make a local database of production.
  const marks = !tracked && environment !== 'local'
  if (marks) await client.query(trackingSql(environment))
  if (tracked || marks) await client.query(restoredSql(environment, plan.backup.name))
}

async function verify(client: Client, { backup, archive }: RestorePlan, tracked: boolean): Promise<void> {
  const { manifest } = backup
  // Of the data alone, the schema is that of the database as it was.
  if (manifest?.kind === 'data') return
  if (archive !== null) {
    const there = new Set(await relationsIn(client))
    const missing = archive.relations.filter((line) => !there.has(line))
    if (missing.length > 0)
      throw incomplete(`${missing.length} of ${archive.relations.length} are missing: ${shorten(missing)}`)
  }
  const last = tracked ? (await client.query<{ name: string }>(lastAppliedSql)).rows[0]?.name : undefined
  if (manifest !== null && (last ?? null) !== manifest.lastVersion) {
    throw incomplete(`its last migration is ${last ?? 'none'}, that of the backup is ${manifest.lastVersion ?? 'none'}`)
  }
}

/** What a database has, in the words of a table of contents. */
async function relationsIn(client: Client): Promise<string[]> {
  return (await client.query<{ line: string }>(relationsSql)).rows.map(({ line }) => line)
}

function shorten(lines: readonly string[]): string {
  return lines.length > 5 ? `${lines.slice(0, 5).join(', ')} and ${lines.length - 5} more` : lines.join(', ')
}

function incomplete(what: string): NselfError {
  return new NselfError('restore-failed', `the restored database is incomplete: ${what}`, {
    hint: 'the old database is unchanged; to see the other backups: nself db backup list',
  })
}
