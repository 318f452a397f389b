import { describe, expect, test } from 'vitest'
import { startEngine } from '../helpers/engine.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const files = { '001_a.sql': 'CREATE TABLE a (n int);', '002_b.sql': 'CREATE TABLE b (n int);' }
const lacksAll = { to_regclass: null, 'FROM nself.': null }

describe('a server that is not PostgreSQL', () => {
  test.each([
    [
      'CockroachDB',
      'by what it reports',
      { reported: { crdb_version: 'CockroachDB CCL v25.1.0', server_version: '13.0.0' } },
    ],
    [
      'CockroachDB',
      'by its version, behind a pooler',
      { answers: { ...lacksAll, 'SELECT version()': 'CockroachDB CCL v25.1.0 (x86_64-pc-linux-gnu)' } },
    ],
    [
      'YugabyteDB',
      'by its number',
      { reported: { server_version: '15.2-YB-2025.1.0.0-b0' }, answers: { yb_ddl_transaction_block_enabled: 'off' } },
    ],
    ['Amazon Redshift', 'by what it reports', { reported: { padb_version: '1.0.12103', server_version: '8.0.2' } }],
    [
      'Amazon Redshift',
      'by its version, behind a pooler',
      {
        answers: {
          ...lacksAll,
          'SELECT version()': 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC, Redshift 1.0.12103',
        },
      },
    ],
  ] as const)('%s is recognised %s, and refused with the reason', async (engine, _, shown) => {
    const project = await server.project(files)
    const url = await startEngine(project.url, shown)
    for (const args of [
      ['db', 'migrate', 'up'],
      ['db', 'migrate', 'status'],
    ]) {
      const { code, stderr } = await project.run(args, { env: { DATABASE_URL: url } })
      expect(code, stderr).toBe(2)
      expect(stderr).toContain(`is ${engine}: a migration and its record cannot commit together here`)
    }
    expect(await project.tables()).toEqual([])
  })

  test('Aurora DSQL is recognised by its views: its version says PostgreSQL', async () => {
    const project = await server.project(files)
    await project.query('CREATE SCHEMA sys')
    await project.query('CREATE VIEW sys.iam_pg_role_mappings AS SELECT 1 AS iam_oid')
    const { code, stderr } = await project.nself('db', 'migrate', 'up')
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('is Aurora DSQL')
  })

  test('YugabyteDB with transactional DDL is used', async () => {
    const project = await server.project(files)
    const url = await startEngine(project.url, {
      reported: { server_version: '15.2-YB-2025.2.0.0-b0' },
      answers: { yb_ddl_transaction_block_enabled: 'on' },
    })
    const { code, stderr } = await project.run(['db', 'migrate', 'up'], { env: { DATABASE_URL: url } })
    expect(code, stderr).toBe(0)
  })
})

test('in one transaction the mode that Citus works in stays for the migrations that follow', async () => {
  const mode = 'citus.multi_shard_modify_mode'
  const note = `INSERT INTO modes VALUES (current_setting('${mode}'), current_setting('search_path'));`
  const project = await server.project({
    '001_a.sql': `CREATE TABLE public.modes (mode text, path text);\nSET search_path = nowhere;\nSET LOCAL ${mode} = 'sequential';`,
    '002_b.sql': note,
  })
  await project.query(`ALTER DATABASE ${new URL(project.url).pathname.slice(1)} SET ${mode} = 'parallel'`)
  await project.ok('db', 'migrate', 'up', '--single-transaction')
  project.write({ '003_c.sql': note })
  await project.ok('db', 'migrate', 'up')
  const path = '"$user", public'
  expect(await project.query('SELECT * FROM modes')).toEqual([
    ['sequential', path],
    ['parallel', path],
  ])
})
