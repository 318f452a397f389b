import { type Effect, parseEffects } from '../../core/effect.ts'
import type { Step } from '../../core/migration/plan.ts'
import type { Client } from '../driver/pg.ts'
import type { History } from './history.ts'
import { isCurrent } from './schema.ts'

/** What these steps did when they were rolled back for it, by name; nothing of a file that has changed since. */
export async function readRefusedEffects(
  client: Client,
  { facts }: History,
  steps: readonly Step[],
): Promise<Map<string, readonly Effect[]>> {
  if (!isCurrent(facts) || steps.length === 0) return new Map()
  const { rows } = await client.query<{ action: string; checksum: string; effects: string }>(
    `SELECT DISTINCT ON (action, checksum) action, checksum, effects::text AS effects FROM nself.journal
     WHERE outcome = 'refused' AND effects IS NOT NULL AND checksum IS NOT NULL ORDER BY action, checksum, id DESC`,
  )
  const known = new Map(rows.map(({ action, checksum, effects }) => [`${action} ${checksum}`, effects]))
  return new Map(
    steps.flatMap(({ direction, file, name }) => {
      const effects = parseEffects(known.get(`${direction} ${file?.checksum}`))
      return effects === null ? [] : [[name, effects] as const]
    }),
  )
}
