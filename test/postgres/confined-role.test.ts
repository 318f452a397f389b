import { expect, test } from 'vitest'
import type { Server } from '../../src/postgres/driver/server.ts'
import { likenessOf } from '../../src/postgres/scratch/likeness.ts'
import { withScratchConnection } from '../../src/postgres/scratch/read.ts'
import { type Scratch, withScratch } from '../../src/postgres/scratch/scratch.ts'
import { useServer } from '../helpers/project.ts'

const ours = useServer()
const options = { signal: new AbortController().signal }

/** In a cluster that serves replays alone, where each command has the same owner. */
async function inCluster<T>(use: (scratch: Scratch) => Promise<T>): Promise<T> {
  const { url } = await ours.project({})
  const { hostname: host, port, username: user, password, pathname } = new URL(url)
  const server: Server = { host, port: Number(port), user, password, database: pathname.slice(1) }
  const like = { ...(await likenessOf(server)), role: "o'neil" }
  return withScratch({ server, kind: 'own-cluster', like }, options, use)
}

async function isMember(scratch: Scratch, role: string): Promise<boolean> {
  const { rows } = await withScratchConnection(await scratch.create(), (client) =>
    client.query<{ yes: boolean }>(`SELECT pg_has_role(current_user, '${role}', 'MEMBER') AS yes`),
  )
  return rows[0]?.yes === true
}

test('a replay has the rights of the roles that its migrations name, and no command after it', async () => {
  const roles = ['pg_read_all_data', "o'brien"]
  await inCluster(async (scratch) => {
    await scratch.provide({ roles, tablespaces: [] })
    for (const role of ['pg_read_all_data', "o''brien"]) expect(await isMember(scratch, role)).toBe(true)
    await inCluster(async () => {})
    expect(await isMember(scratch, 'pg_read_all_data'), 'while another command begins').toBe(true)
  })
  await inCluster(async (scratch) => {
    for (const role of ['pg_read_all_data', "o''brien"]) expect(await isMember(scratch, role)).toBe(false)
  })
})
