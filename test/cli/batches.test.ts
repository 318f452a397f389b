import { describe, expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const table = `-- UP
CREATE TABLE orders (id bigint PRIMARY KEY, tenant int NOT NULL, code text NOT NULL, ref uuid NOT NULL, made timestamptz NOT NULL,
  spare int, n int NOT NULL DEFAULT 0 CHECK (n >= 0), UNIQUE (tenant, id), UNIQUE (code), UNIQUE (ref), UNIQUE (made), UNIQUE (spare));
INSERT INTO orders SELECT g * g, g % 7, 'it''s \\ ' || g, md5(g::text)::uuid, '2024-02-28 12:00:00.123456+01'::timestamptz + g * interval '1 h', g
FROM generate_series(1, 250) AS g;
ANALYZE orders;
-- DOWN
DROP TABLE orders;
`
const batched = (by: string, where: string, set = 'n = n + 1') =>
  `-- UP\n-- nself: batch orders by ${by}\nUPDATE orders SET ${set} WHERE ${where};\n`

const made = (two: string) => server.project({ '001_a.sql': table, '002_b.sql': two })
const counts = async (project: Project) => (await project.query('SELECT min(n), max(n), count(*)::int FROM orders'))[0]
const progress = async (project: Project) =>
  (await project.query(`SELECT detail FROM nself.journal WHERE outcome = 'progress' ORDER BY id`)).map(([text]) => text)

describe('batches by a key', () => {
  test.each<[by: string, where: string, last: string]>([
    ['id, size 60', 'id BETWEEN :from AND :to', '62500'],
    ['(tenant, id), size 60', '(tenant, id) BETWEEN :from AND :to', '(6, 59536)'],
    ['code, size 60', 'code >= :from AND code <= :to', "it's \\ 99"],
    ['ref, size 60', 'ref BETWEEN :from AND :to', 'fe9fc289-c3ff-0af1-42b6-d3bead98a923'],
    ['made, size 60', 'made BETWEEN :from AND :to', '2024-03-09 21:00:00.123456+00'],
  ])('%s: each row is in one of them', async (by, where, last) => {
    const project = await made(batched(by, where))
    await project.query(`ALTER DATABASE ${new URL(project.url).pathname.slice(1)} SET datestyle = 'SQL, DMY'`)
    await project.ok('up')
    expect(await counts(project)).toEqual([1, 1, 250])
    const steps = await progress(project)
    expect(steps).toHaveLength(5)
    expect(steps.at(-1)).toBe(`batch 5, up to ${last}: 250 rows in all`)
  })

  test('take each row once, whatever a session says of numbers, dates and intervals', async () => {
    const project = await server.project({
      '001_a.sql': `CREATE TABLE events (at float8, made date, took interval, n int NOT NULL DEFAULT 0, PRIMARY KEY (at, made, took));
INSERT INTO events SELECT g / 7.0, '0044-03-15 BC'::date + g, g * interval '-1 month 3 days 00:00:00.000001' FROM generate_series(1, 90) AS g;
INSERT INTO events VALUES ('NaN', 'infinity', '1 month -1 day'), ('-infinity', '-infinity', '0');`,
      '002_b.sql': `-- nself: batch events by (at, made, took), size 7
UPDATE events SET n = n + 1 WHERE (at, made, took) BETWEEN :from AND :to;`,
    })
    for (const setting of ['extra_float_digits = 0', "datestyle = 'SQL, DMY'", 'intervalstyle = sql_standard'])
      await project.query(`ALTER DATABASE ${new URL(project.url).pathname.slice(1)} SET ${setting}`)
    await project.ok('up')
    expect(await project.query('SELECT min(n), max(n), count(*)::int FROM events')).toEqual([[1, 1, 92]])
  })

  test('take fewer rows where a statement_timeout allows no more, and stop where one row is too many', async () => {
    const project = await made(batched('id', 'id BETWEEN :from AND :to'))
    await project.ok('up', '1')
    await project.query(`ALTER DATABASE ${new URL(project.url).pathname.slice(1)} SET statement_timeout = '200ms';
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END';
CREATE TRIGGER slow BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION slow()`)
    const { code, stderr } = await project.nself('up')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('a batch of 250 rows of 002_b exceeds statement_timeout; trying 125'),
    })
    expect(await counts(project)).toEqual([1, 1, 250])
    await project.query(
      `CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'`,
    )
    project.write({ '003_c.sql': batched('id', 'id BETWEEN :from AND :to') })
    const stopped = await project.nself('up')
    expect(stopped.code).toBe(4)
    expect(stopped.stderr).toContain('a batch of 3 rows of 003_c exceeds statement_timeout; trying 1')
    expect(stopped.stderr).toContain('a longer limit: -- nself: statement-timeout 10min')
  })

  test('resume behind the last one that is done, with another size, and not with another statement', async () => {
    const text = batched('id, size 50', 'id BETWEEN :from AND :to')
    const project = await made(text)
    await project.ok('up', '1')
    await project.query('ALTER TABLE orders ADD CONSTRAINT wrong CHECK (id <> 20449 OR n < 1)')
    const failed = await project.nself('up')
    expect(failed.code).toBe(4)
    expect(failed.stderr).toContain('violates check constraint "wrong"\n  nself/migrations/002_b.sql:3:1')
    expect(failed.stderr).toContain('Failing row contains (20449,')
    expect(await counts(project)).toEqual([0, 1, 250])
    expect(await progress(project)).toEqual([
      'batch 1, up to 2500: 50 rows in all',
      'batch 2, up to 10000: 100 rows in all',
    ])

    project.write({ '002_b.sql': text.replace('n + 1', 'n + 2') })
    const edited = await project.nself('up')
    expect(edited.code).toBe(3)
    expect(edited.stderr).toContain(
      '002_b was edited while its batches were running: 100 rows in 2 batches were done by the earlier version',
    )
    project.write({ '002_b.sql': text.replace(/-- nself: batch.*\n/, '').replaceAll(/:from|:to/g, '1') })
    expect(await project.nself('up')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('was edited while its'),
    })

    project.write({ '002_b.sql': text.replace('size 50', 'size 120, pause 1ms') })
    await project.query('ALTER TABLE orders DROP CONSTRAINT wrong')
    await project.query(
      `INSERT INTO orders VALUES (0, 1, 'below', gen_random_uuid(), now()), (1000000, 1, 'above', gen_random_uuid(), '-infinity')`,
    )
    await project.ok('up')
    expect(await project.query('SELECT n, count(*)::int FROM orders GROUP BY n ORDER BY n')).toEqual([
      [0, 1],
      [1, 251],
    ])
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])
  })

  test('revert by the batches of DOWN, stored where the file is gone', async () => {
    const up = batched('id, size 100', 'id BETWEEN :from AND :to')
    const project = await made(`${up}-- DOWN\n${up.replace('-- UP\n', '').replace('n + 1', 'n - 1')}`)
    await project.ok('up')
    project.write({ '002_b.sql': null })
    await project.ok('down')
    expect(await counts(project)).toEqual([0, 0, 250])
  })

  test.each<[what: string, header: string, where: string, message: string]>([
    ['no such table', 'nowhere by id', 'id', 'the table nowhere of the batch header does not exist'],
    ['no such column', 'orders by nothing', 'id', 'orders has no column nothing to run batches by'],
    [
      'no unique index',
      'orders by tenant',
      'tenant',
      'orders has no unique index on tenant, so batches cannot go through it in that order',
    ],
    [
      'another order than its index',
      'orders by (id, tenant)',
      '(id, tenant)',
      'orders has no unique index on (id, tenant)',
    ],
    [
      'a key that may be NULL',
      'orders by spare',
      'spare',
      'orders.spare may be NULL: rows without a key would be in no batch',
    ],
  ])('do not begin over %s', async (_, header, by, message) => {
    const project = await made(
      `-- UP\n-- nself: batch ${header}\nUPDATE orders SET n = 1 WHERE ${by} BETWEEN :from AND :to;`,
    )
    // What the same run makes is looked at once it is there.
    if (header !== 'nowhere by id')
      expect(await project.nself('up')).toMatchObject({ code: 4, stderr: expect.stringContaining(message) })
    await project.nself('up', '1')
    for (const args of [['up'], ['up', '--dry-run']]) {
      const { code, stderr } = await project.nself(...args)
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) })
      expect(stderr).toContain('nself/migrations/002_b.sql:3:1')
      expect(stderr).toContain('; nothing was run')
    }
    expect(await project.statuses()).toEqual(['001_a applied', '002_b pending'])
  })

  test.each<[how: string, first: string, table: string]>([
    ['a function', 'SELECT make();', 'later'],
    ['a schema that is renamed', 'ALTER SCHEMA old RENAME TO fresh;', 'fresh.kept'],
    ['a name with a quote', 'CREATE TABLE "a""b" (id int PRIMARY KEY, n int);', '"a""b"'],
  ])('run over a table that an earlier file of the run makes: %s', async (_, first, table) => {
    const project = await server.project({
      '001_a.sql': `-- UP
CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql AS $$BEGIN EXECUTE 'CREATE TABLE la' || 'ter (id int PRIMARY KEY, n int)'; END$$;
CREATE SCHEMA old;
CREATE TABLE old.kept (id int PRIMARY KEY, n int);`,
    })
    await project.ok('up')
    project.write({
      '002_b.sql': `-- UP\n${first}`,
      '003_c.sql': `-- UP\n-- nself: batch ${table} by id\nUPDATE ${table} SET n = 1 WHERE id BETWEEN :from AND :to;`,
    })
    await project.ok('up')
    expect(await project.statuses()).toEqual(['001_a applied', '002_b applied', '003_c applied'])
  })

  test('need their header, which a statement with the ends of a batch leads to', async () => {
    const project = await made('UPDATE orders SET n = 1 WHERE id BETWEEN :from AND :to;')
    const { code, stderr } = await project.nself('up')
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(
        'nothing was run; to run it in batches, write above it: -- nself: batch TABLE by KEY',
      ),
    })
  })

  test('are refused before anything runs where the statement does not fit them', async () => {
    const project = await made(batched('id', 'id > :from AND id <= :to'))
    const { code, stderr } = await project.nself('up')
    expect(code).toBe(2)
    expect(stderr).toContain(
      ':from is compared by >, which leaves out the first row of each batch\n  nself/migrations/002_b.sql:3:38',
    )
    expect(await project.tables()).toEqual([])
  })
})

describe('batches until no row is left', () => {
  const until = (statement: string) => `-- UP\n-- nself: batch orders until no row is left\n${statement};\n`

  test('end when the statement concerns none', async () => {
    const project = await made(
      until('DELETE FROM orders WHERE ctid IN (SELECT ctid FROM orders WHERE id > 100 ORDER BY id LIMIT 80)'),
    )
    await project.ok('up')
    expect(await counts(project)).toEqual([0, 0, 10])
    const told = await project.query(`SELECT effects FROM nself.journal WHERE outcome = 'progress' ORDER BY id`)
    // The table is locked twice, as one that is read and one that is changed.
    expect(told.map(([effects]) => effects)).toMatchObject([80, 80, 80].map((rows) => [{ kind: 'delete', rows }]))
    expect(await progress(project)).toEqual([80, 160, 240].map((n, i) => `batch ${i + 1}: ${n} rows in all`))
  })

  test('stop where they find the same rows again, and resume once the statement is put right', async () => {
    const wrong = 'UPDATE orders SET n = n + 1 WHERE id IN (SELECT id FROM orders LIMIT 250)'
    const project = await made(until(wrong))
    const { code, stderr } = await project.nself('up')
    expect(code).toBe(4)
    expect(stderr).toMatch(
      /its batches have changed 10,\d{3} rows, and the table has about 250: they find the same rows/,
    )
    project.write({
      '002_b.sql': until('UPDATE orders SET n = 0 WHERE id IN (SELECT id FROM orders WHERE n > 0 LIMIT 200)'),
    })
    await project.ok('up')
    expect(await counts(project)).toEqual([0, 0, 250])
  })
})

test('batches stop where what their statement fires gives rows higher keys again and again', async () => {
  const climb = `-- UP
CREATE FUNCTION climb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := NEW.id + 100000; RETURN NEW; END $$;
CREATE TRIGGER climb BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION climb();`
  const project = await server.project({
    '001_a.sql': table,
    '002_t.sql': climb,
    '003_b.sql': batched('id', 'id BETWEEN :from AND :to'),
  })
  const { code, stderr } = await project.nself('up')
  expect(code).toBe(4)
  expect(stderr).toMatch(/its batches have gone through 2\d,\d{3} rows, and 250 are still ahead: rows come up again/)
  expect(stderr).toContain('HINT: see which trigger or function changes id, or adds rows')
})

test('a lack of rights is put right for the role of the header, not for the one that connected', async () => {
  const role = `feeble_${Date.now()}`
  const project = await made(`-- nself: role ${role}\n${batched('id', 'id BETWEEN :from AND :to')}`)
  await project.query(`CREATE ROLE ${role}`)
  try {
    const { code, stderr } = await project.nself('up')
    expect(code).toBe(4)
    expect(stderr).toContain(`ON public.orders TO ${role}; or name `)
    expect(stderr).toContain(' in -- nself: role\n')
  } finally {
    await project.query(`DROP ROLE ${role}`)
  }
})

describe('outside of local', () => {
  const staging = ['--env', 'staging', '--yes']
  const text = batched('id, size 100', 'id BETWEEN :from AND :to')
  const trigger = (body: string) => `-- UP
CREATE TABLE audit AS SELECT g AS id, 0 AS seen FROM generate_series(1, 9) AS g;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 22500 THEN ${body}; END IF; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();`

  test.each([
    ['deletes rows elsewhere', 'DELETE FROM audit WHERE id < 4', 'deletes 3 rows from audit'],
    ['empties another table', 'TRUNCATE audit', 'empties audit (about 9 rows)'],
  ])('a batch that %s is rolled back, and those before it are kept', async (_, body, effect) => {
    const project = await server.project({ '001_a.sql': table, '002_t.sql': trigger(body), '003_b.sql': text })
    await project.ok('up', '2', ...staging)
    await project.query('ANALYZE audit')
    const { code, stderr } = await project.nself('up', ...staging)
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining(effect) })
    expect(stderr).toContain('100 of about 250 rows are done by 003_b, and kept')
    expect(await project.query('SELECT sum(n)::int, (SELECT count(*)::int FROM audit) FROM orders')).toEqual([[100, 9]])
    expect(await project.ok('status', '--env', 'staging')).toContain('stopped after 100 of about 250 rows')
    // The next question names what it did.
    expect((await project.nself('up', ...staging)).stderr).toContain(effect)
    expect(await counts(project)).toEqual([1, 1, 250])
  })

  test('a DELETE in batches destroys data, an UPDATE is a change that is named', async () => {
    const project = await made(
      `${text}-- DOWN\n-- nself: batch orders by id\nDELETE FROM orders WHERE id BETWEEN :from AND :to;`,
    )
    const wholeRun = JSON.parse(await project.ok('up', '--dry-run', '--json')).result.steps[1]
    // Of a table that the same run makes nothing is lost.
    expect(wholeRun).toMatchObject({ batches: { count: null, size: 100 }, dangers: [] })
    await project.ok('up', '1')
    const dry = JSON.parse(await project.ok('up', '--dry-run', '--json')).result.steps[0]
    expect(dry).toMatchObject({
      batches: { count: 3, size: 100 },
      dangers: [{ kind: 'update', destructive: false }],
    })
    await project.ok('up')
    const down = JSON.parse(await project.ok('down', '--dry-run', '--json')).result.steps[0]
    expect(down).toMatchObject({
      batches: { count: 1, size: 5000 },
      dangers: [{ kind: 'delete', destructive: true }],
      sql: expect.stringContaining("BETWEEN '1'::bigint AND '62500'::bigint;"),
    })
  })
})

test('down of a migration that stopped between two batches runs over the rows that are done', async () => {
  const down = `-- DOWN\n${batched('id, size 70', 'id BETWEEN :from AND :to', 'n = n - 1').replace('-- UP\n', '')}`
  const project = await made(`${batched('id, size 60', 'id BETWEEN :from AND :to')}${down}`)
  await project.ok('up', '1')
  await project.query('ALTER TABLE orders ADD CONSTRAINT wrong CHECK (id <> 22500 OR n < 1)')
  expect((await project.nself('up')).stderr).toContain('120 of about 250 rows are done by 002_b, and kept')
  expect(await project.ok('status')).toMatch(/Failed.*\n? .*stopped after 120 of about 250 rows, line 3: new row/)
  // Of 250 rows it would be four.
  const dry = JSON.parse(await project.ok('down', '--dry-run', '--json')).result.steps[0]
  expect(dry).toMatchObject({ batches: { count: 2, size: 70 }, sql: expect.stringContaining("'1'::bigint AND") })
  const { code, stderr } = await project.nself('down')
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining(
      '002_b is partially applied: 120 of about 250 rows are done. Its DOWN runs over these',
    ),
  })
  expect(await counts(project)).toEqual([0, 0, 250])
  expect((await progress(project)).slice(-2)).toEqual([
    'batch 1, up to 4900: 70 rows in all',
    'batch 2, up to 14400: 120 rows in all',
  ])
})

test('Ctrl-C between two batches says what is done, and the next run continues', async () => {
  const project = await made(batched('id, size 50, pause 1min', 'id BETWEEN :from AND :to'))
  await project.ok('up', '1')
  const running = project.start('up')
  await project.until("EXISTS (SELECT FROM nself.journal WHERE outcome = 'progress')")
  running.kill('SIGINT')
  const { code, stderr } = await running.finished
  expect(code).toBe(130)
  expect(stderr).toContain('Error: interrupted at 002_b: 50 of about 250 rows are done')
  expect(stderr).toContain('Next: to continue with the next batch: nself db migrate up')
  expect(await project.ok('status')).toContain('nself db migrate up   (continues with the next batch)')
  project.write({ '002_b.sql': batched('id, size 50', 'id BETWEEN :from AND :to') })
  await project.ok('up')
  expect(await counts(project)).toEqual([1, 1, 250])
})

test('a table that goes away between two attempts is told with the rows that are done, and not at a place in the file', async () => {
  const project = await made(batched('id, size 50', 'id BETWEEN :from AND :to'))
  await project.ok('up', '1')
  await project.query('ALTER TABLE orders ADD CONSTRAINT wrong CHECK (id <> 20449 OR n < 1)')
  expect((await project.nself('up')).code).toBe(4)
  await project.query('ALTER TABLE orders RENAME TO gone')
  const { code, stderr } = await project.nself('up')
  expect(code).toBe(4)
  expect(stderr).toContain('the table orders of the batch header does not exist')
  expect(stderr).toContain('nself/migrations/002_b.sql:3:1')
  expect(stderr).toContain('100 of about 250 rows are done')
  await project.query('ALTER TABLE gone RENAME TO orders; ALTER TABLE orders DROP CONSTRAINT wrong')
  await project.ok('up')
  expect(await counts(project)).toEqual([1, 1, 250])
})

test.each([
  // Whichever of its two connections is missed first says it.
  ['both connections', '', /002_b was not completed|the connection that held the lock was lost/],
  ['the connection that works', "AND application_name NOT IN ('nself lock', 'nself watch')", /002_b was not completed/],
])(
  'the loss of %s in the pause between two batches leaves what is done, and is told at once',
  async (_, which, told) => {
    const project = await made(batched('id, size 50, pause 60min', 'id BETWEEN :from AND :to'))
    await project.ok('up', '1')
    const running = project.start('up')
    await project.until("EXISTS (SELECT FROM nself.journal WHERE outcome = 'progress')")
    await project.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() ${which}`)
    const { code, stderr } = await running.finished
    expect(code).toBe(5)
    expect(stderr).toMatch(told)
    expect(stderr).toContain('50 of about 250 rows are done by 002_b, and kept')
  },
)

test('a batch that meets a lock takes fewer rows, and waits for its turn', async () => {
  const project = await made(
    `-- UP\n-- nself: lock-timeout 50ms\n${batched('id, size 200', 'id BETWEEN :from AND :to').replace('-- UP\n', '')}`,
  )
  await project.ok('up', '1')
  const other = await project.connect()
  await other.query('BEGIN; UPDATE orders SET spare = spare WHERE id = 14400')
  const running = project.start('up')
  await running.says('002_b stepped aside')
  await other.query('COMMIT')
  expect((await running.finished).code).toBe(0)
  expect(await counts(project)).toEqual([1, 1, 250])
  expect((await progress(project))[0]).not.toContain(': 200 rows')
})
