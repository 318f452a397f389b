import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { rehearse } from '../../src/commands/db/rehearse.ts'
import type { RehearseResult } from '../../src/commands/shared/rehearse-results.ts'
import { contextIn } from '../helpers/context.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const tables = `CREATE TABLE customers (id int PRIMARY KEY, email text);
CREATE TABLE orders (id int PRIMARY KEY, customer int, total int, note text);
INSERT INTO customers SELECT i, 'a' || i FROM generate_series(1, 300) i;
INSERT INTO orders SELECT i, 1 + i % 300, i, 'x' FROM generate_series(1, 500) i;`

const options = { on: null, from: null, schemaOnly: false, maxLockMs: null, report: null, endConnections: false }

async function projectWith(files: Record<string, string>): Promise<Project> {
  const project = await server.project(files)
  await project.query(tables)
  return project
}

/** What is left on the server of a rehearsal. */
async function leftovers({ queryBeside }: Project): Promise<unknown[][]> {
  return queryBeside(`SELECT datname FROM pg_database WHERE datname ^@ 'nself_scratch_'
    UNION ALL SELECT rolname FROM pg_roles WHERE rolname ^@ 'nself_scratch_'`)
}

/** `2 rewrites orders; AccessExclusiveLock orders` by migration and line. */
function seen({ transactions }: RehearseResult): string[] {
  return transactions.flatMap(({ statements }) =>
    statements.map(({ place, rows, rewritten, scanned, locks }) => {
      const facts = [
        ...(rows ? [`${rows} rows`] : []),
        ...rewritten.map((table) => `rewrites ${table}`),
        ...(scanned ?? []).map((scan) => `scans ${scan.table} (${scan.rows})`),
        ...locks
          .filter(({ mode }) => !/^AccessShare|^RowShare/.test(mode))
          .map(({ table, mode }) => `${mode} ${table}`),
      ]
      return `${place.migration}:${place.line} ${facts.join(', ')}`
    }),
  )
}

let project: Project
let result: RehearseResult
beforeAll(async () => {
  project = await projectWith({
    '002_widen.sql': `-- UP
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
CREATE INDEX orders_customer ON orders (customer);
-- DOWN
DROP INDEX orders_customer;
`,
    '003_keys.sql': `-- UP
ALTER TABLE customers ALTER COLUMN email SET NOT NULL;
ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers NOT VALID;
UPDATE orders SET note = 'y' WHERE id <= 100;
CREATE TABLE fresh (id int);
INSERT INTO fresh VALUES (1), (2);
`,
    '004_validate.sql': '-- UP\nALTER TABLE orders VALIDATE CONSTRAINT of_customer;\n',
    '005_index.sql': '-- UP\nCREATE INDEX ON orders (note);\n',
    '006_concurrently.sql': '-- UP\nCREATE INDEX CONCURRENTLY orders_note ON orders (note);\n',
    '007_role.sql': '-- UP\nCOMMENT ON ROLE pg_monitor IS NULL;\nTRUNCATE orders;\nVACUUM FULL customers;\n',
  })
  result = await rehearse(contextIn(project), options)
})

test('each statement is told with what it did on a copy', async () => {
  expect(result).toMatchObject({
    copy: 'template',
    failure: null,
    exitStatus: 0,
    source: expect.stringContaining('(local)'),
  })
  expect(seen(result)).toEqual([
    '002_widen:2 rewrites orders, AccessExclusiveLock orders',
    '002_widen:3 scans orders (500)',
    '003_keys:2 scans customers (300), AccessExclusiveLock customers',
    '003_keys:3 ShareRowExclusiveLock orders',
    expect.stringMatching(/^003_keys:4 100 rows, /),
    '003_keys:5 ',
    '003_keys:6 2 rows',
    expect.stringMatching(/^004_validate:2 .*scans orders \(500\).*ShareUpdateExclusiveLock orders/),
    '005_index:2 scans orders (500), ShareLock orders',
    expect.stringMatching(/^006_concurrently:2 /),
    expect.stringMatching(/^007_role:3 .*AccessExclusiveLock orders/),
    '007_role:4 rewrites customers, AccessExclusiveLock customers',
  ])
  expect(result.leftOut).toEqual(['COMMENT ON ROLE (007_role)'])
})

test('a table is locked for reads only where a lock keeps others from reading', () => {
  const { tables: times, transactions } = result
  expect(times.map(({ table }) => table).sort()).toEqual(['customers', 'orders'])
  const index = transactions.find(({ statements }) => statements[0]?.place.migration === '005_index')
  const orders = times.find(({ table }) => table === 'orders')
  expect((orders?.writesMs ?? 0) - (orders?.readsMs ?? 0)).toBeGreaterThanOrEqual(
    index?.statements[0]?.ms ?? Number.NaN,
  )
})

test('nothing is changed, and nothing of the copy is left', async () => {
  expect(await project.query('SELECT count(*)::int FROM orders')).toEqual([[500]])
  expect(await project.query("SELECT to_regclass('nself.migrations')::text, to_regclass('fresh')::text")).toEqual([
    [null, null],
  ])
  expect(await leftovers(project)).toEqual([])
})

test('what lint says is compared with what was seen', async () => {
  const compared = await projectWith({
    // Lint does not know the type that the column has.
    '002_same.sql': '-- UP\nALTER TABLE orders ALTER COLUMN note TYPE text;\n',
    '003_hidden.sql':
      "-- UP\nSELECT set_config('search_path', 'public', false);\nDO $$ BEGIN EXECUTE 'ALTER TABLE ' || 'orders ALTER COLUMN total TYPE bigint'; END $$;\n",
  })
  const { disagreements } = await rehearse(contextIn(compared), options)
  expect(disagreements.map(({ place, message }) => `${place.migration}:${place.line} ${message}`)).toEqual([
    '002_same:2 lint says that it rewrites or scans a table (lint/changing-column-type); here neither was seen',
    '003_hidden:3 orders was rewritten, and lint did not say so',
  ])
})

test('a statement that fails is the finding: where, what is not run, and that nothing was changed', async () => {
  const failing = await projectWith({
    '002_good.sql': '-- UP\nALTER TABLE orders ADD COLUMN a int;\n',
    '003_bad.sql': '-- UP\nALTER TABLE orders ADD COLUMN b int;\nUPDATE orders\n SET nope = 1;\n',
    '004_later.sql': '-- UP\nSELECT 1;\n',
  })
  const { code, stdout } = await failing.nself('db', 'rehearse')
  expect(code).toBe(6)
  expect(stdout).toContain(
    '✗ 003_bad   fails on the copy\ncolumn "nope" of relation "orders" does not exist\n  nself/migrations/003_bad.sql:4:6',
  )
  expect(stdout).toContain('Not run: 004_later')
  expect(stdout).toContain('the copy is gone, and nothing was changed there')
  expect(await leftovers(failing)).toEqual([])
})

test('a deferred constraint that fails at COMMIT is told without a line', async () => {
  const deferred = await projectWith({
    '002_deferred.sql':
      '-- UP\nALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers DEFERRABLE INITIALLY DEFERRED;\nINSERT INTO orders VALUES (9999, 9999);\n',
  })
  const { failure } = await rehearse(contextIn(deferred), options)
  expect(failure).toMatchObject({ migration: '002_deferred', location: null })
})

test('--max-lock names the table, the statement, and what to write instead', async () => {
  const limited = await projectWith({
    '002_index.sql': '-- UP\nCREATE INDEX ON orders (note);\nSELECT pg_sleep(0.06);\n',
  })
  const { code, stdout } = await limited.nself('db', 'rehearse', '--max-lock', '50ms')
  expect(code).toBe(6)
  expect(stdout).toMatch(
    /orders is locked for writes for \d+ ms, over the limit of 50 ms: by nself\/migrations\/002_index.sql:2; most of it is nself\/migrations\/002_index.sql:3/,
  )
  expect(stdout).toContain('Next: CREATE INDEX CONCURRENTLY, in a migration of its own')
  await limited.ok('db', 'rehearse', '--max-lock', '10min', '--report', 'rehearsal.md')
  expect(readFileSync(join(limited.root, 'rehearsal.md'), 'utf8')).toMatch(/^### Rehearsal: 1 migration runs\n/)
  const { code: refused, stderr } = await limited.nself('db', 'rehearse', '--max-lock', '2s', '--schema-only')
  expect([refused, stderr]).toEqual([2, expect.stringContaining('--max-lock needs rows')])
})

test('where nothing is pending nothing is copied', async () => {
  const done = await projectWith({})
  expect(await done.ok('db', 'rehearse')).toContain('Nothing to rehearse: no migration is pending')
})

test('what is wrong with the tables of another environment leads to that environment', async () => {
  const done = await server.project({ '001_a.sql': 'CREATE TABLE a (id int);' })
  await done.ok('up')
  writeFileSync(join(done.root, '.env.prod'), `DATABASE_URL=${done.url}\n`)
  await done.query('DROP TABLE nself.journal')
  for (const [on, flags] of [
    ['prod', '--env prod'],
    [done.url, '--database-url '],
  ] as const) {
    const { code, stderr } = await done.nself('db', 'rehearse', '--on', on)
    expect([code, stderr]).toEqual([3, expect.stringContaining(`nself db migrate repair ${flags}`)])
  }
})

test('batches are rehearsed as they run, and many statements that work alike on rows as one', async () => {
  const updates = Array.from({ length: 120 }, (_, i) => `UPDATE orders SET total = ${i} WHERE id = ${i + 1};`)
  const batched = await projectWith({
    '002_batches.sql':
      "-- nself: batch orders by id, size 100\n-- UP\nUPDATE orders SET note = 'z' WHERE id BETWEEN :from AND :to;\n",
    '003_many.sql': `-- UP\nALTER TABLE orders ADD COLUMN a int;\n${updates.join('\n')}\nINSERT INTO orders VALUES (1000);\n`,
  })
  const { transactions, failure } = await rehearse(contextIn(batched), options)
  expect(failure).toBeNull()
  expect(
    transactions.flatMap(({ isOutside, statements }) =>
      statements.map(({ place, rows, count }) => [place.line, isOutside, rows, count]),
    ),
  ).toEqual([
    [3, true, 500, 1],
    [2, false, 0, 1],
    [3, false, 120, 120],
    [123, false, 1, 1],
  ])
})

test('of repeatables, which run in one transaction, a lock is held to the end of all', async () => {
  const views = await projectWith({ '002_a.sql': '-- UP\nCREATE TABLE a (id int);\n' })
  const folder = join(views.root, 'nself', 'repeatable')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'one.sql'), '-- UP\nCREATE INDEX IF NOT EXISTS orders_total ON orders (total);\n')
  writeFileSync(join(folder, 'two.sql'), '-- UP\nSELECT pg_sleep(0.05);\n')
  const { transactions, tables: times } = await rehearse(contextIn(views), options)
  expect(transactions.map(({ statements }) => statements.length)).toEqual([1, 2])
  expect(times).toMatchObject([{ table: 'orders', by: { place: { migration: expect.stringContaining('one') } } }])
  expect(times[0]?.writesMs).toBeGreaterThanOrEqual(50)
})

test('a password in a statement is shown nowhere', async () => {
  const mapped = await projectWith({
    '002_mapping.sql':
      "-- UP\nCREATE EXTENSION postgres_fdw;\nCREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;\nCREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'x', password 'tr0ub4dor');\n",
  })
  for (const flags of [[], ['--json']]) {
    const { stdout, stderr } = await mapped.nself('db', 'rehearse', ...flags)
    expect(stdout).toContain('CREATE USER MAPPING')
    expect(stdout + stderr).not.toContain('tr0ub4dor')
    expect(stdout + stderr).not.toContain('nself_elevated')
  }
})

test('while somebody is connected and no pg_dump fits, their sessions are ended only by consent', async () => {
  const busy = await projectWith({ '002_a.sql': '-- UP\nCREATE TABLE a (id int);\n' })
  const client = await busy.connect()
  const ended = new Promise((resolve) => client.on('error', resolve))
  const given = { env: { NSELF_PG_BIN_DIR: busy.root } }
  const { code, stderr } = await busy.run(['db', 'rehearse'], given)
  expect([code, stderr]).toEqual([3, expect.stringContaining('let nself end them with --end-connections')])
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  const done = await busy.run(['db', 'rehearse', '--end-connections'], given)
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('Ending the connections of')])
  await ended
})
