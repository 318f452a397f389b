import type { Client } from '../driver/pg.ts'

/** An older format has no such column: then it is taken from `absent`. */
const proofsSql = `SELECT name, present.proof ->> 'down' AS down
  FROM (SELECT NULL::jsonb AS proof) AS absent, LATERAL (SELECT name, state, proof FROM nself.migrations) AS present
  WHERE state = 'applied' AND present.proof ->> 'major' = $1`

/**
 * The proofs that were kept as migrations were applied, on a server of that major.
 * @returns by the name of a row, the checksum of the DOWN that was proven.
 */
export async function readRowProofs(client: Client, major: number): Promise<ReadonlyMap<string, string | null>> {
  const { rows } = await client.query<{ name: string; down: string | null }>(proofsSql, [String(major)])
  return new Map(rows.map(({ name, down }) => [name, down]))
}
