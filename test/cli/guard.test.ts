import { describe, expect, test } from 'vitest'
import { stranger } from '../helpers/own-server.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const files = { '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;\n' }
const believed = ['--env', 'production'] as const
// What is asked is tested here, and npm brings no pg_dump.
const production = [...believed, '--no-backup'] as const
const phrase = 'yes-destroy-production'

/** A project whose database was first migrated as production. */
async function inProduction() {
  const project = await server.project(files)
  await project.ok('db', 'migrate', 'up', ...production, '--yes')
  return project
}

describe('in production', () => {
  test('up needs --yes where there is no terminal', async () => {
    const project = await server.project(files)
    const refused = await project.nself('db', 'migrate', 'up', ...production)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('--yes')
    expect(await project.tables()).toEqual([])
    await project.ok('db', 'migrate', 'up', ...production, '--yes')
    expect(await project.tables()).toEqual(['a'])
  })

  test('fresh is blocked whatever is answered', async () => {
    const project = await inProduction()
    const answers = ['--yes', '--confirm', phrase]
    const { code, stderr } = await project.nself('db', 'migrate', 'fresh', ...believed, ...answers)
    expect(code).toBe(3)
    expect(stderr).toContain('blocked in production')
    expect(await project.tables()).toEqual(['a'])
  })

  test('down needs the phrase', async () => {
    const project = await inProduction()
    for (const answer of [[], ['--yes'], ['--confirm', 'yes']]) {
      const { code, stderr } = await project.nself('db', 'migrate', 'down', ...production, ...answer)
      expect(code).toBe(3)
      expect(stderr).toContain(`--confirm ${phrase}`)
    }
    expect(await project.tables()).toEqual(['a'])
    await project.ok('db', 'migrate', 'down', ...production, '--confirm', phrase)
    expect(await project.tables()).toEqual([])
  })

  test('a dry run needs no answer and changes nothing', async () => {
    const project = await inProduction()
    expect(await project.ok('db', 'migrate', 'down', ...production, '--dry-run')).toContain('DROP TABLE a;')
    expect(await project.tables()).toEqual(['a'])
  })
})

describe('a database marked production', () => {
  test.each(['local', 'staging'])('refuses commands that believe they are %s', async (environment) => {
    const project = await inProduction()
    project.write({ '002_b.sql': 'CREATE TABLE b (id int);' })
    const answers = ['--env', environment, '--yes']
    for (const args of [['up'], ['down', '--confirm', phrase], ['fresh'], ['repair', '--forget', '001']]) {
      const { code, stderr } = await project.nself('db', 'migrate', ...args, ...answers)
      expect(code, args.join(' ')).toBe(3)
      expect(stderr).toContain('marked production')
    }
    expect(await project.tables()).toEqual(['a'])
    expect(await project.query('SELECT name FROM nself.migrations')).toEqual([['001_a']])
  })
})

describe('a wrong password', () => {
  test.each(['sesame-4711', 'p%40ss%3Aw%2Ford'])('is never printed: %s', async (password) => {
    const project = await server.project(files)
    const wrong = project.url.replace(/\/\/.*@/, `//${stranger}:${password}@`)
    for (const more of [[], ['--json']]) {
      const { code, stdout, stderr } = await project.nself('db', 'migrate', 'up', '--database-url', wrong, ...more)
      expect(code).toBe(5)
      for (const form of [password, decodeURIComponent(password)]) expect(stdout + stderr).not.toContain(form)
    }
  })
})
