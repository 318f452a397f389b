import { describe, expect, test } from 'vitest'
import { check as runCheck } from '../../src/commands/db/check.ts'
import { contextIn } from '../helpers/context.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const tables = `CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE DOMAIN amount AS numeric;
CREATE TABLE users (id int PRIMARY KEY, email text, age int, name varchar(50), m mood, score text, price numeric,
  big bigint, balance amount, born text, bits bit varying(8));
CREATE TABLE orders (id int PRIMARY KEY, user_id int, a int, b int, during tsrange, total int, tag text);
CREATE TABLE pairs (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE plain (x text);
INSERT INTO users VALUES
  (1, 'a@x', 30, 'short', 'sad', '1', 1.5, 1, -1, '2020-01-01', '101'),
  (2, 'A@x', -5, 'a name that is long', 'ok', 'secret', 12345.678, 5000000000, 5, 'never', '11111'),
  (3, NULL, NULL, NULL, 'glad', NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 'a@x', 40, 'x   ', 'glad', ' 7 ', 99.999, 3, 1, '2020-02-30', '1');
INSERT INTO pairs VALUES (1, 1);
INSERT INTO orders VALUES (1, 1, 1, 1, '[2020-01-01, 2020-01-03)', 5), (2, 99, 1, NULL, '[2020-01-02, 2020-01-05)', 6),
  (3, NULL, 2, 2, '[2020-02-02, 2020-02-05)', 7);
INSERT INTO plain VALUES ('a'), ('a'), (NULL);
ALTER TABLE orders ADD CONSTRAINT large CHECK (total > 5) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users NOT VALID;
CREATE UNIQUE INDEX orders_tag ON orders (tag);`

async function projectWith(sql: string): Promise<Project> {
  const project = await server.project({ '002_b.sql': `-- UP\n${sql}\n` })
  await project.query(tables)
  return project
}

const options = {
  base: null,
  parts: ['probe'],
  scope: { kind: 'pending' },
  failOn: 'error',
  format: 'human',
  report: null,
} as const

/** `3 probe/check id=1`, without the sizes of tables. */
async function probe(project: Project, on: string = project.url) {
  const result = await runCheck(contextIn(project), { ...options, on })
  const found = result.findings.filter(({ rule }) => rule !== 'probe/table-size')
  return found.map(({ rule, place, evidence, severity, message }) => ({
    line: `${place.line - 1} ${rule}: ${evidence.map((text) => text.replace('for example ', '')).join(', ')}`,
    severity,
    message,
  }))
}

const lines = (found: Awaited<ReturnType<typeof probe>>) => found.map(({ line }) => line)

test('each kind of statement is told the rows that it would fail on, by key', async () => {
  const project = await projectWith(`ALTER TABLE users ALTER COLUMN email SET NOT NULL;
ALTER TABLE users ADD CONSTRAINT u UNIQUE (email) DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX ON users (lower(email));
CREATE UNIQUE INDEX ON users (email) WHERE age > 50;
CREATE UNIQUE INDEX ON plain (x) NULLS NOT DISTINCT;
ALTER TABLE plain ADD PRIMARY KEY (x);
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);
ALTER TABLE orders ADD FOREIGN KEY (a, b) REFERENCES pairs MATCH FULL;
ALTER TABLE orders ADD FOREIGN KEY (a, b) REFERENCES pairs;
ALTER TABLE users ADD CHECK (age > 0); -- more
ALTER TABLE orders ADD EXCLUDE USING gist (during WITH &&);
ALTER TABLE users ALTER COLUMN score TYPE int USING score::int;
ALTER TABLE users ALTER COLUMN name TYPE varchar(10);
ALTER TABLE users ALTER COLUMN price TYPE numeric(4, 2);
ALTER TABLE users ALTER COLUMN big TYPE int;
ALTER DOMAIN amount ADD CHECK (VALUE > 0);
ALTER DOMAIN amount SET NOT NULL;
ALTER TABLE users ADD COLUMN tenant int NOT NULL;
ALTER TABLE orders VALIDATE CONSTRAINT large;
ALTER TABLE orders VALIDATE CONSTRAINT of_user;
CREATE TYPE small AS ENUM ('sad', 'ok'); ALTER TABLE users ALTER COLUMN m TYPE small USING m::text::small;
CREATE INDEX ON users ((born::int));
ALTER TABLE users ADD COLUMN z int DEFAULT 5 UNIQUE CHECK (z > 10);
ALTER TABLE users ALTER COLUMN born TYPE date USING CASE WHEN id > 0 THEN born::date END;
ALTER TABLE orders ADD PRIMARY KEY USING INDEX orders_tag;
ALTER TABLE users ALTER COLUMN bits TYPE bit varying(4);
ALTER TABLE users ALTER COLUMN email TYPE int;`)
  expect(lines(await probe(project))).toEqual([
    '1 probe/not-null: id=3',
    '2 probe/duplicates: id=1 and id=4',
    '3 probe/duplicates: id=1 and id=2 and 1 more',
    '5 probe/duplicates: the row at (0,1) and the row at (0,2)',
    '6 probe/not-null: the row at (0,3)',
    '6 probe/duplicates: the row at (0,1) and the row at (0,2)',
    '7 probe/foreign-key: id=2',
    '8 probe/foreign-key: id=2, id=3',
    '9 probe/foreign-key: id=3',
    '10 probe/check: id=2',
    '11 probe/exclude: id=1 and id=2',
    '12 probe/cast: id=2',
    '13 probe/cast: id=2',
    '14 probe/cast: id=2, id=4',
    '15 probe/cast: id=2',
    '16 probe/check: id=1',
    '17 probe/check: id=3',
    '18 probe/not-null: id=1, id=2, id=3',
    '19 probe/check: id=1',
    '20 probe/check: id=2',
    '21 probe/cast: id=3, id=4',
    '22 probe/computed: id=1',
    '23 probe/duplicates: id=1 and id=2 and 2 more',
    '23 probe/check: id=1, id=2, id=3',
    '24 probe/cast: id=2',
    '25 probe/not-null: id=1, id=2, id=3',
    '26 probe/cast: id=2',
    '27 probe/cast: ',
  ])
})

test('what earlier statements of the run do to the rows is counted in, and what they may do makes it less severe', async () => {
  const project = await projectWith(`ALTER TABLE users ADD COLUMN full_name text;
UPDATE users SET full_name = coalesce(name, 'nobody, yet') WHERE id > 0;
ALTER TABLE users ALTER COLUMN full_name SET NOT NULL;
DELETE FROM orders WHERE user_id = 99;
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);
ALTER TABLE orders RENAME COLUMN total TO sum; ALTER TABLE orders RENAME TO bookings;
ALTER TABLE bookings ADD CHECK (bookings.sum < 7);
ALTER TABLE bookings ADD COLUMN extra int; UPDATE bookings b SET extra = u.age FROM users u WHERE u.id = b.user_id;
ALTER TABLE bookings ALTER extra SET NOT NULL;
CREATE TABLE fresh (id int PRIMARY KEY, n int); ALTER TABLE fresh ALTER n SET NOT NULL;
ALTER TABLE bookings ADD COLUMN g int NOT NULL DEFAULT 4 REFERENCES fresh;
ALTER TABLE bookings ADD COLUMN i bigint GENERATED BY DEFAULT AS IDENTITY UNIQUE;
ALTER TYPE mood RENAME TO old_mood; CREATE TYPE mood AS ENUM ('sad', 'glad');
ALTER TABLE users ALTER COLUMN m TYPE mood USING (CASE m::text WHEN 'ok' THEN 'glad' ELSE m::text END)::mood;
ALTER TABLE users ALTER COLUMN score TYPE int USING CASE WHEN score ~ '^[ 0-9]+$' THEN score::int END;
DO $$ BEGIN UPDATE users SET email = 'x'; END $$;
ALTER TABLE users ALTER COLUMN email SET NOT NULL;`)
  const found = await probe(project)
  expect(found.map(({ line, severity }) => `${severity} ${line}`)).toEqual([
    'error 7 probe/check: id=3',
    'warning 8 probe/not-answered: ',
    'note 9 probe/not-null: id=1, id=3, the UPDATE on line 9 of 002_b runs before it and may change that',
    'error 11 probe/foreign-key: id=1, id=3',
    'warning 17 probe/not-null: id=3, the DO on line 17 of 002_b runs before it and may change that',
  ])
})

test('rows that an UPDATE writes are asked about checks that were never validated, as the UPDATE leaves them', async () => {
  const project = await projectWith(`UPDATE orders SET tag = 'x' || id;
UPDATE orders SET tag = 'y' || id WHERE total > 5;
UPDATE orders SET tag = 'z' || orders.id FROM users WHERE users.id = orders.user_id;
ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 0) NOT VALID;
UPDATE users SET name = 'n' WHERE id = 2;
UPDATE users SET age = abs(age);
UPDATE users SET name = 'm';
UPDATE orders SET total = total + 1; ALTER TABLE orders VALIDATE CONSTRAINT large;
ALTER TABLE orders DROP CONSTRAINT large; UPDATE orders SET total = 0;`)
  const found = await probe(project)
  expect(found.map(({ severity, line, message }) => [severity, line, message])).toEqual([
    [
      'error',
      '1 probe/check: id=1',
      '1 row of orders that the UPDATE writes breaks the check large, which is not validated',
    ],
    ['warning', '3 probe/not-answered: ', expect.stringMatching(/which of them the UPDATE writes cannot be told$/)],
    [
      'error',
      '5 probe/check: id=2',
      '1 row of users that the UPDATE writes breaks the check grown, which is not validated',
    ],
  ])
})

test('what an UPDATE makes of generated columns is asked, and what a trigger may make of it lowers the severity', async () => {
  const project = await server.project({
    '002_b.sql': `-- UP
UPDATE made SET email = id::text; CREATE UNIQUE INDEX ON made (low);
UPDATE made SET email = 'Z'; CREATE UNIQUE INDEX ON made (low);
UPDATE kept SET email = lower(email); CREATE UNIQUE INDEX ON kept (email);
`,
  })
  await project.query(`CREATE TABLE made (id int PRIMARY KEY, email text, low text GENERATED ALWAYS AS (lower(email)) STORED);
INSERT INTO made VALUES (1, 'a'), (2, 'A');
CREATE TABLE kept (id int PRIMARY KEY, email text);
INSERT INTO kept VALUES (1, 'a'), (2, 'A');
CREATE FUNCTION numbered() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.email := NEW.email || NEW.id; RETURN NEW; END';
CREATE TRIGGER numbers BEFORE UPDATE ON kept FOR EACH ROW EXECUTE FUNCTION numbered();`)
  expect((await probe(project)).map(({ severity, line }) => `${severity} ${line}`)).toEqual([
    'error 2 probe/duplicates: id=1 and id=2',
    'warning 3 probe/duplicates: id=1 and id=2, a trigger on UPDATE runs before it and may change that',
  ])
})

test('names of all kinds, partitions, and values that fail an expression are told by their rows', async () => {
  const project = await projectWith(`SET search_path = "We ird", public;
ALTER TABLE "Ta""ble" ALTER "na'me" SET NOT NULL, ADD UNIQUE ("na'me");
ALTER TABLE "Ta""ble" ADD CHECK (("Ta""ble".j->>'a')::int > 0);
ALTER TABLE part ALTER v TYPE smallint;
ALTER TABLE IF EXISTS nowhere ADD UNIQUE (x);
ALTER TABLE part ADD UNIQUE (id, v);
ALTER TABLE plain ALTER x TYPE int USING CASE WHEN true THEN x::int END;`)
  await project.query(`CREATE SCHEMA "We ird"; CREATE TABLE "We ird"."Ta""ble" ("Id" int PRIMARY KEY, "na'me" text, j json);
    INSERT INTO "We ird"."Ta""ble" VALUES (1, 'a', '{"a":1}'), (2, 'a', NULL), (3, NULL, '{"a":"b"}');
    CREATE TABLE part (id int, v int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF part FOR VALUES FROM (0) TO (10);
    CREATE TABLE p2 PARTITION OF part FOR VALUES FROM (10) TO (20); INSERT INTO part VALUES (1, 1), (12, 70000)`)
  expect(lines(await probe(project))).toEqual([
    '2 probe/not-null: Id=3',
    '2 probe/duplicates: Id=1 and Id=2',
    '3 probe/check: Id=3',
    '4 probe/cast: the row at (0,1) of p2',
    '6 probe/not-answered: ',
    '7 probe/cast: the row at (0,1)',
  ])
})

test('a check that the run adds to a domain unchecked is asked where it is validated, and a new collation counts', async () => {
  const project = await projectWith(`ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
ALTER DOMAIN amount VALIDATE CONSTRAINT positive;
ALTER TABLE users ALTER COLUMN name TYPE text COLLATE anycase USING btrim(name);
ALTER TABLE users ADD UNIQUE (name);
ALTER TABLE users ALTER COLUMN email TYPE text COLLATE "C", ALTER COLUMN born TYPE text COLLATE later;
ALTER TABLE users ADD UNIQUE (born);`)
  await project.query(`CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    INSERT INTO users (id, name) VALUES (5, 'SHORT')`)
  expect(lines(await probe(project))).toEqual([
    '2 probe/check: id=1',
    '4 probe/duplicates: id=1 and id=5',
    '6 probe/not-answered: ',
  ])
})

test('rows that do not fit a partition that is attached or made are told by key, as the run leaves them', async () => {
  const project =
    await projectWith(`ALTER TABLE days ATTACH PARTITION may FOR VALUES FROM ('2024-05-01') TO ('2024-06-01');
ALTER TABLE two ATTACH PARTITION two_b FOR VALUES FROM (1, MINVALUE) TO (2, 'm');
ALTER TABLE kinds ATTACH PARTITION kinds_b FOR VALUES IN ('b', NULL);
ALTER TABLE spread ATTACH PARTITION spread_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE kinds_c PARTITION OF kinds FOR VALUES IN ('c');
ALTER TABLE lowered ATTACH PARTITION lowered_b FOR VALUES IN ('b');
ALTER TABLE days RENAME TO old_days; CREATE TABLE days (id int, day date) PARTITION BY RANGE (day);
ALTER TABLE days ATTACH PARTITION june FOR VALUES FROM ('2024-06-01') TO (MAXVALUE);
DELETE FROM kinds_rest WHERE kind = 'd'; CREATE TABLE kinds_d PARTITION OF kinds FOR VALUES IN ('d');
ALTER TABLE kinds DETACH PARTITION kinds_rest; CREATE TABLE kinds_e PARTITION OF kinds FOR VALUES IN ('e');
ALTER TABLE kinds ATTACH PARTITION kinds_rest DEFAULT;
ALTER TABLE days ATTACH PARTITION fits FOR VALUES FROM ('2025-05-01') TO ('2025-06-01');
ALTER TABLE others ATTACH PARTITION others_rest DEFAULT;`)
  await project.query(`CREATE TABLE days (id int, day date) PARTITION BY RANGE (day);
    CREATE TABLE may (id int PRIMARY KEY, day date); INSERT INTO may VALUES (1, '2024-05-01'), (2, '2024-06-01'), (3, NULL);
    CREATE TABLE june (id int PRIMARY KEY, day date); INSERT INTO june VALUES (1, '2024-05-31'), (2, '2030-01-01');
    CREATE TABLE fits (id int PRIMARY KEY, day date); INSERT INTO fits VALUES (1, '2025-05-31');
    CREATE TABLE two (id int, a int, b text) PARTITION BY RANGE (a, b); CREATE TABLE two_b (id int PRIMARY KEY, a int, b text);
    INSERT INTO two_b VALUES (1, 1, 'a'), (2, 2, 'l'), (3, 2, 'm'), (4, 0, 'z');
    CREATE TABLE kinds (id int, kind text) PARTITION BY LIST (kind); CREATE TABLE kinds_rest PARTITION OF kinds (PRIMARY KEY (id)) DEFAULT;
    INSERT INTO kinds VALUES (1, 'b'), (2, 'c'), (3, 'd'), (4, 'e'), (5, NULL);
    CREATE TABLE kinds_b (id int PRIMARY KEY, kind text); INSERT INTO kinds_b VALUES (1, 'b'), (2, NULL), (3, 'x');
    CREATE TABLE spread (id int) PARTITION BY HASH (id); CREATE TABLE spread_1 (id int PRIMARY KEY);
    INSERT INTO spread_1 SELECT min(i) FROM generate_series(1, 20) i GROUP BY satisfies_hash_partition('spread'::regclass, 2, 1, i);
    CREATE TABLE lowered (kind text) PARTITION BY LIST (lower(kind)); CREATE TABLE lowered_b (kind text); INSERT INTO lowered_b VALUES ('c');
    CREATE TABLE others (kind text) PARTITION BY LIST (kind); CREATE TABLE others_a PARTITION OF others FOR VALUES IN ('a');
    CREATE TABLE others_rest (id int PRIMARY KEY, kind text); INSERT INTO others_rest VALUES (1, 'a'), (2, 'b')`)
  const [[wrong] = []] = await project.query(
    "SELECT id FROM spread_1 WHERE NOT satisfies_hash_partition('spread'::regclass, 2, 1, id)",
  )
  const found = await probe(project)
  expect(lines(found)).toEqual([
    '1 probe/partition: id=2, id=3',
    '2 probe/partition: id=3, id=4',
    '3 probe/partition: id=3',
    '3 probe/partition: id=1, id=5',
    `4 probe/partition: id=${wrong}`,
    '5 probe/partition: id=2',
    '6 probe/not-answered: ',
    '8 probe/partition: id=1',
    '11 probe/not-answered: ',
    '13 probe/partition: id=1',
  ])
  expect(found.map(({ message }) => message).slice(2, 7)).toEqual([
    '1 row of kinds_b does not belong to the partition of kinds that it becomes',
    '2 rows of kinds_rest, the default partition of kinds, belong to the new partition kinds_b',
    '1 row of spread_1 does not belong to the partition of spread that it becomes',
    '1 row of kinds_rest, the default partition of kinds, belongs to the new partition kinds_c',
    'not answered whether all rows belong to the partition lowered_b: an expression decides which partition a row is in',
  ])
})

test('values that a new type or collation makes the same are told where a unique index is, but for one that is dropped', async () => {
  const project = await projectWith(`ALTER TABLE codes ALTER COLUMN code TYPE int USING code::int;
ALTER TABLE codes ALTER COLUMN name TYPE text COLLATE anycase;
ALTER TABLE codes ALTER COLUMN day TYPE date;
ALTER TABLE codes ALTER COLUMN wide TYPE bigint;
ALTER TABLE codes DROP CONSTRAINT codes_other_key, ALTER COLUMN other TYPE int USING other::int;
ALTER TABLE codes ALTER COLUMN part TYPE int USING part::int;`)
  await project.query(`CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE codes (id int PRIMARY KEY, code text UNIQUE, name text, day timestamp, wide int UNIQUE, other text UNIQUE, part text, kind text);
    CREATE UNIQUE INDEX named ON codes (name, kind); CREATE UNIQUE INDEX daily ON codes (day) INCLUDE (part);
    CREATE UNIQUE INDEX partly ON codes (part) WHERE kind = 'a';
    INSERT INTO codes VALUES (1, '1', 'x', '2024-01-01 10:00', 1, '1', '1', 'a'), (2, '01', 'É', '2024-01-01 11:00', 2, '01', '01', 'a'),
      (3, '2', 'é', NULL, NULL, '2', '2', 'a'), (4, NULL, 'É', NULL, NULL, NULL, '02', 'b')`)
  const found = await probe(project)
  expect(lines(found)).toEqual([
    '1 probe/duplicates: id=1 and id=2',
    '2 probe/duplicates: id=2 and id=3',
    '3 probe/duplicates: id=1 and id=2',
    '6 probe/duplicates: id=1 and id=2',
  ])
  expect(found[0]?.message).toBe(
    '1 value of codes comes more than once in the unique index codes_code_key once code has its new type',
  )
})

test('rows of a table that becomes a partition are held to the unique and foreign keys of the other', async () => {
  const project = await projectWith(`ALTER TABLE visits ATTACH PARTITION may FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
ALTER TABLE visits DETACH PARTITION may;
CREATE TABLE later (id int, day date, user_id int REFERENCES users, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
ALTER TABLE later ATTACH PARTITION may FOR VALUES FROM (MINVALUE) TO (MAXVALUE);`)
  await project.query(`CREATE TABLE visits (id int, day date NOT NULL, user_id int REFERENCES users, UNIQUE (id, day)) PARTITION BY RANGE (day);
    CREATE TABLE may (id int NOT NULL, day date NOT NULL, user_id int);
    INSERT INTO may VALUES (1, '2024-05-01', 1), (1, '2024-05-01', 99), (2, '2024-05-01', NULL)`)
  const found = await probe(project)
  expect(found.map(({ line, message }) => `${line.replace(/:.*/, '')}: ${message}`)).toEqual([
    '1 probe/duplicates: 1 value of may comes more than once for the unique index visits_id_day_key of visits, whose partition it becomes',
    '1 probe/foreign-key: 1 row of may refers to no row of users (by user_id), as the foreign key of visits demands, whose partition it becomes',
    '4 probe/foreign-key: 1 row of may (user_id) refers to no row of users',
    '4 probe/duplicates: 1 value of may (id, day) comes more than once',
  ])
})

describe('the server', () => {
  test('is asked with no lock beyond ACCESS SHARE, in transactions that write nothing, and shows no value but keys', async () => {
    const project = await projectWith(`ALTER TABLE users ADD CHECK (writes(age) > 0);
ALTER TABLE users ALTER COLUMN score TYPE int USING score::int, ADD UNIQUE (email), ADD COLUMN s serial;
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;`)
    await project.query(`CREATE FUNCTION writes(i int) RETURNS int LANGUAGE sql
      AS 'INSERT INTO plain VALUES (''written''); SELECT i'; ANALYZE users`)
    const other = await project.connect()
    // Only ACCESS SHARE goes together with it.
    await other.query('BEGIN; LOCK TABLE users, orders, pairs, plain IN EXCLUSIVE MODE')
    const found = await probe(project)
    expect(found.filter(({ line }) => !/lock-held|server-busy/.test(line))).toEqual([
      {
        line: '1 probe/not-answered: ',
        severity: 'warning',
        message: expect.stringContaining('it calls the volatile function writes'),
      },
      { line: '2 probe/cast: id=2', severity: 'error', message: expect.any(String) },
      { line: '2 probe/duplicates: id=1 and id=4', severity: 'error', message: expect.any(String) },
      { line: '3 probe/foreign-key: id=2', severity: 'error', message: expect.any(String) },
    ])
    expect(JSON.stringify(found)).not.toMatch(/secret|a@x/)
    expect(await project.query("SELECT count(*) FROM plain WHERE x = 'written'")).toEqual([['0']])
    expect(lines(found)).toContainEqual(expect.stringMatching(/^1 probe\/lock-held: pid \d+ .*: ExclusiveLock$/))
  })

  test('is asked no longer than a lock lets it, and what it does not answer is told', async () => {
    const project = await projectWith(
      'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\nALTER TABLE nowhere ADD UNIQUE (a);',
    )
    const other = await project.connect()
    await other.query('BEGIN; LOCK TABLE users')
    const { findings } = await runCheck(contextIn(project), { ...options, on: project.url })
    expect(findings.find(({ rule }) => rule === 'probe/table-size')?.message).toMatch(
      /^users takes .* by its statistics, .*; the size of its indexes is not answered: .*holds a lock/,
    )
    expect((await probe(project)).filter(({ line }) => line.includes('not-answered'))).toEqual([
      {
        line: '1 probe/not-answered: ',
        severity: 'warning',
        message: expect.stringContaining('somebody holds a lock'),
      },
      {
        line: '2 probe/not-answered: ',
        severity: 'warning',
        message: expect.stringContaining('there is no table nowhere'),
      },
    ])
  })

  test('hides rows or refuses, and that is told', async () => {
    const project = await projectWith(
      'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\nALTER TABLE orders ALTER a SET NOT NULL;',
    )
    await project.query(`CREATE ROLE reader LOGIN PASSWORD 'r'; ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
      GRANT SELECT ON orders TO reader; ALTER TABLE users OWNER TO CURRENT_USER`)
    const url = new URL(project.url)
    url.username = 'reader'
    url.password = 'r'
    const found = await probe(project, url.href)
    expect(found.filter(({ line }) => /^[12] /.test(line)).map(({ message }) => message)).toEqual([
      expect.stringContaining('permission denied for table users'),
      expect.stringContaining('row-level security'),
    ])
  })

  test('hides the history, and only the right to read is asked for', async () => {
    const project = await projectWith('ALTER TABLE users ALTER COLUMN email SET NOT NULL;')
    await project.ok('db', 'migrate', 'repair')
    await project.query("CREATE SCHEMA IF NOT EXISTS nself; CREATE ROLE looker LOGIN PASSWORD 'l'")
    await project.query('CREATE TABLE IF NOT EXISTS nself.metadata (key text PRIMARY KEY, value text)')
    const url = new URL(project.url)
    url.username = 'looker'
    url.password = 'l'
    const { code, stderr } = await project.nself('db', 'check', '--only', 'probe', '--on', url.href)
    expect(code).toBe(2)
    expect(stderr).toMatch(/can run: GRANT USAGE ON SCHEMA nself TO looker;/)
  })

  test('says how large a table is by its statistics, and that it is written anew', async () => {
    const project = await projectWith('ALTER TABLE users ALTER COLUMN age TYPE bigint;')
    await project.query(
      "ANALYZE users; UPDATE pg_class SET reltuples = 88000000, relpages = 2621440 WHERE relname = 'users'",
    )
    const { findings } = await runCheck(contextIn(project), { ...options, on: project.url })
    expect(findings).toContainEqual(
      expect.objectContaining({
        rule: 'probe/table-size',
        severity: 'warning',
        message: expect.stringMatching(/^users has about 88,000,000 rows in 21\.5 GB, and /),
        evidence: [expect.stringMatching(/^rewritten with its indexes, 21\.5 GB: line 2$/)],
      }),
    )
  })
})

test('in production up tells before it asks which rows would make it fail, and locally nothing is asked', async () => {
  const project = await projectWith('ALTER TABLE users ALTER COLUMN email SET NOT NULL;')
  const { code, stderr } = await project.nself('db', 'migrate', 'up', '--env', 'production', '--no-backup')
  expect(code).toBe(3)
  expect(stderr).toContain(
    'Warning: 002_b would fail: 1 row of users has no email (id=3) (nself/migrations/002_b.sql:2)',
  )
  const locally = await project.nself('db', 'migrate', 'up')
  expect([locally.code, locally.stderr.includes('would fail')]).toEqual([4, false])
})

test('the part must be told which server it asks', async () => {
  const project = await server.project({})
  const { code, stderr } = await project.nself('db', 'check', '--only', 'probe')
  expect([code, stderr]).toEqual([2, expect.stringContaining('nself db check --on production')])
  const unknown = await project.nself('db', 'check', '--on', 'nowhere')
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('--on takes an environment or a URL')])
})
