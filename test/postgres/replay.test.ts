import { expect, test } from 'vitest'
import type { Server } from '../../src/postgres/driver/server.ts'
import { replay } from '../../src/postgres/scratch/replay.ts'
import { type Scratch, withScratch } from '../../src/postgres/scratch/scratch.ts'
import { file } from '../helpers/history.ts'
import { useServer } from '../helpers/project.ts'

const ours = useServer()

test('a template that another command drops before it is copied is replayed without', async () => {
  const project = await ours.project({})
  const { hostname, port, username, password, pathname } = new URL(project.url)
  const server: Server = {
    host: hostname,
    port: Number(port),
    user: username,
    password,
    database: pathname.slice(1),
  }
  const options = { signal: new AbortController().signal, progress: () => {}, provide: async () => false }
  const files = [file('001_a', { up: 'CREATE TABLE a (i int);' })]
  await withScratch({ server, kind: 'beside', like: null }, options, async (scratch) => {
    await replay(scratch, files, true, options)
    const found: (string | undefined)[] = []
    const robbed: Scratch = {
      ...scratch,
      async findTemplate(keys) {
        const template = await scratch.findTemplate(keys)
        found.push(template?.key)
        if (template !== null) await project.query(`DROP DATABASE ${template.server.database}`)
        return template
      },
    }
    const { database } = await replay(robbed, files, false, options)
    expect(found).toEqual([expect.any(String), undefined])
    expect(await project.query(`SELECT count(*)::int FROM pg_database WHERE datname = '${database}'`)).toEqual([[1]])
  })
})
