import { expect, test } from 'vitest'
import { check as runCheck } from '../../src/commands/db/check.ts'
import { contextIn } from '../helpers/context.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const both = (up: string, down: string) => `-- UP\n${up}\n-- DOWN\n${down}\n`
const nothing = '-- nself: nothing-to-do'
const options = {
  failOn: 'error',
  format: 'human',
  report: null,
  scope: { kind: 'all' },
  on: null,
  base: null,
} as const

async function check(project: Project, parts: Parameters<typeof runCheck>[1]['parts'] = ['rows']) {
  const result = await runCheck(contextIn(project), { ...options, parts })
  const found = result.findings.map(({ rule, severity, migration, place, message, instead, evidence }) => ({
    at: `${migration}:${place.line} ${severity} ${rule}`,
    message,
    instead,
    evidence,
  }))
  return { ...result, found: found.sort((a, b) => (a.at < b.at ? -1 : 1)) }
}

test('finds the smallest rows that break UP or DOWN, with their key and the columns that the statement names', async () => {
  const project = await server.project({
    '001_base.sql': both(
      `CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, phone text, name varchar(40), born date,
         boss bigint REFERENCES users (id));
       CREATE TABLE likes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint, kind text, total int NOT NULL);`,
      'DROP TABLE likes; DROP TABLE users;',
    ),
    '002_null.sql': both(
      'ALTER TABLE users ALTER COLUMN phone SET NOT NULL;',
      'ALTER TABLE users ALTER COLUMN phone DROP NOT NULL;',
    ),
    '003_twice.sql': both('CREATE UNIQUE INDEX u ON users (lower(email));', 'DROP INDEX u;'),
    '004_orphan.sql': both(
      'ALTER TABLE likes ADD FOREIGN KEY (user_id) REFERENCES users (id);',
      'ALTER TABLE likes DROP CONSTRAINT likes_user_id_fkey;',
    ),
    '005_cast.sql': both(
      'ALTER TABLE likes ALTER COLUMN kind TYPE int USING kind::int;',
      'ALTER TABLE likes ALTER COLUMN kind TYPE text;',
    ),
    '006_narrow.sql': both(
      'ALTER TABLE users ALTER COLUMN name TYPE varchar(30);',
      'ALTER TABLE users ALTER COLUMN name TYPE varchar(40);',
    ),
    '007_infinite.sql': both(
      "ALTER TABLE users ADD age int;\nUPDATE users SET age = born - date '2000-01-01';",
      'ALTER TABLE users DROP COLUMN age;',
    ),
    '008_down.sql': both('ALTER TABLE likes DROP COLUMN total;', 'ALTER TABLE likes ADD COLUMN total int NOT NULL;'),
    '009_alone.sql': both('CREATE UNIQUE INDEX CONCURRENTLY v ON likes (user_id);', 'DROP INDEX v;'),
    '010_block.sql': both(
      "DO $$ BEGIN\n IF EXISTS (SELECT FROM users WHERE email = '') THEN RAISE EXCEPTION 'an empty email'; END IF; END $$;",
      nothing,
    ),
    '011_fine.sql': both(
      'ALTER TABLE users ADD COLUMN x int; UPDATE users SET x = length(email);',
      'ALTER TABLE users DROP COLUMN x;',
    ),
  })
  const { found, exitStatus, parts } = await check(project)
  const advice = (at: string) => found.find((one) => one.at.startsWith(at))?.instead
  expect(advice('008')).toMatch(
    /^give the column a default, or add it without NOT NULL, fill it, and then SET NOT NULL/,
  )
  expect(advice('002')).toMatch(/^change or remove such rows/)
  expect(found.map(({ at }) => at)).toEqual([
    '002_null:2 error rows/up-fails',
    '003_twice:2 error rows/up-fails',
    '004_orphan:2 error rows/up-fails',
    '005_cast:2 error rows/up-fails',
    '006_narrow:2 error rows/up-fails',
    '007_infinite:3 warning rows/up-fails',
    '008_down:4 error rows/down-fails',
    '009_alone:2 error rows/up-fails',
    '010_block:3 error rows/up-fails',
  ])
  const shown = Object.fromEntries(found.map(({ at, evidence }) => [at.slice(0, 3), evidence]))
  expect(shown['002']?.[0]).toMatch(/^users: id 10000\d\d, phone NULL$/)
  expect(shown['003']?.slice(0, 2)).toEqual([
    "users: id 1000001, email 'amber@example.com'",
    expect.stringMatching(/^users: id 10000\d\d, email 'amber@example\.com'$/),
  ])
  expect(shown['004']?.[0]).toMatch(/^likes: id 10000\d\d, user_id 1016543$/)
  expect(shown['005']?.[0]).toMatch(/^likes: id 1000001, kind 'amber'$/)
  expect(shown['006']?.[0]).toMatch(/^users: id 10000\d\d, name 'x{40}'$/)
  expect(shown['007']?.[0]).toMatch(/^users: id 10000\d\d, born '-?infinity'$/)
  expect(shown['010']?.[0]).toMatch(/^users: id 10000\d\d, email ''$/)
  expect([exitStatus, parts.at(-1)]).toEqual([6, { part: 'rows', outcome: 'done', reason: null }])
  expect(await project.tables()).toEqual([])
  expect(await project.query("SELECT datname FROM pg_database WHERE datname LIKE '%scratch%'")).toEqual([])
})

test('tells rows and values that do not come back with DOWN, and whether UP or DOWN takes them', async () => {
  const project = await server.project({
    '001_base.sql': both(
      'CREATE TABLE users (id serial PRIMARY KEY, name varchar(40), phone text); CREATE TABLE notes (body text);',
      'DROP TABLE notes; DROP TABLE users;',
    ),
    '002_up_deletes.sql': both('DELETE FROM users WHERE phone IS NULL;', nothing),
    '003_down_cuts.sql': both(
      'ALTER TABLE users ALTER COLUMN name TYPE text;',
      'ALTER TABLE users ALTER COLUMN name TYPE varchar(40) USING left(name, 2);',
    ),
    '004_drops.sql': both('ALTER TABLE users DROP COLUMN phone;', 'ALTER TABLE users ADD COLUMN phone text;'),
    '005_down_deletes.sql': both(
      'COMMENT ON TABLE notes IS $$x$$;',
      "COMMENT ON TABLE notes IS NULL; DELETE FROM notes WHERE body = '';",
    ),
    '006_renames.sql': both(
      'ALTER TABLE users RENAME COLUMN name TO label;',
      'ALTER TABLE users RENAME COLUMN label TO name;',
    ),
  })
  const { found } = await check(project)
  expect(found.map(({ at, message }) => [at, message])).toEqual([
    [
      '002_up_deletes:2 note rows/rows-lost',
      expect.stringMatching(/^\d of \d\d rows of users vanish in UP and do not come back$/),
    ],
    [
      '003_down_cuts:4 warning rows/values-lost',
      expect.stringMatching(/^\d\d of \d\d rows of users have another name after DOWN: DOWN changes them$/),
    ],
    [
      '004_drops:2 note rows/values-lost',
      expect.stringMatching(/^users\.phone comes back with DOWN, its values do not: \d\d of \d\d rows$/),
    ],
    [
      '005_down_deletes:4 warning rows/rows-lost',
      expect.stringMatching(/^\d of \d\d rows of notes vanishe?s? in DOWN and do(es)? not come back$/),
    ],
  ])
  expect((await check(project)).found).toEqual(found)
  // What the text of the migration tells already is told once.
  const whole = await check(project, ['proof', 'rows'])
  expect(whole.found.map(({ at }) => at).filter((at) => /^00[24]/.test(at))).toEqual([
    '002_up_deletes:2 note proof/values-lost',
    '004_drops:2 note proof/values-lost',
  ])
})

/** Conditions that are each true of some row that a table is filled with. */
const seen: Readonly<Record<string, string>> = {
  nothing: 'n IS NULL AND t IS NULL AND j IS NULL',
  empty: "t = ''",
  longest: 'length(v) = 12',
  'right to left': "t LIKE '%عربي%'",
  emoji: "t LIKE '%👩‍👩‍👧%'",
  smallest: 'i = -2147483648',
  largest: 'n = 999999.99',
  'not a number': "f = 'NaN'",
  infinity: "at = 'infinity'",
  'JSON null': "j = 'null'",
  'deep JSON': "j #> '{a,0,a,0,a,0,a,0}' IS NOT NULL",
  'empty array': "a = '{}'",
  'many dimensions': 'array_ndims(a) = 2',
  'empty range': 'isempty(r)',
  'endless range': 'lower_inf(r) AND upper_inf(r)',
  'no bytes': "b = ''",
  'each label': "m = 'third'",
  composite: '(c).label IS NOT NULL',
  domain: 'd = 3',
  'a pattern': "code ~ '^[A-Z]{2}-[0-9]{3}$'",
  'two columns': 'low < high',
  'a choice': "status = 'paid'",
  'JSON that has a name': "k ? 'kind'",
}

test('fills tables with all kinds of awkward rows that their constraints allow', async () => {
  const missing = Object.entries(seen).map(
    ([name, condition]) => `SELECT '${name}' WHERE NOT EXISTS (SELECT FROM every WHERE ${condition})`,
  )
  const project = await server.project({
    '001_base.sql': both(
      `CREATE TYPE label AS ENUM ('first', 'second', 'third');
       CREATE DOMAIN three AS int CHECK (VALUE % 7 = 3);
       CREATE TYPE pair AS (x int, label text);
       CREATE TABLE every (id uuid PRIMARY KEY, n numeric(8,2), t text, v varchar(12), i int, f float8, at timestamptz, j jsonb, a int[],
         r tstzrange, b bytea, m label, c pair, d three NOT NULL, ip inet, span interval, g int GENERATED ALWAYS AS (i / 2) STORED,
         code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z]{2}-[0-9]{3}$'), low date NOT NULL, high date NOT NULL, CHECK (high - low > 400),
         status text NOT NULL CHECK (status IN ('new', 'paid')), k jsonb NOT NULL CHECK (jsonb_typeof(k) = 'object' AND k ? 'kind'));`,
      'DROP TABLE every; DROP TYPE pair; DROP DOMAIN three; DROP TYPE label;',
    ),
    '002_look.sql': both(
      `DO $$ DECLARE missing text; BEGIN
 IF EXISTS (SELECT FROM every) THEN
  SELECT string_agg(name, ', ') INTO missing FROM (${missing.join(' UNION ALL ')}) AS one (name);
  IF missing IS NOT NULL THEN RAISE EXCEPTION '% rows, missing: %', (SELECT count(*) FROM every), missing; END IF; END IF; END $$;`,
      nothing,
    ),
  })
  const { found } = await check(project)
  // It runs on all rows together only, and the part that breaks it would be found otherwise.
  expect(found.map(({ message }) => message)).toEqual([])
})

test('fills tables that need rows of each other, and leaves their foreign keys as they were', async () => {
  const project = await server.project({
    '001_circle.sql': both(
      `CREATE TABLE firms (code text PRIMARY KEY, owner int NOT NULL UNIQUE, seat uuid NOT NULL);
       CREATE TABLE people (id int PRIMARY KEY, firm text NOT NULL REFERENCES firms, phone text);
       CREATE TABLE seats (id uuid PRIMARY KEY, firm text NOT NULL REFERENCES firms ON DELETE RESTRICT);
       CREATE TABLE cars (id int PRIMARY KEY, driver int NOT NULL REFERENCES people);
       ALTER TABLE firms ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people DEFERRABLE INITIALLY DEFERRED;
       ALTER TABLE firms ADD CONSTRAINT seated FOREIGN KEY (seat) REFERENCES seats;`,
      'DROP TABLE cars; ALTER TABLE firms DROP CONSTRAINT owned, DROP CONSTRAINT seated; DROP TABLE people, seats, firms;',
    ),
    '002_phone.sql': both(
      'ALTER TABLE people ALTER COLUMN phone SET NOT NULL;',
      'ALTER TABLE people ALTER COLUMN phone DROP NOT NULL;',
    ),
    '003_look.sql': both(
      `DO $$ BEGIN IF EXISTS (SELECT FROM firms) THEN
  IF (SELECT count(*) FROM seats) < 3 OR (SELECT count(*) FROM cars) < 3 THEN RAISE EXCEPTION 'few rows'; END IF;
  IF (SELECT string_agg(condeferrable::text, ' ' ORDER BY conname) FROM pg_constraint WHERE conname IN ('owned', 'seated')) <> 'true false'
   THEN RAISE EXCEPTION 'other keys'; END IF; END IF; END $$;`,
      nothing,
    ),
    '004_fine.sql': both('ALTER TABLE firms ADD n int;', 'ALTER TABLE firms DROP n;'),
  })
  const { found } = await check(project)
  expect(found.map(({ at, evidence }) => [at, evidence])).toEqual([
    ['002_phone:2 error rows/up-fails', [expect.stringMatching(/^people: id \d+, phone NULL$/)]],
  ])
})

test('says which tables need a row of each other where no rows are found that go together', async () => {
  const project = await server.project({
    '001_circle.sql': both(
      `CREATE TABLE firms (id int PRIMARY KEY, owner int NOT NULL CHECK (owner < 5));
       CREATE TABLE people (id int PRIMARY KEY CHECK (id > 5), firm int NOT NULL REFERENCES firms);
       ALTER TABLE firms ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people;`,
      'ALTER TABLE firms DROP CONSTRAINT owned; DROP TABLE people; DROP TABLE firms;',
    ),
    '002_more.sql': both('ALTER TABLE people ADD n int;', 'ALTER TABLE people DROP n;'),
  })
  const { found } = await check(project)
  expect(found.map(({ at, message }) => [at.replace(/:.*? /, ' '), message])).toContainEqual([
    '002_more note rows/not-tried',
    'firms was not filled, so nothing is known about rows in it: it and people need a row of each other, for their foreign keys are NOT NULL, and none were found that go together',
  ])
})

test('tries rows that have the values which a migration names', async () => {
  const project = await server.project({
    '001_base.sql': both(
      `CREATE TABLE jobs (id serial PRIMARY KEY, room int, kind text, level int NOT NULL CHECK (level > 100), data jsonb, note text UNIQUE);
       CREATE TABLE kinds (id int, kind text) PARTITION BY LIST (kind); CREATE TABLE kinds_rest PARTITION OF kinds DEFAULT;
       CREATE TABLE days (id int, day date) PARTITION BY RANGE (day); CREATE TABLE days_rest PARTITION OF days DEFAULT;
       CREATE TABLE words (id int PRIMARY KEY, word text UNIQUE, day timestamp UNIQUE);`,
      'DROP TABLE words, days, kinds, jobs;',
    ),
    '002_partial.sql': both(
      "CREATE UNIQUE INDEX one ON jobs (room) WHERE kind = 'open' AND level > 500;",
      'DROP INDEX one;',
    ),
    '003_json.sql': both("CREATE INDEX ages ON jobs (((data->>'age')::int));", 'DROP INDEX ages;'),
    '004_branch.sql': both("UPDATE jobs SET note = 'same' WHERE kind = ANY (ARRAY['draft', 'lost']);", nothing),
    '005_list.sql': both(
      "DO $$ BEGIN IF (SELECT count(*) FROM jobs) > 20 AND NOT EXISTS (SELECT FROM jobs WHERE kind IN ('x', 'y') AND level BETWEEN 700 AND 800) THEN\n RAISE EXCEPTION 'no such row'; END IF; END $$;",
      nothing,
    ),
    '006_part.sql': both("CREATE TABLE kinds_a PARTITION OF kinds FOR VALUES IN ('a');", 'DROP TABLE kinds_a;'),
    '007_range.sql': both(
      "CREATE TABLE days_a PARTITION OF days FOR VALUES FROM ('2031-01-01') TO ('2032-01-01');",
      'DROP TABLE days_a;',
    ),
    '008_same.sql': both('UPDATE words SET word = btrim(word);', nothing),
    '009_same.sql': both('ALTER TABLE words ALTER COLUMN day TYPE date;', nothing),
  })
  const { found } = await check(project)
  expect(found.map(({ at }) => at).filter((at) => !at.includes('lost'))).toEqual([
    '002_partial:2 error rows/up-fails',
    '003_json:2 error rows/up-fails',
    '004_branch:2 error rows/up-fails',
    '006_part:2 error rows/up-fails',
    '007_range:2 error rows/up-fails',
    '008_same:2 error rows/up-fails',
    '009_same:2 error rows/up-fails',
  ])
})

test('fills and compares a table that hides its rows from its own owner, for an owner whom its policies bind', async () => {
  const project = await server.project({
    '001_tenants.sql': both(
      `CREATE TABLE tenants (id int PRIMARY KEY, name text, note text);
       ALTER TABLE tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
       CREATE POLICY own ON tenants USING (id = nullif(current_setting('app.tenant', true), '')::int);`,
      'DROP TABLE tenants;',
    ),
    '002_not_null.sql': both(
      'ALTER TABLE tenants ALTER COLUMN name SET NOT NULL;',
      'ALTER TABLE tenants ALTER COLUMN name DROP NOT NULL;',
    ),
    '003_drop.sql': both('ALTER TABLE tenants DROP COLUMN note;', 'ALTER TABLE tenants ADD COLUMN note text;'),
  })
  const database = new URL(project.url).pathname.slice(1)
  await project.query(`CREATE ROLE bound LOGIN CREATEDB PASSWORD 's'; ALTER DATABASE ${database} OWNER TO bound`)
  const bound = { ...project, url: project.url.replace(/\/\/[^@]*@/, '//bound:s@') }
  const { found } = await check(bound)
  expect(found.map(({ at }) => at)).toEqual(['002_not_null:2 error rows/up-fails', '003_drop:2 note rows/values-lost'])
})

test('rows that others refer to by a constraint that waits for COMMIT are tried with and without them', async () => {
  const project = await server.project({
    '001_base.sql': both(
      `CREATE TABLE orders (id int PRIMARY KEY, total int, cents int);
       CREATE TABLE items (id int PRIMARY KEY, order_id int REFERENCES orders DEFERRABLE INITIALLY DEFERRED);`,
      'DROP TABLE items; DROP TABLE orders;',
    ),
    '002_cents.sql': both(
      'UPDATE orders SET cents = total * 100; UPDATE items SET order_id = order_id;',
      'UPDATE orders SET cents = NULL;',
    ),
  })
  const { found } = await check(project)
  expect(found.map(({ at }) => at).filter((at) => !at.includes('lost'))).toEqual(['002_cents:2 warning rows/up-fails'])
})

test('rows of tables that inherit from the one that a migration names are tried too, each by itself', async () => {
  const project = await server.project({
    '001_base.sql': both(
      `CREATE TABLE parent (id int PRIMARY KEY, v int CHECK (v > 0) NO INHERIT NOT NULL);
       CREATE TABLE child (note text) INHERITS (parent);`,
      'DROP TABLE child; DROP TABLE parent;',
    ),
    '002_check.sql': both(
      'ALTER TABLE parent ADD CONSTRAINT c CHECK (v > 0);\nALTER TABLE parent ADD CONSTRAINT d CHECK (v <> 1);',
      'ALTER TABLE parent DROP CONSTRAINT d, DROP CONSTRAINT c;',
    ),
  })
  const { found } = await check(project)
  expect(found.map(({ at, message }) => `${at} ${message}`)).toEqual([
    expect.stringMatching(/^002_check:2 error rows\/up-fails UP fails on a row that .* "c" of relation "child"/),
    expect.stringMatching(/^002_check:3 error rows\/up-fails UP fails on a row that .* "d" of relation "parent"/),
  ])
})
