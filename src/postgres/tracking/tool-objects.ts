import { noToolObjects, parseToolObjects, type ToolObjects } from '../../core/adopt/own-objects.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import { adoptedKey } from './metadata.ts'

/** What another tool that was taken over keeps in this database for itself; nothing where none was. */
export function readToolObjects(client: Client): Promise<ToolObjects> {
  return client.query<{ value: string }>(`SELECT value FROM nself.metadata WHERE key = '${adoptedKey}'`).then(
    ({ rows }) => parseToolObjects(rows[0]?.value ?? ''),
    // Where nothing is tracked nothing was taken over.
    () => noToolObjects,
  )
}

/** SQL that remembers it. */
export function rememberToolObjectsSql(objects: ToolObjects): string {
  return `INSERT INTO nself.metadata VALUES ('${adoptedKey}', ${quoteLiteral(JSON.stringify(objects))})
 ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value`
}
