import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { backUp, databasesOf } from '../helpers/backups.ts'
import { untilIdle } from '../helpers/kill.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'
import { startProxy } from '../helpers/proxy.ts'

// Debian's pg_dump is newer than this server, as it must be.
const server = useServer(postgres14)

const file = (letter: string) => `-- UP\nCREATE TABLE ${letter} (n int);\n-- DOWN\nDROP TABLE ${letter};\n`
const up = ['db', 'migrate', 'up'] as const

/** These connections are the same in all runs: those of `up` are cut for all of them. */
const inUp = /^nself( lock| up)?$/

/** Runs nself with its n-th message cut off, and the connection with it; null when there are fewer. */
async function cutAt(project: Project, args: readonly string[], n: number, isKnown: (application: string) => boolean) {
  let seen = 0
  let at: string | null = null
  const { url, close } = await startProxy(project.url, {
    fate: ({ isTool, application, type, text }) => {
      if (isTool || isKnown(application) || !/[Qdc]/.test(type) || ++seen !== n) return 'pass'
      at = `cut before message ${n} (${application} ${type} ${text.slice(0, 200)})`
      return 'before'
    },
  })
  const finished = await project.nself(...args, '--database-url', url)
  await close()
  return { at: at as string | null, finished }
}

/** Each with what is true once it has done its work. */
test.each([
  ['up', ['db', 'migrate', 'up'], "to_regclass('c') IS NOT NULL"],
  ['down', ['db', 'migrate', 'down'], "to_regclass('b') IS NULL"],
  ['fresh', ['db', 'migrate', 'fresh'], 'NOT EXISTS (SELECT FROM a)'],
  ['status', ['db', 'migrate', 'status'], 'true'],
  [
    'repair',
    ['db', 'migrate', 'repair', '--mark-applied', '3'],
    'EXISTS (SELECT FROM nself.migrations WHERE version = 3)',
  ],
  ['seed', ['db', 'seed'], '(SELECT count(*) = 1 FROM a WHERE n = 2)'],
  ['query', ['db', 'query', 'INSERT INTO a VALUES (3)'], 'EXISTS (SELECT FROM a WHERE n = 3)'],
  ['backup', ['db', 'backup'], 'true'],
  ['update', ['db', 'update'], "to_regclass('c') IS NOT NULL"],
  ['restore', ['db', 'restore', 'FILE'], 'NOT EXISTS (SELECT FROM a)'],
  ['restore --in-place', ['db', 'restore', 'FILE', '--in-place'], 'NOT EXISTS (SELECT FROM a)'],
])(
  '%s whose connection is cut at any message tells so with exit 5, or has done it all',
  async (name, words, isDone) => {
    const template = await server.project({ '001_a.sql': file('a'), '002_b.sql': file('b') })
    await template.up()
    const { file: backup } = await backUp(template)
    template.write({ '003_c.sql': file('c') })
    // So that its plan is one that the history has been through already.
    if (name === 'fresh') await template.ok(...up)
    const seeds = join(template.root, 'nself', 'seeds', 'common')
    mkdirSync(seeds, { recursive: true })
    writeFileSync(join(seeds, '001_a.sql'), 'INSERT INTO a VALUES (2);')
    await template.query('INSERT INTO a VALUES (1)')
    await untilIdle(template)
    const args = words.map((word) => (word === 'FILE' ? backup : word))
    const isLong = words[1] === 'update' || words[1] === 'restore'
    for (let n = 1, isOver = false; !isOver; n++) {
      const project = await server.twin(template)
      const { at, finished } = await cutAt(project, args, n, (application) => isLong && inUp.test(application))
      const told = `${at}\n${finished.stdout}${finished.stderr}`
      expect([0, 5], told).toContain(finished.code)
      await untilIdle(project)
      if (finished.code === 0) expect(await project.query(`SELECT ${isDone}`), told).toEqual([[true]])
      if (name === 'up' || name === 'fresh') await project.ok(...up)
      await server.remove(project)
      isOver = at === null
    }
  },
)

test.each([
  ['before it is sent', 'before'],
  ['before its answer', 'answer'],
] as const)(
  'a restore whose connection is cut at the COMMIT that puts the new database in place, %s, looks which one is in place',
  async (_, fate) => {
    const project = await server.project({ '001_a.sql': file('a') })
    await project.up()
    const { file: backup } = await backUp(project)
    await project.query('INSERT INTO a VALUES (1)')
    let swaps = false
    const { url, close } = await startProxy(project.url, {
      fate: ({ application, text }) => {
        if (application !== 'nself restore') return 'pass'
        swaps ||= text.includes('RENAME TO')
        return swaps && text === 'COMMIT\0' ? fate : 'pass'
      },
    })
    const { code, stdout, stderr } = await project.nself('db', 'restore', backup, '--database-url', url)
    await close()
    expect(stderr).toContain('to see which one is in place')
    const rows = await project.query('SELECT n FROM a')
    const databases = await databasesOf(project)
    if (fate === 'answer') {
      expect(code, stderr).toBe(0)
      expect(rows).toEqual([])
      expect(stdout).toContain(`The old database is now ${databases[1]}`)
    } else {
      expect(code, stderr).toBe(5)
      expect(rows).toEqual([[1]])
      expect(stderr).toContain('the old database is unchanged')
      expect(databases).toHaveLength(1)
    }
  },
)
