import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Env } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const noUrl: { env: Env } = { env: { DATABASE_URL: undefined } }

async function projectWith(files: Record<string, string>): Promise<Project> {
  const project = await server.project({})
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project.root, name), text, { mode: 0o600 })
  return project
}

/** Name, value and source of each setting. */
async function settingsOf(project: Project, args: string[] = [], how = noUrl): Promise<Record<string, string[]>> {
  const { code, stdout, stderr } = await project.run(['env', '--json', ...args], how)
  expect(code, stderr).toBe(0)
  const { result } = JSON.parse(stdout)
  return Object.fromEntries(
    result.settings.map((item: { name: string; value: string; source: string }) => [
      item.name,
      [item.value, item.source],
    ]),
  )
}

describe('nself env', () => {
  test('says of each setting where it came from, without a password', async () => {
    const project = await projectWith({
      '.env': 'ENV=prod\nPOSTGRES_PORT=6543\nNSELF_SEEDS_DIR=db/seeds\n',
      '.env.prod': 'POSTGRES_HOST=db.example.com\nPOSTGRES_USER=shop\n',
      '.secrets': "POSTGRES_PASSWORD='s3cret word'\nNSELF_PROD_USERS=ada@example.com:Ada:admin\n",
    })
    expect(await settingsOf(project, [], { env: { DATABASE_URL: undefined, POSTGRES_DB: 'shop2' } })).toEqual({
      environment: ['production', '.env'],
      host: ['db.example.com', 'POSTGRES_HOST in .env.prod'],
      port: ['6543', 'POSTGRES_PORT in .env'],
      user: ['shop', 'POSTGRES_USER in .env.prod'],
      password: ['***', 'POSTGRES_PASSWORD in .secrets'],
      database: ['shop2', 'POSTGRES_DB'],
      ssl: [null, 'default'],
      migrations: ['nself/migrations', 'default'],
      seeds: ['db/seeds', 'NSELF_SEEDS_DIR in .env'],
      'production users': ['***', 'NSELF_PROD_USERS in .secrets'],
    })
    const { stdout, stderr } = await project.run(['env'], { env: { ...noUrl.env, POSTGRES_DB: 'shop' } })
    expect(stdout).toMatch(/^production · shop on db\.example\.com:6543$/m)
    expect(stdout + stderr).not.toMatch(/s3cret|ada@/)
  })

  test('names the URL for what it holds and a variable for what it does not', async () => {
    const project = await projectWith({})
    const env = { DATABASE_URL: 'postgres://h/d', PGPASSWORD: 's3cret' }
    expect(await settingsOf(project, ['--env', 'staging'], { env })).toMatchObject({
      environment: ['staging', '--env'],
      host: ['h', 'DATABASE_URL'],
      port: ['5432', 'default'],
      password: ['***', 'PGPASSWORD'],
    })
  })

  test('says that local without a server has the embedded one', async () => {
    expect(await settingsOf(await projectWith({}))).toMatchObject({ server: ['embedded, in .nself', 'default'] })
  })
})

describe('a hostile env file', () => {
  test('is text: quotes, CRLF, $() and backquotes are taken as they stand, and nothing runs', async () => {
    const project = await projectWith({
      '.env.local': [
        'POSTGRES_HOST="$(touch pwned)"',
        "POSTGRES_USER='`touch pwned`'",
        'POSTGRES_DB="a\'b"   # a comment',
        'export POSTGRES_PORT=5433',
        'not a line of this grammar',
        '',
      ].join('\r\n'),
    })
    expect(await settingsOf(project)).toMatchObject({
      host: ['$(touch pwned)', 'POSTGRES_HOST in .env.local'],
      user: ['`touch pwned`', 'POSTGRES_USER in .env.local'],
      database: ["a'b", 'POSTGRES_DB in .env.local'],
      port: ['5433', 'POSTGRES_PORT in .env.local'],
    })
    expect(existsSync(join(project.root, 'pwned'))).toBe(false)
  })

  test('that is not UTF-8 is an error: it would be read as if it were empty', async () => {
    const project = await projectWith({})
    writeFileSync(join(project.root, '.env'), Buffer.from('\ufeffENV=production\r\n', 'utf16le'))
    const { code, stderr } = await project.run(['env'], noUrl)
    expect(code).toBe(2)
    expect(stderr).toContain('cannot read .env: it is not UTF-8 text')
  })
})

describe('a file that holds a production password and that others can read', () => {
  test.each([
    ['.secrets', 'POSTGRES_PASSWORD=s3cret\n'],
    ['.env.prod', 'DATABASE_URL=postgres://u:s3cret@h/d\n'],
  ])('is warned about on every production command: %s', async (file, text) => {
    const project = await projectWith({ [file]: text })
    const args = (...more: string[]) => project.run([...more, '--env', 'production'], {})
    chmodSync(join(project.root, file), 0o640)
    for (const command of [['env'], ['db', 'migrate', 'status']]) {
      const { code, stderr } = await args(...command)
      expect(code).toBe(0)
      expect(stderr.split(`${file} holds a password`)).toHaveLength(2)
      expect(stderr).toContain(`chmod 600 ${file}`)
    }
    expect((await project.run(['env', '--env', 'local'], {})).stderr).toBe('')
    chmodSync(join(project.root, file), 0o600)
    expect((await args('env')).stderr).toBe('')
  })

  test('is no matter where it holds none', async () => {
    const project = await projectWith({ '.env.prod': 'POSTGRES_HOST=db.example.com\n' })
    chmodSync(join(project.root, '.env.prod'), 0o644)
    expect((await project.run(['env', '--env', 'production'], {})).stderr).toBe('')
  })
})

test('schema diff takes the name of its own environment for the server that env shows', async () => {
  const project = await server.project({ '001_a.sql': 'CREATE TABLE a (n int);' })
  await project.up()
  const { code, stdout, stderr } = await project.nself('db', 'schema', 'diff', 'migrations', 'local', '--exit-code')
  expect(code, stdout + stderr).toBe(0)
  expect(existsSync(join(project.root, '.nself'))).toBe(false)
})
