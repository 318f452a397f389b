import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'
import { type Passing, startProxy } from '../helpers/proxy.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const
const files = { '001_a.sql': 'CREATE TABLE a (id int);', '002_b.sql': 'CREATE TABLE b (id int);' }

/** Runs up with its wire dead from a message on: for that connection alone, or for all and each new one. */
async function stalled(
  project: Project,
  marks: (message: Passing) => boolean,
  whole: boolean,
  args: readonly string[],
) {
  let isOver = false
  const proxy = await startProxy(project.url, {
    fate: (message) => {
      if (isOver || !marks(message)) return 'pass'
      isOver = true
      if (whole) proxy.freeze()
      return 'hold'
    },
  })
  const finished = await project.nself(...args, '--database-url', proxy.url)
  await proxy.close()
  return finished
}

const sends = (part: string) => (message: Passing) => message.text.includes(part)

test.concurrent('a wire that goes dead in the middle of a run ends it, and the next up finishes', async () => {
  const project = await server.project(files)
  const { code, stderr } = await stalled(project, sends('CREATE TABLE b'), true, up)
  expect(code, stderr).toBe(5)
  expect(stderr).toContain('does not answer')
  await project.ok(...up)
  expect(await project.tables()).toEqual(['a', 'b'])
})

test.concurrent('a single connection that goes dead is given up: what was done is looked up', async () => {
  const project = await server.project(files)
  const { code, stderr } = await stalled(project, sends('CREATE TABLE b'), false, up)
  expect(code, stderr).toBe(5)
  expect(stderr).toContain('no answer for')
  expect(stderr).toContain('002_b was not completed')
  expect(stderr).toContain('001_a applied')
  await project.ok(...up)
  expect(await project.tables()).toEqual(['a', 'b'])
})

test.concurrent('a wire that goes dead ends a run soon after Ctrl-C, which says what it knows', async () => {
  const project = await server.project(files)
  let isDead = (_: boolean) => {}
  const died = new Promise<boolean>((resolve) => {
    isDead = resolve
  })
  const proxy = await startProxy(project.url, {
    fate: ({ text }) => {
      if (!text.includes('CREATE TABLE b')) return 'pass'
      proxy.freeze()
      isDead(true)
      return 'hold'
    },
  })
  const running = project.start(...up, '--database-url', proxy.url)
  await died
  running.kill('SIGINT')
  const { code, stderr } = await running.finished
  await proxy.close()
  expect(code, stderr).toBe(5)
  expect(stderr).toContain('it is not known whether 00')
  expect(stderr).not.toContain('nothing was changed')
})

test.concurrent('the connection of the lock that goes dead stops the run before another could begin', async () => {
  const project = await server.project({ '001_a.sql': files['001_a.sql'], '002_b.sql': 'SELECT pg_sleep(1000);' })
  const pulse = ({ application, type, text }: Passing) => application === 'nself lock' && type === 'Q' && text === '\0'
  const { code, stderr } = await stalled(project, pulse, false, up)
  expect(code, stderr).toBe(5)
  expect(stderr).toContain('the connection that held the lock was lost')
  project.write({ '002_b.sql': files['002_b.sql'] })
  await project.ok(...up)
  expect(await project.tables()).toEqual(['a', 'b'])
})

test.concurrent.each([
  ['while it is being made', '', ['db', 'migrate', 'status']],
  ['while status reads', 'FROM nself.migrations', ['db', 'migrate', 'status']],
  ['while a query runs', 'SELECT 42', ['db', 'query', 'SELECT 42']],
] as const)('a connection that goes dead %s ends the command', async (_, part, args) => {
  const project = await server.project(files)
  await project.ok(...up)
  const { code, stderr } = await stalled(project, sends(part), true, args)
  expect(code, stderr).toBe(5)
})

test.concurrent('a statement that takes longer than any of these limits, in silence, is left alone', async () => {
  const project = await server.project({ '001_a.sql': 'SELECT pg_sleep(45);\nCREATE TABLE a (id int);\n' })
  await project.ok(...up)
  expect(await project.tables()).toEqual(['a'])
})
