import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { keys, type Terminal } from '../helpers/cli.ts'
import { useServer } from '../helpers/project.ts'
import { standsStill } from '../helpers/stands-still.ts'

const server = useServer()
const file = (table: string, more = '') =>
  `-- UP\nCREATE TABLE ${table} (id int);${more}\n-- DOWN\nDROP TABLE ${table};\n`
const users = (name: string) => `Table users {\n  id int [pk]\n  ${name} text\n}\n`
const migrated = '-- UP\nCREATE TABLE users (id int PRIMARY KEY, name text);\n-- DOWN\nDROP TABLE users;\n'

async function answered(terminal: Terminal, typed: string) {
  terminal.type(typed)
  return terminal.finished
}

describe('a question is the last line until it is answered, and nothing moves meanwhile:', () => {
  test('the rename and the drop that db run asks about', async () => {
    const project = await server.project({ '001_a.sql': migrated })
    project.write({ '../../schema.dbml': users('full_name') })
    await project.up()
    const terminal = project.atTerminal('db', 'run')
    await standsStill(project, terminal, 'users.name is gone and users.full_name is new:')
    terminal.type(`${keys.down}${keys.enter}`)
    await standsStill(project, terminal, 'Write a migration that drops users.name and its values?')
    const { code, screen } = await answered(terminal, keys.enter)
    expect(code, screen).toBe(3)
  })

  test('the same of db schema import', async () => {
    const project = await server.project({ '001_a.sql': migrated })
    project.write({ '../../other.dbml': users('full_name') })
    await project.up()
    const terminal = project.atTerminal('db', 'schema', 'import', 'other.dbml')
    await standsStill(project, terminal, 'users.name is gone and users.full_name is new:')
    const { code, screen } = await answered(terminal, keys.enter)
    expect(code, screen).toBe(0)
  })

  test('the drop that schema apply asks about', async () => {
    const project = await server.project({ '001_a.sql': migrated })
    project.write({ '../../schema.dbml': 'Table users {\n  id int [pk]\n}\n' })
    await project.up()
    const terminal = project.atTerminal('db', 'schema', 'apply', 'schema.dbml')
    await standsStill(project, terminal, 'Write a migration that drops users.name and its values?')
    expect((await answered(terminal, `n${keys.enter}`)).code).toBe(3)
  })

  test('what repair is to do', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    await project.up()
    project.write({ '001_a.sql': file('a', ' SELECT 1;') })
    const terminal = project.atTerminal('db', 'migrate', 'repair')
    await standsStill(project, terminal, '001_a was edited')
    expect((await answered(terminal, keys.enter)).code).toBe(0)
  })

  test('whether a restore may end the sessions of others', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    await project.up()
    await project.ok('db', 'backup')
    const other = new pg.Client({ connectionString: project.url, application_name: 'shop web' })
    other.on('error', () => {})
    await other.connect()
    const terminal = project.atTerminal('db', 'restore')
    await standsStill(project, terminal, '(shop web')
    expect((await answered(terminal, `n${keys.enter}`)).code).toBe(3)
    await other.end()
  })

  test.each([
    ['up', 'apply 1 migration to', ['001_a.sql']],
    ['down', 'Type yes-destroy-production', []],
  ] as const)('the consent that %s wants in production', async (command, question, pending) => {
    const project = await server.project({ '001_a.sql': file('a') })
    if (pending.length === 0) await project.ok('db', 'migrate', 'up', '--env', 'production', '--no-backup', '--yes')
    const terminal = project.atTerminal('db', 'migrate', command, '--env', 'production', '--no-backup')
    await standsStill(project, terminal, question)
    expect((await answered(terminal, `n${keys.enter}`)).code).toBe(3)
  })

  test('the consent that fresh wants in staging', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    const terminal = project.atTerminal('db', 'migrate', 'fresh', '--env', 'staging')
    await standsStill(project, terminal, 'drop everything')
    expect((await answered(terminal, `n${keys.enter}`)).code).toBe(3)
  })

  test('the consent that seeds want in production', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    await project.ok('db', 'seed', 'create', 'categories')
    const terminal = project.atTerminal('db', 'seed', '--env', 'production')
    await standsStill(project, terminal, 'run 1 seed on')
    expect((await answered(terminal, `n${keys.enter}`)).code).toBe(3)
  })

  test.each([
    ['redo', 'revert 1 migration and apply it again', ['db', 'migrate', 'redo']],
    ['sync', 'revert 1 migration', ['db', 'migrate', 'sync']],
    ['reset', 'drop everything', ['db', 'reset']],
    ['query', 'run SQL that can write', ['db', 'query', 'DELETE FROM a', '--write']],
    ['seed users', 'mock users to', ['db', 'seed', 'users']],
  ])('the consent that %s wants in staging', async (_, question, args) => {
    const project = await server.project({ '001_a.sql': file('a'), '002_b.sql': file('b') })
    await project.ok('db', 'migrate', 'up', '--env', 'staging', '--no-backup', '--yes')
    if (args.includes('sync')) project.write({ '002_b.sql': null })
    const terminal = project.atTerminal(...args, '--env', 'staging')
    await standsStill(project, terminal, question)
    expect((await answered(terminal, `n${keys.enter}`)).code).toBe(3)
  })

  test('whether the kept copy comes back, and whether it is dropped', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    await project.up()
    await project.run(['db', 'migrate', 'down'], { env: { NSELF_UNDO: undefined } })
    for (const [question, args] of [
      ['LOCAL: put', ['db', 'undo']],
      ['LOCAL: drop this database', ['db', 'backup', 'prune', '--databases']],
    ] as const) {
      const terminal = project.atTerminal(...args)
      await standsStill(project, terminal, question)
      expect((await answered(terminal, `n${keys.enter}`)).code).toBe(3)
    }
  })
})
