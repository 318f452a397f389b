import { beforeAll, expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const owner = "SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE relname = '"

beforeAll(async () => {
  const project = await server.project({})
  await project.query('CREATE ROLE app_owner; CREATE ROLE "App Other"')
})

/** A database in whose schema public the role may create. */
async function projectWith(files: Record<string, string>) {
  const project = await server.project(files)
  await project.query('GRANT CREATE ON SCHEMA public TO app_owner, "App Other"')
  return project
}

test('a section runs as the role that its header names, and only that one', async () => {
  const project = await projectWith({
    '001_a.sql': '-- UP\n-- nself: role app_owner\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;\n',
    '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n-- DOWN\n-- nself: role "App Other"\nCREATE TABLE gone (id int);\n',
  })
  await project.ok('db', 'migrate', 'up')
  expect(await project.query(`${owner}a'`)).toEqual([['app_owner']])
  expect(await project.query(`${owner}b'`)).toEqual([['postgres']])
  project.write({ '002_b.sql': null })
  await project.ok('db', 'migrate', 'down')
  expect(await project.query(`${owner}gone'`)).toEqual([['App Other']])
})

test('outside a transaction, in blocks and with all in one transaction the role holds for each statement', async () => {
  const project = await projectWith({
    '001_a.sql': '-- nself: role app_owner\n-- UP\nCREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY ai ON a (id);\n',
    '002_b.sql':
      '-- nself: role app_owner\n-- UP\nBEGIN;\nCREATE TABLE b (id int);\nCOMMIT;\nBEGIN;\nCREATE TABLE c (id int);\nCOMMIT;\n',
  })
  await project.ok('db', 'migrate', 'up')
  for (const name of ['a', 'ai', 'b', 'c']) expect(await project.query(`${owner}${name}'`)).toEqual([['app_owner']])
  expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])

  const whole = await projectWith({
    '001_a.sql': '-- nself: role app_owner\n-- UP\nCREATE TABLE a (id int);\n',
    '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n',
  })
  await whole.ok('db', 'migrate', 'up', '--single-transaction')
  expect(await whole.query(`${owner}a'`)).toEqual([['app_owner']])
  expect(await whole.query(`${owner}b'`)).toEqual([['postgres']])
})

test.each(['CREATE TABLE a (id int);', 'CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY ai ON a (id);'])(
  'a role that is not there stops the migration before its first statement: %s',
  async (sql) => {
    const project = await projectWith({ '001_a.sql': `-- nself: role nobody_here\n-- UP\n${sql}\n` })
    const { code, stderr } = await project.nself('db', 'migrate', 'up')
    expect(code, stderr).toBe(4)
    expect(stderr).toContain('role "nobody_here" does not exist')
    expect(stderr).toContain('header -- nself: role "nobody_here" names a role that the server does not have')
    expect(await project.tables()).toEqual([])
  },
)

test('drift replays a section as its role', async () => {
  const project = await server.project({
    '001_rights.sql': '-- UP\nGRANT CREATE ON SCHEMA public TO app_owner;\n',
    '002_a.sql': '-- nself: role app_owner\n-- UP\nCREATE TABLE a (id int);\n',
  })
  await project.ok('db', 'migrate', 'up')
  expect(await project.ok('db', 'migrate', 'status', '--drift', '--all')).toContain('No drift')
})

test('NSELF_ROLE is who the whole run works as, its tables and the scratch databases too', async () => {
  const project = await projectWith({ '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n' })
  await project.query(
    "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO app_owner', current_database()); END $$",
  )
  const { code, stderr } = await project.run(['db', 'migrate', 'up'], { env: { NSELF_ROLE: 'app_owner' } })
  expect(code, stderr).toBe(0)
  expect(await project.query(`${owner}a'`)).toEqual([['app_owner']])
  expect(await project.query(`${owner}migrations'`)).toEqual([['app_owner']])
  const wrong = await project.run(['db', 'migrate', 'status'], { env: { NSELF_ROLE: 'nobody_here' } })
  expect(wrong.code, wrong.stderr).toBe(5)
  expect(wrong.stderr).toContain('NSELF_ROLE')
})
