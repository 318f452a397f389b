import { type Effect, parseEffects } from '../../core/effect.ts'
import type { Client } from '../driver/pg.ts'
import type { History } from './history.ts'
import { isCurrent } from './metadata.ts'

/** A step, and its file: of a large one the checksum is not known until it is asked for. */
interface Asked {
  readonly action: string
  readonly name: string
  readonly file: { readonly checksum: string } | null
}

/** What these did when they were rolled back for it, by name; nothing of a file that has changed since. */
export async function readRefusedEffects(
  client: Client,
  { facts }: History,
  asked: readonly Asked[],
): Promise<Map<string, readonly Effect[]>> {
  if (!isCurrent(facts) || asked.length === 0) return new Map()
  const { rows } = await client.query<{ action: string; checksum: string; effects: string }>(
    `SELECT DISTINCT ON (action, checksum) action, checksum, effects::text AS effects FROM nself.journal
     WHERE outcome = 'refused' AND effects IS NOT NULL AND checksum IS NOT NULL ORDER BY action, checksum, id DESC`,
  )
  if (rows.length === 0) return new Map()
  const known = new Map(rows.map(({ action, checksum, effects }) => [`${action} ${checksum}`, effects]))
  return new Map(
    asked.flatMap(({ action, name, file }) => {
      const effects = parseEffects(known.get(`${action} ${file?.checksum}`))
      return effects === null ? [] : [[name, effects] as const]
    }),
  )
}
