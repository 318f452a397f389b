import { withScratchConnection } from '../scratch/read.ts'
import type { Scratch } from '../scratch/scratch.ts'

/** The major of PostgreSQL on which scratch databases are made. @throws what the server says. */
export async function majorOfScratch(scratch: Scratch): Promise<number> {
  return withScratchConnection(await scratch.create(), async (client) => {
    const { rows } = await client.query<{ major: number }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS major",
    )
    return rows[0]?.major ?? 0
  })
}
