import { expect, test } from 'vitest'
import type { Server } from '../../src/postgres/driver/server.ts'
import { withScratchConnection } from '../../src/postgres/scratch/read.ts'
import { replay, replayToSee } from '../../src/postgres/scratch/replay.ts'
import { type Scratch, withScratch } from '../../src/postgres/scratch/scratch.ts'
import { dropOldTemplates } from '../../src/postgres/scratch/templates.ts'
import { file } from '../helpers/history.ts'
import { type Project, useServer } from '../helpers/project.ts'

const ours = useServer()
const options = { signal: new AbortController().signal, progress: () => {}, provide: async () => false }
const files = [file('001_a', { up: 'CREATE TABLE a (i int);' })]

async function onScratch(use: (scratch: Scratch, project: Project, server: Server) => Promise<void>): Promise<void> {
  const project = await ours.project({})
  const { hostname, port, username, password, pathname } = new URL(project.url)
  const server: Server = {
    host: hostname,
    port: Number(port),
    user: username,
    password,
    database: pathname.slice(1),
  }
  await withScratch({ server, kind: 'beside', like: null }, options, (scratch) => use(scratch, project, server))
}

test('a template that another command drops before it is copied is replayed without', () =>
  onScratch(async (scratch, project) => {
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
  }))

test('a template that another command looks at is replayed without, and not dropped', () =>
  onScratch(async (scratch, project, server) => {
    await replay(scratch, files, true, options)
    const { seen } = await replayToSee(scratch, files, false, options)
    await withScratchConnection(seen, async (looking) => {
      const { database } = await replay(scratch, files, false, options)
      expect(database).not.toBe(seen.database)
      for (const i of Array(9).keys()) {
        await project.query(`CREATE DATABASE nself_template_${i}_of_${server.database}`)
      }
      await withScratchConnection(server, (client) => dropOldTemplates(client, server))
      expect((await looking.query('SELECT * FROM a')).rows).toEqual([])
    })
  }))

test('what migrations make is looked at in the template, and copied for who changes it', () =>
  onScratch(async (scratch) => {
    const files = [file('001_b', { up: 'CREATE TABLE b (i int);' })]
    const first = await replayToSee(scratch, files, true, options)
    expect(await first.own()).toBe(first.seen)
    const second = await replayToSee(scratch, files, true, options)
    expect(second.seen.database).toMatch(/^nself_template_/)
    const own = await second.own()
    expect(own.database).toMatch(/^nself_scratch_/)
    expect(await second.own()).toBe(own)
  }))
