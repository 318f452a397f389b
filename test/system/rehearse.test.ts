import { expect, test } from 'vitest'
import { backUp, backupsOf, databaseOf, filesIn } from '../helpers/backups.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer(postgres14)

interface Document {
  readonly copy: string
  readonly source: string
  readonly failure: { readonly message: string } | null
  readonly transactions: readonly { readonly statements: readonly Statement[] }[]
  readonly sizes: readonly { readonly table: string; readonly bytes: number }[]
}

interface Statement {
  readonly place: { readonly line: number }
  readonly rows: number | null
  readonly rewritten: readonly string[]
  readonly scanned: readonly { readonly table: string; readonly rows: number }[] | null
  readonly locks: readonly { readonly table: string; readonly mode: string }[]
}

const first = `-- UP
CREATE TABLE orders (id int PRIMARY KEY, total int, note text);
INSERT INTO orders SELECT i, i, 'x' FROM generate_series(1, 400) i;
`
const second = `-- UP
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
UPDATE orders SET note = 'y' WHERE id <= 150;
`

/** A project with one migration applied and one pending. */
async function shop(): Promise<Project> {
  const project = await server.project({ '001_a.sql': first })
  await project.up()
  project.write({ '002_b.sql': second })
  return project
}

async function rehearsal(project: Project, ...args: string[]): Promise<Document> {
  return JSON.parse(await project.ok('db', 'rehearse', '--json', ...args)).result
}

/** Without a password, which other tests look for among the arguments of processes: the server trusts everybody. */
const urlOf = (project: Project, role = new URL(project.url).username) =>
  project.url.replace(/\/\/[^@]+@/, `//${role}@`)

const everyStatement = ({ transactions }: Document) => transactions.flatMap(({ statements }) => statements)
const onServer = (project: Project) =>
  project.queryBeside('SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles ORDER BY 1')

test('copies what --on names by pg_dump, as a role that can only read', async () => {
  const project = await shop()
  const [owner, reader] = [`${databaseOf(project)}_owner`, `${databaseOf(project)}_reader`]
  // Of another role, with what would reach other servers from a copy.
  await project.query(`CREATE ROLE ${owner}; ALTER TABLE orders OWNER TO ${owner};
    CREATE ROLE ${reader} LOGIN IN ROLE pg_read_all_data;
    CREATE PUBLICATION told FOR TABLE orders;
    CREATE EXTENSION postgres_fdw; CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
    CREATE FOREIGN TABLE far (id int) SERVER elsewhere`)
  const before = await onServer(project)
  const url = urlOf(project, reader)
  const done = await rehearsal(project, '--on', url)
  expect(done).toMatchObject({ copy: 'dump', failure: null })
  expect(everyStatement(done)).toMatchObject([
    { rewritten: ['orders'], locks: [{ table: 'orders', mode: 'AccessExclusiveLock' }] },
    { rows: 150, rewritten: [] },
  ])
  expect(await onServer(project)).toEqual(before)
  expect(await project.query('SELECT count(*)::int, max(note) FROM orders')).toEqual([[400, 'x']])
})

test('copies no rows with --schema-only, and says how many there are', async () => {
  const project = await shop()
  const done = await rehearsal(project, '--on', urlOf(project), '--schema-only')
  expect(everyStatement(done)).toMatchObject([{ rewritten: ['orders'] }, { rows: 0 }])
  expect(done.sizes).toMatchObject([{ table: 'orders' }])
  expect(done.sizes[0]?.bytes).toBeGreaterThan(8192)
  expect(await project.ok('db', 'rehearse', '--schema-only')).toContain(
    'The copy has no rows: times are those of empty tables',
  )
})

test('copies a local database by pg_dump while somebody is connected, and ends nobody', async () => {
  const project = await shop()
  const client = await project.connect()
  const { code, stdout, stderr } = await project.nself('db', 'rehearse')
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/^Note: copied by pg_dump, not as a template: others are connected to it: /m)
  expect(stdout).toContain('on a copy by pg_dump of')
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

test('copies a database whose functions find others by its search_path, from the server and from a backup', async () => {
  const project = await shop()
  await project.query(`CREATE SCHEMA app; CREATE FUNCTION app.folded(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
    ALTER DATABASE ${databaseOf(project)} SET search_path = public, app`)
  await project.query(`CREATE FUNCTION worded(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT folded($1) || ''!''';
    ALTER TABLE orders ADD plain text GENERATED ALWAYS AS (worded(note)) STORED, ADD CHECK (worded(note) <> '');
    CREATE INDEX ON orders (worded(note))`)
  await backUp(project)
  const [dump = ''] = filesIn(project).filter((name) => name.endsWith('.dump'))
  for (const from of [
    ['--on', urlOf(project)],
    ['--on', urlOf(project), '--schema-only'],
    ['--from', `${backupsOf(project)}/${dump}`],
  ]) {
    const { code, stdout, stderr } = await project.nself('db', 'rehearse', '--json', ...from)
    expect(code, stderr).toBe(0)
    const done: Document = JSON.parse(stdout).result
    expect(done.failure).toBeNull()
    expect(everyStatement(done).map(({ rows }) => rows)).toEqual([expect.any(Number), from[2] === undefined ? 150 : 0])
    if (from[2] === undefined) expect(stderr).toContain('; trying again with the search_path of the database')
  }
})

test('runs what a backup has not', async () => {
  const project = await shop()
  await backUp(project)
  const [dump = ''] = filesIn(project).filter((name) => name.endsWith('.dump'))
  await project.ok('db', 'migrate', 'up')
  expect(await project.ok('db', 'rehearse')).toContain('Nothing to rehearse')
  const done = await rehearsal(project, '--from', `${backupsOf(project)}/${dump}`)
  expect(done).toMatchObject({ copy: 'backup', source: dump, failure: null })
  expect(everyStatement(done).map(({ place, rows }) => [place.line, rows])).toEqual([
    [2, 0],
    [3, 150],
  ])
})

test('gives up where somebody holds a table, and tells a role that it may not read', async () => {
  const project = await shop()
  const reader = `${databaseOf(project)}_nobody`
  await project.query(`CREATE ROLE ${reader} LOGIN; GRANT USAGE ON SCHEMA nself TO ${reader};
    GRANT SELECT ON ALL TABLES IN SCHEMA nself TO ${reader}`)
  const url = urlOf(project, reader)
  const { code, stderr } = await project.nself('db', 'rehearse', '--on', url)
  expect([code, stderr]).toEqual([4, expect.stringContaining('GRANT pg_read_all_data TO')])
  const client = await project.connect()
  await client.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE')
  const held = await project.nself('db', 'rehearse', '--on', urlOf(project))
  expect([held.code, held.stderr]).toEqual([5, expect.stringContaining('another session holds a lock on that table')])
})
