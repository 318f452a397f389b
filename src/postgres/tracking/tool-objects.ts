import { noToolObjects, parseToolObjects, type ToolObjects } from '../../core/adopt/own-objects.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import { adoptedKey } from './metadata.ts'
import { jsonWhereThere } from './where-there.ts'

/** What another tool that was taken over keeps in this database for itself; nothing where none was. */
export function readToolObjects(client: Client): Promise<ToolObjects> {
  const query = `SELECT to_json(value) AS adopted FROM nself.metadata WHERE key = '${adoptedKey}'`
  return jsonWhereThere<string>(client, ['nself.metadata'], query, 'adopted').then(
    (value) => parseToolObjects(value ?? ''),
    // Where it cannot be read nothing is known to have been taken over.
    () => noToolObjects,
  )
}

/** SQL that remembers it. */
export function rememberToolObjectsSql(objects: ToolObjects): string {
  return `INSERT INTO nself.metadata VALUES ('${adoptedKey}', ${quoteLiteral(JSON.stringify(objects))})
 ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value`
}
