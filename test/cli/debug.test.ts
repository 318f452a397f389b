import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const file = (table: string) => `-- UP\nCREATE TABLE ${table} (id int);\n-- DOWN\nDROP TABLE ${table};\n`

test('--debug shows connections and SQL with times on stderr, and stdout stays the result alone', async () => {
  const project = await server.project({ '001_a.sql': file('a') })
  const { code, stdout, stderr } = await project.nself('db', 'migrate', 'up', '--debug')
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/debug \d+ ms {2}connected to .* as nself/)
  expect(stderr).toMatch(/debug \d+ ms {2}ok [\d.]+ ms {2}.*CREATE TABLE a \(id int\)/)
  expect(stdout).not.toContain('debug')
})

test('NSELF_DEBUG=1 shows what --debug shows, and what an error was caused by', async () => {
  const project = await server.project({})
  const { code, stderr } = await project.run(
    ['db', 'migrate', 'status', '--database-url', 'postgres://u@127.0.0.1:1/x'],
    {
      env: { NSELF_DEBUG: '1' },
    },
  )
  expect(code).toBe(5)
  expect(stderr).toContain('debug caused by: Error')
})

test('without --debug a system code never shows its stack', async () => {
  const project = await server.project({})
  const { stderr } = await project.nself('db', 'migrate', 'status', '--database-url', 'postgres://u@127.0.0.1:1/x')
  expect(stderr).not.toMatch(/debug|at .*node:/)
})

test('a password that the settings know is hidden wherever it stands, as it is and as a URL writes it', async () => {
  const project = await server.project({
    '001_a.sql': "-- UP\nDO $$ BEGIN RAISE NOTICE '%', 'geheim#42 geheim%2342'; END $$;\n-- DOWN\nSELECT 1;\n",
  })
  const url = new URL(project.url)
  await project.query(`CREATE ROLE hidden LOGIN SUPERUSER PASSWORD 'geheim#42'`)
  url.username = 'hidden'
  url.password = encodeURIComponent('geheim#42')
  const { code, stdout, stderr } = await project.nself('db', 'migrate', 'up', '--debug', '--database-url', String(url))
  await project.query('DROP OWNED BY hidden CASCADE; DROP ROLE hidden').catch(() => {})
  expect(code, stderr).toBe(0)
  expect(stdout + stderr).not.toMatch(/geheim/)
  expect(stderr).toContain('NOTICE: *** ***')
})

test('a password that is a name of the server too does not take that name out of messages', async () => {
  const project = await server.project({})
  const url = 'postgres://postgres:postgres@127.0.0.1:1/postgres'
  const { stderr } = await project.nself('db', 'migrate', 'status', '--database-url', url)
  expect(stderr).toContain('cannot connect to postgres on 127.0.0.1:1 as postgres')
  expect(stderr).not.toContain('postgres:postgres')
})
