import { type Effect, parseEffects } from '../../core/effect.ts'
import type { Client } from '../driver/pg.ts'
import type { History } from './history.ts'
import { isCurrent } from './metadata.ts'

/** What these did when they were rolled back for it, by name; nothing of a file that has changed since. */
export async function readRefusedEffects(
  client: Client,
  { facts }: History,
  asked: readonly { readonly action: string; readonly name: string; readonly checksum: string | undefined }[],
): Promise<Map<string, readonly Effect[]>> {
  if (!isCurrent(facts) || asked.length === 0) return new Map()
  const { rows } = await client.query<{ action: string; checksum: string; effects: string }>(
    `SELECT DISTINCT ON (action, checksum) action, checksum, effects::text AS effects FROM nself.journal
     WHERE outcome = 'refused' AND effects IS NOT NULL AND checksum IS NOT NULL ORDER BY action, checksum, id DESC`,
  )
  const known = new Map(rows.map(({ action, checksum, effects }) => [`${action} ${checksum}`, effects]))
  return new Map(
    asked.flatMap(({ action, name, checksum }) => {
      const effects = parseEffects(known.get(`${action} ${checksum}`))
      return effects === null ? [] : [[name, effects] as const]
    }),
  )
}
