import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { keys, startAtTerminal } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

/** An empty project with these files beside nself/. */
async function drawn(files: Record<string, string>, migrations: Record<string, string> = {}): Promise<Project> {
  const project = await server.project(migrations)
  draw(project, files)
  return project
}

function draw({ root }: Project, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
}

const migrationsOf = ({ root }: Project) => readdirSync(join(root, 'nself', 'migrations')).sort()
const imports = ['db', 'schema', 'import', 'schema.dbml'] as const

describe('what a design can say', () => {
  test('partials, imported files, aliases, groups, notes, settings and all kinds of references', async () => {
    const project = await drawn({
      'shared.dbml': 'Enum mood {\n  ok [note: \'fine\']\n  "not ok"\n}\nTable countries {\n  code char(2) [pk]\n}\n',
      'schema.dbml': `
use {
  enum mood
  table countries
} from './shared.dbml'
Project shop {
  database_type: 'PostgreSQL'
  Note: 'all of it'
}
TablePartial stamped [headercolor: #ff0000] {
  created_at timestamptz [not null, default: \`now()\`]
  changed_by int [ref: > users.id]
  indexes { created_at }
}
TablePartial counted {
  id int [pk, increment]
  note: 'from a partial'
}
Table users as U [headercolor: #3498db] {
  ~counted
  ~stamped
  name varchar(20) [not null, unique, note: 'it\\'s a name']
  country char(2) [ref: > countries.code]
  feeling mood [default: 'not ok']
  ratio numeric(5,2) [default: 0.10]
  big bigint [default: 9007199254740993]
  active boolean [default: true]
  nothing text [default: null]
  quote text [default: 'it\\'s']
  tags "text[]"
}
Table profiles {
  user_id int [pk]
  checks { \`user_id > 0\` [name: 'positive'] }
}
Table tags {
  id int [pk]
}
Table a.periods {
  a int
  b int
  indexes {
    (a, b) [pk, name: 'periods_key']
    b [name: 'b_hash', type: hash, note: 'quick']
    (\`a + b\`, b) [unique]
  }
}
Table a.parts {
  a int
  b int
}
Ref profile: profiles.user_id - users.id [delete: cascade, update: no action]
Ref: users.id <> tags.id
Ref { a.parts.(a, b) > a.periods.(a, b) [delete: set null] }
TableGroup people [note: 'who'] {
  users
  profiles
}
Note sticky { 'only a picture' }
`,
    })
    await project.ok(...imports)
    await project.ok('db', 'migrate', 'up')
    expect(await project.ok(...imports)).toContain('No changes')
    const one = async (sql: string) => (await project.query(sql))[0]
    await project.query("INSERT INTO users (name) VALUES ('Ann')")
    expect(
      await one('SELECT id, feeling, ratio::text, big, active, nothing, quote, created_at IS NOT NULL FROM users'),
    ).toEqual([1, 'not ok', '0.10', '9007199254740993', true, null, "it's", true])
    expect(
      await project.query(
        `SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
         WHERE contype = 'f' AND connamespace <> 'nself'::regnamespace ORDER BY 1, 2`,
      ),
    ).toEqual([
      ['a.parts', 'FOREIGN KEY (a, b) REFERENCES a.periods(a, b) ON DELETE SET NULL'],
      ['profiles', 'FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE'],
      ['users', 'FOREIGN KEY (changed_by) REFERENCES users(id)'],
      ['users', 'FOREIGN KEY (country) REFERENCES countries(code)'],
      ['users_tags', 'FOREIGN KEY (tags_id) REFERENCES tags(id)'],
      ['users_tags', 'FOREIGN KEY (users_id) REFERENCES users(id)'],
    ])
    expect(
      await one(
        "SELECT obj_description('users'::regclass), obj_description('a.b_hash'::regclass), col_description('users'::regclass, 4)",
      ),
    ).toEqual(['from a partial', 'quick', "it's a name"])
  })

  test('what other databases write: types, enums in place, defaults, names of indexes, keys that count', async () => {
    const project = await drawn({
      'schema.dbml': `Table a [headercolor: #175e7a] {
  id uuid [pk, increment]
  kind enum('x y', "it\\'s") [default: 'x y']
  at datetime [default: 'now()']
  on_change timestamp [default: \`CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP\`]
  made datetime2(3) [default: \`GETDATE()\`]
  n int(11) [default: "0"]
  yes bit [default: 1]
  sure boolean [default: 0]
  text nvarchar(max)
  config jsonb [default: \`{"a": [1]}\`]
  flags "set('x','y')"
  share doubleprecision [default: \`'0.5'::doubleprecision\`]
  since timestamp [default: \`now()ATTIMEZONE'utc'::text\`]
  indexes { n [name: 'idx'] }
}
Table b {
  id int [pk, unique, not null]
  a_id uuid
  indexes { id [name: 'idx'] }
}
Ref: b.a_id - a.id
`,
    })
    const { stderr } = await project.nself(...imports)
    expect(stderr).toContain('datetime2(3) is not a type of PostgreSQL: timestamp(3) is used')
    expect(stderr).toContain("the default GETDATE() is not PostgreSQL's: now() is used")
    expect(stderr).toContain('several indexes are called idx: that of b becomes b_idx')
    await project.ok('db', 'migrate', 'up')
    expect(await project.ok(...imports)).toContain('No changes')
    const [row] = await project.query(
      "INSERT INTO a DEFAULT VALUES RETURNING kind, at > now() - interval '1 min', n, yes, sure, config, share",
    )
    expect(row).toEqual(['x y', true, 0, '1', false, { a: [1] }, 0.5])
  })

  test('what well-known extensions bring is used, and the migration makes them', async () => {
    const project = await drawn({
      'schema.dbml': `Table users {
  id uuid [pk, default: \`public.uuid_generate_v4()\`]
  token text [default: \`encode(gen_random_bytes(16), 'hex')\`]
  email citext [unique]
  tags public.hstore
  name text
  made timestamptz
  indexes {
    \`name gin_trgm_ops\` [type: gin, name: 'by_name']
    (\`made desc nulls last\`, \`lower(name) text_pattern_ops\`) [name: 'latest']
  }
}`,
    })
    const created = await project.ok(...imports)
    for (const name of ['citext', 'hstore', 'pg_trgm', 'pgcrypto'])
      expect(created).toMatch(new RegExp(`${name} +\\+ extension\\n`))
    await project.ok('db', 'migrate', 'up')
    await project.query("INSERT INTO users (email, tags) VALUES ('A@x', 'a => 1')")
    expect(await project.query("SELECT id IS NOT NULL, length(token) FROM users WHERE email = 'a@X'")).toEqual([
      [true, 32],
    ])
    expect(await project.ok(...imports)).toContain('No changes')
    const drawing = await project.ok('db', 'schema', 'diagram')
    draw(project, { 'schema.dbml': drawing })
    expect(await project.ok(...imports)).toContain('No changes')
    draw(project, { 'schema.dbml': drawing.replace('DESC NULLS LAST', 'DESC') })
    expect(await project.ok(...imports)).toContain('users  ~ index latest (definition)')
    await project.ok('db', 'migrate', 'down')
    expect(await project.query('SELECT extname FROM pg_extension')).toEqual([['plpgsql']])
  })

  test('a type of an extension that the server does not have is told as such', async () => {
    const project = await drawn({ 'schema.dbml': 'Table a {\n  v vector(3)\n  c constructor\n}\n' })
    const { code, stderr } = await project.nself(...imports)
    expect(code).toBe(2)
    expect(stderr).toContain('it comes with the extension vector, which this server does not have')
    expect(stderr).toContain('schema.dbml:3:3 PostgreSQL has no type constructor, which a.c uses')
  })

  test('a column that draws from a sequence that belongs to none counts, and stays as it is', async () => {
    const sql = "CREATE SEQUENCE ids;\nCREATE TABLE a (id int PRIMARY KEY DEFAULT nextval('ids'), b int);"
    const project = await drawn({}, { '001_a.sql': `-- UP\n${sql}\n` })
    await project.up()
    const drawing = await project.ok('db', 'schema', 'diagram')
    expect(drawing).toContain('id integer [pk, increment]')
    draw(project, { 'schema.dbml': drawing })
    expect(await project.ok(...imports)).toContain('No changes')
    const other = await drawn({ 'schema.dbml': drawing })
    await other.ok(...imports)
    await other.ok('db', 'migrate', 'up')
    expect(await other.query('INSERT INTO a (b) VALUES (7) RETURNING id')).toEqual([[1]])
  })

  test('what a diagram can say only in comments stays', async () => {
    const sql = 'CREATE TABLE none ();\nCREATE TABLE a (b text, c text, UNIQUE (b, c) DEFERRABLE);'
    const project = await drawn({}, { '001_a.sql': `-- UP\n${sql}\n` })
    await project.up()
    draw(project, { 'schema.dbml': await project.ok('db', 'schema', 'diagram') })
    expect(await project.ok(...imports)).toContain('No changes')
  })

  test('an operator class of another schema is said and read', async () => {
    const sql = `CREATE SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE TABLE a (b text); CREATE INDEX by_b ON a USING gin (b ext.gin_trgm_ops);`
    const project = await drawn({}, { '001_a.sql': `-- UP\n${sql}\n` })
    await project.up()
    const drawing = await project.ok('db', 'schema', 'diagram')
    expect(drawing).toContain('`"b" ext.gin_trgm_ops`')
    draw(project, { 'schema.dbml': drawing })
    expect(await project.ok(...imports)).toContain('No changes')
  })

  test('records become a seed, in the order of the references', async () => {
    const project = await drawn({
      'schema.dbml': `Table posts {
  id int [pk, increment]
  user_id int [ref: > users.id]
  title text
}
Table users {
  id int [pk, increment]
  name text
}
Records posts(id, user_id, title) {
  1, 7, 'it\\'s'
}
Records users(id, name) {
  7, 'Ann'
  8, null
}
`,
    })
    expect(await project.ok(...imports)).toContain('Seed written: nself/seeds/')
    expect(await project.ok('db', 'schema', 'apply', 'schema.dbml')).toContain('No changes')
    expect(await project.query('SELECT u.name, p.title FROM posts p JOIN users u ON u.id = user_id')).toEqual([
      ['Ann', "it's"],
    ])
    expect(await project.query("INSERT INTO users (name) VALUES ('new') RETURNING id")).toEqual([[9]])
    const again = JSON.parse(await project.ok('db', 'schema', 'apply', 'schema.dbml', '--json'))
    expect(again).toMatchObject({ ok: true, result: { import: { files: [], seed: null } } })
  })
})

describe('a design that cannot be', () => {
  test.each([
    ['a syntax error', 'Table a {\n  id int [pk\n}\n', 'schema.dbml:3:1', ''],
    ['a type nobody knows', 'Table a {\n  id strange\n}\n', 'schema.dbml:2:3', 'has no type strange, which a.id uses'],
    ['a column that is not there', 'Table a {\n  id int\n  b int [ref: > a.c]\n}\n', 'schema.dbml:3:', 'c'],
    [
      'a reference without a key',
      'Table a {\n  id int\n  b int [ref: > a.id]\n}\n',
      'schema.dbml:3:',
      'needs a primary key',
    ],
    ['two tables of one name', 'Table a {\n  id int\n}\nTable a {\n  id int\n}\n', 'schema.dbml:4:', 'a'],
    [
      'a default of another type',
      "Table a {\n  id int\n  b int [default: 'x']\n}\n",
      'schema.dbml:3:',
      'invalid input',
    ],
    [
      'an expression that is none',
      'Table a {\n  id int\n  b int [default: `1 +`]\n}\n',
      'schema.dbml:3:',
      'syntax error',
    ],
    [
      'a check of another column',
      'Table a {\n  id int\n  checks { `b > 1` }\n}\n',
      'schema.dbml:3:',
      '"b" does not exist',
    ],
    ['SQL', 'CREATE TABLE a (\n  id int\n);\n', 'schema.dbml:1:', 'this is SQL, not DBML'],
    [
      'a key in the words of SQL',
      'Table a {\n  id int\n  PRIMARY KEY (id)\n}\n',
      'schema.dbml:3:3',
      'this line is SQL',
    ],
    ['nothing', '', '', 'has no table'],
    [
      'a file that is not there to import',
      "use { table b } from './b'\nTable a {\n  id int\n}\n",
      'schema.dbml:1:',
      'b',
    ],
  ])('%s is told with its place, and nothing is written', async (_, text, place, message) => {
    const project = await drawn({ 'schema.dbml': text })
    const { code, stderr, stdout } = await project.nself(...imports)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(place)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(migrationsOf(project)).toEqual([])
  })

  test('an index on text needs an operator class', async () => {
    const project = await drawn({ 'schema.dbml': 'Table a {\n  t text\n  indexes { t [type: gin] }\n}\n' })
    const { code, stderr } = await project.nself(...imports)
    expect(code).toBe(2)
    expect(stderr).toContain('schema.dbml:3:13')
    expect(stderr).toContain(
      'Next: write the index with an operator class, in backticks: `name gin_trgm_ops` [type: gin]',
    )
  })

  test('several faults are told at once', async () => {
    const text = 'Table a {\n  id strange\n  b int\n}\nTable c {\n  id stranger [pk]\n}\n'
    const project = await drawn({ 'schema.dbml': text })
    const { stderr } = await project.nself(...imports)
    expect(stderr).toContain('Also:\n  schema.dbml:6:3 PostgreSQL has no type stranger')
    const { error } = JSON.parse((await project.nself(...imports, '--json')).stdout)
    expect(error).toMatchObject({ code: 'invalid-design', location: { line: 2 }, report: { faults: [{}, {}] } })
  })
})

test('what is written is what a careful person would write, and rows pass through it', async () => {
  const before = `-- UP
CREATE TYPE status AS ENUM ('draft', 'done');
CREATE TABLE users (id int PRIMARY KEY, name text, at timestamp, n int, s status NOT NULL DEFAULT 'draft');
CREATE TABLE old (id int PRIMARY KEY); CREATE TABLE older (id int PRIMARY KEY, old_id int REFERENCES old, user_id int REFERENCES users);
CREATE TABLE round (id int PRIMARY KEY, a int); CREATE TABLE trip (id int PRIMARY KEY, b int REFERENCES round);
ALTER TABLE round ADD CONSTRAINT closed FOREIGN KEY (a) REFERENCES trip;
INSERT INTO users (id, name, at, n) VALUES (1, 'Ann', '2026-01-01 10:00', 5);
`
  const after = `
Enum status {
  draft
  done
}
Table zebra {
  id int [pk]
  apple_id int [ref: > apple.id]
  s status [not null, default: 'draft']
}
Table apple {
  id int [pk]
}
Table users {
  id int [pk]
  name varchar(80) [not null, default: 'anon']
  at timestamptz
  n bigint [not null, default: 0]
  s status [not null, default: 'done']
  email text
}
`
  const project = await drawn({ 'schema.dbml': after }, { '001_a.sql': before })
  await project.ok(...imports, '--allow-drops', '--name', 'change')
  const [up = '', down = ''] = readFileSync(join(project.root, 'nself/migrations/002_change.sql'), 'utf8').split(
    '-- DOWN',
  )
  const dropped = [...up.matchAll(/DROP (?:TABLE|CONSTRAINT) (\S+);/g)].map(([, name]) => name)
  expect(dropped).toEqual([
    expect.stringMatching(/closed|trip_b_fkey/),
    'public.older',
    'public.old',
    ...dropped.slice(-2),
  ])
  const [, alter] = /(ALTER TABLE public\.users[^;]*;)/.exec(up) ?? []
  expect(alter).toBe(`ALTER TABLE public.users
  ADD COLUMN email text,
  ALTER COLUMN at TYPE timestamptz USING at AT TIME ZONE '${/AT TIME ZONE '(.*)'/.exec(up)?.[1]}',
  ALTER COLUMN name TYPE varchar(80),
  ALTER COLUMN name SET DEFAULT 'anon',
  ALTER COLUMN name SET NOT NULL,
  ALTER COLUMN n TYPE bigint USING n::bigint,
  ALTER COLUMN n SET DEFAULT 0,
  ALTER COLUMN n SET NOT NULL,
  ALTER COLUMN s SET DEFAULT 'done';`)
  expect(up.match(/Rewrites the whole table/g)).toHaveLength(1)
  expect(up).toMatch(/s +public\.status NOT NULL DEFAULT 'draft',/)
  expect(up.indexOf('TABLE public.zebra')).toBeLessThan(up.indexOf('TABLE public.apple'))
  expect(down).not.toContain('DROP CONSTRAINT')
  await project.ok('db', 'migrate', 'up', '--yes')
  expect(await project.query('SELECT name, n FROM users')).toEqual([['Ann', '5']])
})

test('what is made again keeps its exact rights, whatever default privileges would add to them', async () => {
  const design = (length: number) => `Table t {\n  id int [pk]\n  a varchar(${length})\n}\n`
  const project = await drawn({ 'schema.dbml': design(20) }, { '001_t.sql': '-- UP\n' })
  const names = ['holder', 'lender', 'added'].map((name) => `${name}_of_views`)
  const [holder = '', lender = '', added = ''] = names
  await project.query(names.map((name) => `CREATE ROLE ${name}`).join('; '))
  writeFileSync(
    join(project.root, 'nself/migrations/001_t.sql'),
    `-- UP
CREATE TABLE t (id int PRIMARY KEY, a varchar(10));
CREATE VIEW v AS SELECT id, a FROM t;
CREATE FUNCTION fv(r v) RETURNS text LANGUAGE sql AS 'SELECT ($1).a';
CREATE MATERIALIZED VIEW mv AS SELECT a FROM t;
REVOKE EXECUTE ON FUNCTION fv FROM PUBLIC; GRANT EXECUTE ON FUNCTION fv TO ${lender} WITH GRANT OPTION;
ALTER FUNCTION fv OWNER TO ${holder}; ALTER VIEW v OWNER TO ${holder}; ALTER MATERIALIZED VIEW mv OWNER TO ${holder};
GRANT SELECT ON v TO ${lender} WITH GRANT OPTION; GRANT SELECT (id) ON v TO ${added}; REVOKE ALL ON v FROM ${holder};
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO ${added} WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${holder};
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO ${added}, ${holder} WITH GRANT OPTION;
-- DOWN
DROP TABLE t CASCADE;
`,
  )
  await project.up()
  const rights = () =>
    project.query(`SELECT relname, relowner::regrole::text, COALESCE(relacl, acldefault('r', relowner))::text FROM pg_class WHERE relname IN ('t', 'v', 'mv')
      UNION ALL SELECT attname, NULL, attacl::text FROM pg_attribute WHERE attrelid = 'v'::regclass AND attacl IS NOT NULL
      UNION ALL SELECT proname, proowner::regrole::text, proacl::text FROM pg_proc WHERE proname = 'fv' ORDER BY 1, 2`)
  const before = await rights()
  expect(await project.ok(...imports, '--name', 'widen')).toContain('Proven on a scratch database')
  await project.ok('db', 'migrate', 'up')
  expect(await rights()).toEqual(before)
  await project.ok('db', 'migrate', 'down')
  expect(await rights()).toEqual(before)
})

test('a text with a collation keeps its values where it becomes a number, and gets them and the collation back', async () => {
  const project = await drawn(
    { 'schema.dbml': 'Table things {\n  id int [pk]\n  size int\n}\n' },
    {
      '001_a.sql':
        '-- UP\nCREATE TABLE things (id int PRIMARY KEY, size text COLLATE "C");\n-- DOWN\nDROP TABLE things;\n',
    },
  )
  await project.up()
  await project.query("INSERT INTO things VALUES (1, '7')")
  await project.ok('db', 'run', '--allow-drops')
  await project.ok('up')
  expect(await project.query('SELECT size FROM things')).toEqual([[7]])
  await project.ok('down')
  const collation = `(SELECT collation_name::text FROM information_schema.columns WHERE table_name = 'things' AND column_name = 'size')`
  expect(await project.query(`SELECT size, ${collation} FROM things`)).toEqual([['7', 'C']])
})

test('an index and a check under another name are renamed, for which nobody is asked and nothing is built', async () => {
  const named = (index: string, check: string) =>
    `Table t {\n  a int\n  indexes { a [name: '${index}'] }\n  checks { \`a > 0\` [name: '${check}'] }\n}\n`
  const project = await drawn({ 'schema.dbml': named('t_a', 'above') })
  await project.nself(...imports)
  draw(project, { 'schema.dbml': named('by_a', 'positive') })
  const { code, stdout } = await project.nself(...imports)
  expect(code).toBe(0)
  expect(stdout).toMatch(/index t_a +~ → by_a/)
  expect(stdout).toMatch(/constraint t\.above +~ → t\.positive/)
  const [, second = ''] = migrationsOf(project)
  const text = readFileSync(join(project.root, 'nself', 'migrations', second), 'utf8')
  expect(text).toContain('ALTER INDEX public.t_a RENAME TO by_a')
  expect(text).not.toMatch(/^\s*(?:CREATE|DROP|ADD|ALTER TABLE .* (?:ADD|DROP))\b/m)
})

describe('consent', () => {
  test('is asked for values that a new type costs, which the screen names', async () => {
    const table = (type: string) => `Table t {\n  id int [pk]\n  price ${type}\n}\n`
    const sql = '-- UP\nCREATE TABLE t (id int PRIMARY KEY, price numeric(12,4));\n'
    const project = await drawn({ 'schema.dbml': table('numeric(10,2)') }, { '001_a.sql': sql })
    const { code, stderr } = await project.nself(...imports)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('values of t.price (numeric(12,4) to numeric(10,2): values are rounded)')
    expect(migrationsOf(project)).toEqual(['001_a.sql'])
    expect(await project.ok(...imports, '--allow-drops')).toContain('Values are rounded')
  })

  test('is asked for before what cannot be proven without it', async () => {
    const sql = "-- UP\nCREATE TABLE t (id int PRIMARY KEY, name text NOT NULL);\nINSERT INTO t VALUES (1, 'a');\n"
    const design = 'Table t {\n  id int [pk]\n  full_name text [not null]\n}\n'
    const project = await drawn({ 'schema.dbml': design }, { '001_a.sql': sql })
    const { code, stderr } = await project.nself(...imports)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('--rename t.name=full_name')
  })

  const before = {
    '001_a.sql':
      '-- UP\nCREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);\nCREATE VIEW v AS SELECT name FROM users;\n',
  }
  const renamed = 'Table users {\n  id int [pk]\n  full_name text\n}\n'

  test('what is dropped is listed, and nothing is written without a word', async () => {
    const project = await drawn({ 'schema.dbml': renamed }, before)
    const { code, stderr } = await project.nself(...imports)
    expect(code).toBe(3)
    expect(stderr).toContain('column users.name, view v')
    expect(stderr).toContain('--rename users.name=full_name')
    expect(migrationsOf(project)).toEqual(['001_a.sql'])
    const unknown = await project.nself(...imports, '--rename', 'users.name=nothing')
    expect(unknown.code, unknown.stderr).toBe(2)
    expect(unknown.stderr).toContain('the design has no column users.nothing')
    const { result } = JSON.parse(await project.ok(...imports, '--allow-drops', '--json'))
    expect(result.files).toEqual(['nself/migrations/002_change_users.sql'])
    const [up, down] = readFileSync(join(project.root, result.files[0]), 'utf8').split('-- DOWN')
    expect(up).toContain('-- ! name: all values of this column are lost.')
    expect(down).toContain('-- ! name: fails if the table has rows: they would have no value here')
  })

  test('at a terminal a rename is asked for, and then nothing is dropped', async () => {
    const project = await drawn({ 'schema.dbml': renamed }, before)
    await project.up()
    await project.query("INSERT INTO users VALUES (1, 'Ann')")
    const terminal = project.atTerminal('db', 'run')
    await terminal.shows('users.name is gone and users.full_name is new:')
    await terminal.shows('it was renamed, keep its data (--rename users.name=full_name)')
    terminal.type(keys.enter)
    const { code, screen } = await terminal.finished
    expect(code, screen).toBe(0)
    await project.ok('db', 'migrate', 'up')
    expect(await project.query('SELECT full_name, (SELECT count(*)::int FROM v) FROM users')).toEqual([['Ann', 1]])
  })

  test('what can be chosen ends its lines at words in a narrow terminal', async () => {
    const project = await drawn({ 'schema.dbml': renamed }, before)
    const terminal = startAtTerminal(project.root, ['db', 'run'], { DATABASE_URL: project.url, COLUMNS: '60' })
    await terminal.shows('it was renamed, keep its data (--rename\r\n    users.name=full_name)')
    terminal.type(keys.ctrlC)
    expect((await terminal.finished).code).toBe(130)
  })

  test('a terminal is asked what rows become that hold a value which goes from an enum', async () => {
    const project = await drawn(
      { 'schema.dbml': 'Enum mood {\n  new\n  paid\n}\nTable orders {\n  id int [pk]\n  mood mood\n}\n' },
      {
        '001_a.sql':
          "CREATE TYPE mood AS ENUM ('new', 'gone', 'paid');\nCREATE TABLE orders (id int PRIMARY KEY, mood mood);\n",
      },
    )
    await project.up()
    await project.query("INSERT INTO orders VALUES (1, 'gone')")
    const terminal = project.atTerminal('db', 'run')
    await terminal.shows('mood.gone goes; rows of orders.mood that hold it:')
    await terminal.shows('they become new (--becomes mood.gone=new)')
    terminal.type(`${keys.down}${keys.down}${keys.enter}`)
    const { code, screen } = await terminal.finished
    expect(code, screen).toBe(0)
    await project.ok('db', 'migrate', 'up')
    expect(await project.query('SELECT mood::text FROM orders')).toEqual([['paid']])
  })

  test('an enum loses the value that was a default, and gets it back', async () => {
    const project = await drawn(
      { 'schema.dbml': "Enum mood {\n  new\n}\nTable t {\n  id int [pk]\n  mood mood [default: 'new']\n}\n" },
      {
        '001_a.sql':
          "CREATE TYPE mood AS ENUM ('new', 'gone');\nCREATE TABLE t (id int PRIMARY KEY, mood mood DEFAULT 'gone');\n",
      },
    )
    await project.up()
    await project.query('INSERT INTO t VALUES (1)')
    await project.ok('db', 'run', '--becomes', 'mood.gone=new')
    await project.ok('up')
    expect(await project.query('INSERT INTO t VALUES (2) RETURNING mood::text')).toEqual([['new']])
    await project.ok('down')
    expect(await project.query('INSERT INTO t VALUES (3) RETURNING mood::text')).toEqual([['gone']])
  })

  test('a rename that is declined is a drop, which is asked for', async () => {
    const project = await drawn({ 'schema.dbml': renamed }, before)
    const terminal = project.atTerminal('db', 'run')
    await terminal.shows('they are two columns, drop the old')
    terminal.type(`${keys.down}${keys.enter}`)
    await terminal.shows('Write a migration that drops users.name and its values?')
    terminal.type(keys.enter)
    expect((await terminal.finished).code).toBe(3)
    expect(migrationsOf(project)).toEqual(['001_a.sql'])
  })

  test.each([
    [['db', 'run'], 'note uuid', ['? Write a migration that drops users.note and its values? (y/N)']],
    [
      imports,
      'a int, b date, c uuid, d bytea',
      [
        'The design drops:',
        ...['a', 'b', 'c', 'd'].map((name) => `  users.${name} and its values`),
        '? Write a migration that drops these? (y/N)',
      ],
    ],
  ] as const)(
    'at a terminal all changes stand above the question about drops, and only there: %s',
    async (args, columns, asked) => {
      const design = 'Table users {\n  id int [pk]\n  nickname text\n}\nTable coupons {\n  id int [pk]\n}\n'
      const sql = `-- UP\nCREATE TABLE users (id int PRIMARY KEY, ${columns});\n`
      const project = await drawn({ 'schema.dbml': design }, { '001_a.sql': sql })
      const terminal = project.atTerminal(...args)
      await terminal.shows('(y/N)')
      const before = stripVTControlCharacters(terminal.received()).split(/\r?\n/)
      terminal.type(`y${keys.enter}`)
      const { code, screen } = await terminal.finished
      expect(code, screen).toBe(0)
      const title = before.findIndex((line) => line.endsWith('✓ Schema changes detected!'))
      const [tables, users = '', ...below] = before.slice(title + 1).map((line) => line.replace(/ › $/, ''))
      expect(tables, screen).toBe('  coupons  + table, 1 column')
      expect(users).toMatch(/^ {2}users {4}(?=.*\+ nickname text)(?=.*- \w+ \w+ {3}its values are lost)/)
      expect(below).toEqual(asked)
      expect(screen.match(/Schema changes detected!/g)).toHaveLength(1)
      expect(screen).toContain('✓ Migration created: nself/migrations/002_')
    },
  )

  test('changes that were read above the question are in the file that the result goes to as well', async () => {
    const sql = '-- UP\nCREATE TABLE users (id int PRIMARY KEY, note uuid);\n'
    const project = await drawn({ 'schema.dbml': 'Table users {\n  id int [pk]\n}\n' }, { '001_a.sql': sql })
    const file = join(project.root, 'result.txt')
    const terminal = startAtTerminal(project.root, ['db', 'run'], { DATABASE_URL: project.url }, file)
    await terminal.shows('  users  - note uuid   its values are lost')
    await terminal.shows('(y/N)')
    terminal.type(`y${keys.enter}`)
    const { code, screen } = await terminal.finished
    expect(code, screen).toBe(0)
    expect(readFileSync(file, 'utf8')).toMatch(/^✓ Schema changes detected!\n {2}users {2}- note uuid/)
  })

  test('renames that cannot be are refused in words', async () => {
    const project = await drawn({ 'schema.dbml': renamed }, before)
    for (const [rename, words] of [
      ['users.nome=full_name', 'the migrations create no such table, column, enum, value of an enum or schema'],
      ['users.name=id', 'already'],
      ['users.name', 'not understood'],
    ] as const) {
      const { code, stderr } = await project.nself(...imports, '--rename', rename)
      expect(code, stderr).toBe(2)
      expect(stderr).toContain(words)
    }
  })
})

test('apply is blocked in production, and the folder of migrations is made where there is none', async () => {
  const project = await drawn({ 'schema.dbml': 'Table a {\n  id int [pk]\n}\n' })
  const { code } = await project.nself('db', 'schema', 'apply', 'schema.dbml', '--env', 'production')
  expect(code).toBe(3)
  mkdirSync(join(project.root, 'nself', 'seeds', 'local'), { recursive: true })
  await project.ok('db', 'schema', 'apply', 'schema.dbml')
  expect(await project.tables()).toEqual(['a'])
})
