import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const up = ['db', 'migrate', 'up'] as const
const down = ['db', 'migrate', 'down'] as const

const orders = '-- UP\nCREATE TABLE orders (id int, total int);\n-- DOWN\nDROP TABLE orders;\n'
const tax = '-- UP\nALTER TABLE orders ADD COLUMN tax int;\n-- DOWN\nALTER TABLE orders DROP COLUMN tax;\n'
const view = (columns: string) =>
  `-- UP\nCREATE VIEW totals AS SELECT ${columns} FROM orders;\n-- DOWN\nDROP VIEW totals;\n`
const large =
  '-- depends_on: totals\n-- UP\nCREATE VIEW a_large AS SELECT * FROM totals WHERE total > 10;\n-- DOWN\nDROP VIEW a_large;\n'

async function projectWith(migrations: Record<string, string>, files: Record<string, string>) {
  const project = await server.project(migrations)
  write(project, files)
  return project
}

/** Writes repeatables; null removes one. */
function write(project: Project, files: Record<string, string | null>) {
  const folder = join(project.root, 'nself/repeatable')
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    if (text === null) rmSync(join(folder, name))
    else writeFileSync(join(folder, name), text)
  }
}

const repeatables = async (project: Project) =>
  JSON.parse(await project.ok('db', 'migrate', 'status', '--json')).result.repeatables.map(
    ({ name, status }: { name: string; status: string }) => `${name} ${status}`,
  )
const columnsOf = async (project: Project, name: string) =>
  (
    await project.query(
      `SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = to_regclass('${name}') AND attnum > 0`,
    )
  )[0]?.[0]

test('repeatables run after the migrations in the order of what they depend on, and again only when they are edited', async () => {
  const project = await projectWith(
    { '001_orders.sql': orders },
    { 'a_large.sql': large, 'totals.sql': view('id, total') },
  )
  expect(await repeatables(project)).toEqual(['totals pending', 'a_large pending'])
  const first = await project.nself(...up)
  expect(first.stdout).toContain('Applied 1 migration and 2 repeatables')
  expect(await repeatables(project)).toEqual(['totals applied', 'a_large applied'])
  expect(await project.ok(...up)).toContain('Nothing to do')
  write(project, { 'totals.sql': `-- a comment is no edit\n${view('id,   total')}` })
  expect(await project.ok(...up)).toContain('Nothing to do')
})

test('an edited repeatable and those that depend on it are dropped and made again in one transaction', async () => {
  const project = await projectWith(
    { '001_orders.sql': orders },
    { 'a_large.sql': large, 'totals.sql': view('id, total') },
  )
  await project.ok(...up)
  // PostgreSQL cannot replace this one in place, and another view stands on it: both are dropped and made again.
  write(project, { 'totals.sql': view('total, id') })
  expect((await project.nself('db', 'migrate', 'status', '--check')).code).toBe(6)
  const dry = await project.ok(...up, '--dry-run')
  expect(dry.match(/^(?:DROP|CREATE) VIEW \w+/gm)).toEqual([
    'DROP VIEW a_large',
    'DROP VIEW totals',
    'CREATE VIEW totals',
    'CREATE VIEW a_large',
  ])
  expect(await project.ok(...up)).toContain('Applied 2 repeatables')
  expect([await columnsOf(project, 'totals'), await columnsOf(project, 'a_large')]).toEqual(['total id', 'total id'])
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
})

test('repeatables wait while a migration stays pending', async () => {
  const project = await projectWith(
    { '001_orders.sql': orders, '002_tax.sql': tax },
    { 'totals.sql': view('id, total, tax') },
  )
  const { code, stderr } = await project.nself(...up, '1')
  expect([code, stderr]).toEqual([0, expect.stringContaining('1 repeatable waits until no migration')])
  expect(await columnsOf(project, 'totals')).toBeNull()
  expect(await project.ok(...up)).toContain('Applied 1 migration and 1 repeatable')
  expect(await columnsOf(project, 'totals')).toBe('id total tax')
})

test('down brings back what repeatables were before the migration, takes away what is newer, and up makes it again', async () => {
  const project = await projectWith(
    { '001_orders.sql': orders },
    {
      'totals.sql': view('id, total'),
      'kept.sql': 'CREATE OR REPLACE FUNCTION kept() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;',
    },
  )
  await project.ok(...up)
  project.write({ '002_tax.sql': tax })
  write(project, {
    'totals.sql': view('id, tax'),
    'new.sql': '-- UP\nCREATE VIEW new AS SELECT tax FROM orders;\n-- DOWN\nDROP VIEW new;\n',
    'kept.sql': 'CREATE OR REPLACE FUNCTION kept() RETURNS int LANGUAGE sql AS $$ SELECT 2 $$;',
  })
  await project.ok(...up)
  expect(await project.ok(...down)).toContain('Reverted 1 migration and 3 repeatables')
  expect([await columnsOf(project, 'totals'), await columnsOf(project, 'new')]).toEqual(['id total', null])
  expect(await project.query('SELECT kept()')).toEqual([[1]])
  expect(await repeatables(project)).toEqual(['kept edited', 'new pending', 'totals edited'])
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  await project.ok(...up)
  await project.ok('db', 'migrate', 'redo')
  expect([await columnsOf(project, 'totals'), await columnsOf(project, 'new')]).toEqual(['id tax', 'tax'])
  expect(await project.query('SELECT kept()')).toEqual([[2]])
  expect(await repeatables(project)).toEqual(['kept applied', 'new applied', 'totals applied'])
  // With nothing before the first migration, nothing of what has a DOWN is left.
  await project.ok(...down, '--to', '0')
  expect([await columnsOf(project, 'totals'), await columnsOf(project, 'orders')]).toEqual([null, null])
})

test('a repeatable that fails leaves all of them as they were, and is told like a migration', async () => {
  const project = await projectWith(
    { '001_orders.sql': orders },
    { 'totals.sql': view('id, total'), 'a_large.sql': large },
  )
  await project.ok(...up)
  write(project, { 'totals.sql': view('id, total, oops') })
  const { code, stderr } = await project.nself(...up)
  expect(code).toBe(4)
  expect(stderr).toContain('nself/repeatable/totals.sql:2:41')
  expect(stderr).toContain('nothing of repeatable/totals is left')
  expect(stderr).toContain('fix nself/repeatable/totals.sql, then: nself db migrate up')
  expect([await columnsOf(project, 'totals'), await columnsOf(project, 'a_large')]).toEqual(['id total', 'id total'])
  expect(await repeatables(project)).toEqual(['totals edited', 'a_large applied'])
  expect(
    await project.query("SELECT outcome FROM nself.journal WHERE action = 'repeatable' ORDER BY id DESC LIMIT 1"),
  ).toEqual([['failed']])
})

test('a view that others stand on is never dropped with them: what stands on it is named', async () => {
  const plain = (columns: string) => `CREATE OR REPLACE VIEW plain AS SELECT ${columns} FROM orders;\n`
  const above = 'CREATE OR REPLACE VIEW above AS SELECT id FROM plain;\n'
  const project = await projectWith(
    { '001_orders.sql': orders },
    { 'plain.sql': plain('id, total'), 'z_above.sql': above },
  )
  await project.ok(...up)
  await project.query('CREATE VIEW by_hand AS SELECT id FROM above')
  write(project, { 'plain.sql': plain('id, total, 1 AS more') })
  await project.ok(...up)
  write(project, { 'plain.sql': plain('total, id') })
  const { code, stderr } = await project.nself(...up)
  expect([code, stderr]).toEqual([4, expect.stringContaining('On plain stand above (repeatable/z_above), by_hand:')])
  project.write({ '002_gone.sql': '-- UP\nALTER TABLE orders DROP COLUMN total;\n' })
  const refused = await project.nself(...up)
  expect([refused.code, refused.stderr]).toEqual([
    4,
    expect.stringContaining('on it stand plain (repeatable/plain), above (repeatable/z_above), by_hand:'),
  ])
  expect(await columnsOf(project, 'by_hand')).toBe('id')
})

test.each([
  ['what it returns', '(x int) RETURNS text', "SELECT 'n'"],
  ['the name of an argument', '(y int) RETURNS int', 'SELECT 1'],
])('a function of which %s changed is told with the statement that lets it be replaced', async (_, signature, body) => {
  const made = (head: string, sql: string) =>
    `CREATE OR REPLACE FUNCTION "Of it" ${head} LANGUAGE sql AS $$ ${sql} $$;\n`
  const project = await projectWith({ '001_orders.sql': orders }, { 'f.sql': made('(x int) RETURNS int', 'SELECT x') })
  await project.ok(...up)
  const changed = made(signature, body)
  write(project, { 'f.sql': changed })
  const { code, stderr } = await project.nself(...up)
  expect(code).toBe(4)
  const drop = /write (DROP FUNCTION IF EXISTS .*;) above it/.exec(stderr)?.[1]
  write(project, { 'f.sql': `${drop}\n${changed}` })
  await project.ok(...up)
})

test('check parses the repeatables that would run, and forgets none that are fine', async () => {
  const project = await projectWith(
    { '001_orders.sql': orders },
    { 'totals.sql': view('id, total'), 'b.sql': 'SELECT 1;' },
  )
  await project.ok(...up)
  write(project, { 'totals.sql': view('id, total,') })
  const { code, stdout } = await project.nself('db', 'check')
  expect([code, stdout]).toEqual([6, expect.stringContaining('nself/repeatable/totals.sql')])
  write(project, { 'totals.sql': view('total, id') })
  await project.ok('db', 'check')
})

test('create writes a repeatable that up refuses until it has a statement, and repair forgets one', async () => {
  const project = await server.project({ '001_orders.sql': orders })
  expect(await project.ok('db', 'migrate', 'create', 'order totals', '--repeatable')).toContain(
    'nself/repeatable/order_totals.sql',
  )
  expect((await project.nself(...up)).code).toBe(2)
  write(project, { 'order_totals.sql': view('id') })
  await project.ok(...up)
  write(project, { 'order_totals.sql': null })
  await project.ok('db', 'migrate', 'repair', '--forget-repeatable', 'order_totals')
  expect([await repeatables(project), await columnsOf(project, 'totals')]).toEqual([[], 'id'])
})

test('two runners at once run each repeatable once, and a killed run leaves all as it was', async () => {
  const slow = (columns: string) => view(columns).replace('-- DOWN', 'SELECT pg_sleep(0.5);\n-- DOWN')
  const project = await projectWith({ '001_orders.sql': orders }, { 'totals.sql': slow('id, total') })
  const both = await Promise.all([project.nself(...up), project.nself(...up)])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(await project.query("SELECT count(*)::int FROM nself.journal WHERE action = 'repeatable'")).toEqual([[1]])
  write(project, { 'totals.sql': view('total, id').replace('-- DOWN', 'SELECT pg_sleep(60);\n-- DOWN') })
  const running = project.start(...up)
  await project.until(
    "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid())",
  )
  running.kill('SIGKILL')
  await project.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
  )
  expect(await columnsOf(project, 'totals')).toBe('id total')
  write(project, { 'totals.sql': view('total, id') })
  await project.ok(...up)
  expect(await columnsOf(project, 'totals')).toBe('total id')
})

test('a repeatable whose file has another name is told to be that, with the command that records it', async () => {
  const project = await projectWith({ '001_orders.sql': orders }, { 'totals.sql': view('id, total') })
  await project.ok(...up)
  write(project, { 'totals.sql': null, 'sums.sql': `-- renamed\n${view('id, total')}` })
  const told = (await project.ok('db', 'migrate', 'status')).replace(/\s+/g, ' ')
  expect(told).toContain('sums has the text of totals, whose file is not here')
  expect((await project.nself(...up)).code).toBe(3)
  await project.ok('db', 'migrate', 'repair', '--renamed-repeatable', 'totals=sums', '--yes')
  expect(await repeatables(project)).toEqual(['sums applied'])
  write(project, { 'sums.sql': view('total, id') })
  await project.ok(...up)
  expect(await columnsOf(project, 'totals')).toBe('total id')
})

test('a repeatable whose file is gone is told and kept', async () => {
  const project = await projectWith({ '001_orders.sql': orders }, { 'totals.sql': view('id, total') })
  await project.ok(...up)
  write(project, { 'totals.sql': null })
  expect(await repeatables(project)).toEqual(['totals missing'])
  expect(await project.ok(...up)).toContain('Nothing to do')
  expect(await columnsOf(project, 'totals')).toBe('id total')
  const status = await project.ok('db', 'migrate', 'status')
  expect(status).toContain('repair --forget-repeatable totals')
})

test.each([
  [
    'a missing one',
    { 'a.sql': '-- depends_on: b\nSELECT 1;' },
    'nself/repeatable/a.sql depends on b, which does not exist',
  ],
  ['itself', { 'a.sql': '-- depends_on: a\nSELECT 1;' }, 'circular depends_on: a → a'],
  [
    'what depends on it',
    { 'a.sql': '-- depends_on: b.sql\nSELECT 1;', 'b.sql': '-- depends_on: a\nSELECT 1;' },
    'circular depends_on: a → b → a',
  ],
  ['no statement', { 'a.sql': '-- UP\n\n-- DOWN\n' }, 'nself/repeatable/a.sql has no statement in UP'],
  ['a syntax error', { 'a.sql': 'CREATE VIEW;' }, 'syntax error'],
  ['a fault in its DOWN', { 'a.sql': '-- UP\nSELECT 1;\n-- DOWN\nDROP VIEWS a;' }, 'syntax error'],
  ['what runs outside a transaction', { 'a.sql': 'VACUUM;' }, 'cannot run in one transaction'],
  ['an unset variable', { 'a.sql': `-- nself: variables v\nSELECT :'v';` }, 'the variable v is not set'],
])('a repeatable that depends on or holds %s stops up before anything runs', async (_, files, message) => {
  const project = await projectWith({ '001_orders.sql': orders }, files)
  const { code, stderr } = await project.nself(...up)
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  expect(await project.tables()).toEqual([])
})

test('the DOWN of what ran, and what down brings back, take the values with which it ran', async () => {
  const named = (columns: string) =>
    `-- nself: variables schema\n-- UP\nCREATE VIEW :"schema".totals AS SELECT ${columns} FROM orders;\n-- DOWN\nDROP VIEW :"schema".totals;\n`
  const others = '-- UP\nCREATE SCHEMA a;\nCREATE SCHEMA b;\nCREATE VIEW b.others AS SELECT 42 AS mine;\n'
  const project = await projectWith({ '001_orders.sql': orders, '002_b.sql': others }, { 'totals.sql': named('id') })
  await project.ok(...up, '--set', 'schema=a')
  await project.query('ALTER VIEW b.others RENAME TO totals')
  project.write({ '003_tax.sql': tax })
  write(project, { 'totals.sql': named('tax') })
  const wrong = await project.nself(...up, '--set', 'schema=b')
  expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining('"totals" already exists')])
  expect(await project.nself(...up, '--dry-run', '--set', 'schema=b')).toMatchObject({
    stdout: expect.stringMatching(/DROP VIEW {2}"a".*CREATE VIEW {2}"b"/s),
  })
  await project.query('ALTER VIEW b.totals RENAME TO others')
  await project.ok(...up, '--set', 'schema=b')
  expect([await columnsOf(project, 'a.totals'), await columnsOf(project, 'b.totals')]).toEqual([null, 'tax'])
  await project.ok(...down, '--set', 'schema=elsewhere')
  expect([await columnsOf(project, 'a.totals'), await columnsOf(project, 'b.totals')]).toEqual(['id', null])
  expect(await columnsOf(project, 'b.others')).toBe('mine')
  expect(await project.query('SELECT variables FROM nself.repeatables')).toEqual([[{ schema: 'a' }]])
})

test('what cannot run in the transaction of repeatables is sent to a migration', async () => {
  const project = await projectWith({}, { 'a.sql': '-- UP\nDO $$ BEGIN COMMIT; END $$;\n' })
  const { code, stderr } = await project.nself(...up)
  expect([code, stderr]).toEqual([4, expect.stringContaining('move this statement into a migration')])
  expect(stderr).not.toContain('procedure')
})

test('each repeatable is recorded with the time that it took itself', async () => {
  const slow = (name: string) => `-- UP\nCREATE VIEW ${name} AS SELECT 1 AS a;\nSELECT pg_sleep(0.4);\n`
  const project = await projectWith({}, { 'a.sql': slow('a'), 'b.sql': '-- UP\nCREATE VIEW b AS SELECT 1 AS a;\n' })
  await project.ok(...up)
  const [a, b] = (await project.query('SELECT duration_ms FROM nself.repeatables ORDER BY name')).flat().map(Number)
  expect(a).toBeGreaterThanOrEqual(400)
  expect(b).toBeLessThan(Number(a))
})

test('one without a DOWN, of which nobody knows what it was, is named before what it may keep from reverting', async () => {
  const project = await server.project({
    '001_a.sql': '-- UP\nCREATE TABLE t (a int);\n-- DOWN\nDROP TABLE t;\n',
    '002_b.sql': '-- UP\nALTER TABLE t ADD COLUMN b int;\n-- DOWN\nALTER TABLE t DROP COLUMN b;\n',
  })
  const folder = join(project.root, 'nself', 'repeatable')
  mkdirSync(folder)
  writeFileSync(join(folder, 'v.sql'), 'CREATE OR REPLACE VIEW v AS SELECT b FROM t;')
  await project.ok('db', 'migrate', 'up')
  const down = await project.nself('db', 'migrate', 'down')
  expect(down.stderr).toContain('the repeatable v is kept as it is, for it has no DOWN')
  // Nothing was taken away, so there is nothing to bring back.
  expect(down.code).toBe(4)
  expect(down.stderr).not.toContain('nself db undo')
})

test('what a migration takes away, and says so, runs again after it, there and back', async () => {
  const retyped = (type: string) => `DROP VIEW IF EXISTS a_large;
DROP VIEW IF EXISTS totals;
ALTER TABLE orders ALTER COLUMN total TYPE ${type};
`
  const files = {
    '001_orders.sql': orders,
    '002_wide.sql': `-- nself: rerun totals, repeatable/a_large.sql\n-- UP\n${retyped('bigint')}-- DOWN\n${retyped('int')}`,
  }
  const views = { 'a_large.sql': large, 'totals.sql': view('id, total') }
  const project = await projectWith({ '001_orders.sql': orders }, views)
  await project.ok(...up)
  await project.query('INSERT INTO orders VALUES (1, 20)')
  project.write(files)
  const dry = await project.ok(...up, '--dry-run')
  expect(dry.match(/^(?:DROP|CREATE|ALTER) \w+.*?(?=[ ;](?:AS|TYPE)|;)/gm)).toEqual([
    'DROP VIEW IF EXISTS a_large',
    'DROP VIEW IF EXISTS totals',
    'ALTER TABLE orders ALTER COLUMN total',
    'CREATE VIEW totals',
    'CREATE VIEW a_large',
  ])
  expect(await project.ok(...up)).toContain('Applied 1 migration and 2 repeatables')
  const typeOf = () =>
    project.query(
      "SELECT atttypid::regtype::text FROM pg_attribute WHERE attrelid = 'a_large'::regclass AND attname = 'total'",
    )
  expect(await typeOf()).toEqual([['bigint']])
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  expect(await project.ok(...up)).toContain('Nothing to do')
  await project.ok(...down)
  expect([await typeOf(), await repeatables(project)]).toEqual([[['integer']], ['totals applied', 'a_large applied']])
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  await project.ok(...up)
  expect([await typeOf(), await repeatables(project)]).toEqual([[['bigint']], ['totals applied', 'a_large applied']])
  await project.ok('db', 'migrate', 'redo')
  expect([await typeOf(), await repeatables(project)]).toEqual([[['bigint']], ['totals applied', 'a_large applied']])

  const fresh = await projectWith(files, views)
  await fresh.ok(...up)
  expect(await fresh.ok('db', 'schema', 'diff', project.url, fresh.url, '--all', '--exit-code')).toContain(
    'No differences',
  )
})

test('what a migration has taken away is pending until it runs again, though neither file was edited', async () => {
  const project = await projectWith({ '001_orders.sql': orders }, { 'totals.sql': view('id, total') })
  await project.ok(...up)
  project.write({
    '002_wide.sql':
      '-- nself: rerun totals\n-- UP\nDROP VIEW IF EXISTS totals;\n-- DOWN\nDROP VIEW IF EXISTS totals;\n',
    '003_tax.sql': tax,
  })
  const first = await project.nself(...up, '1')
  expect(first.stdout + first.stderr).toContain('1 repeatable')
  expect(await repeatables(project)).toEqual(['totals pending'])
  await project.ok(...up)
  expect([await repeatables(project), await columnsOf(project, 'totals')]).toEqual([['totals applied'], 'id total'])
  // A DOWN that takes it away and fails after that leaves it as it was.
  project.write({
    '004_fails.sql':
      '-- UP\nCREATE TABLE one (id int);\n-- DOWN\n-- nself: rerun totals\nDROP VIEW totals;\nDROP TABLE one, two;\n',
  })
  await project.ok(...up)
  expect((await project.nself(...down)).code).toBe(4)
  expect([await repeatables(project), await columnsOf(project, 'totals')]).toEqual([['totals applied'], 'id total'])
  // One that is done and whose repeatable then fails leaves it pending.
  project.write({
    '004_fails.sql':
      '-- UP\nCREATE TABLE one (id int);\n-- DOWN\n-- nself: rerun totals\nDROP VIEW totals;\nALTER TABLE orders DROP COLUMN total;\n',
  })
  expect((await project.nself(...down, '--yes')).code).toBe(4)
  expect([await repeatables(project), await columnsOf(project, 'totals')]).toEqual([['totals pending'], null])
})
