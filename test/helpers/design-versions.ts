import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { down } from '../../src/commands/db/migrate/down.ts'
import { up } from '../../src/commands/db/migrate/up.ts'
import { importDesign } from '../../src/commands/shared/import-design.ts'
import type { Server } from '../../src/postgres/driver/server.ts'
import { catalogOf as catalogOfServer } from '../../src/postgres/scratch/read.ts'
import { contextIn } from './context.ts'
import type { Project } from './project.ts'

/** A database with rows, and a design to be imported over it. */
export interface DesignVersion {
  readonly what: string
  /** What the migrations have made. */
  readonly sql: string
  /** Rows, put in once it is applied. */
  readonly rows?: string
  readonly design: string
  readonly renames?: readonly string[]
  /** A query and what it gives after UP. */
  readonly up?: readonly [sql: string, ...rows: unknown[][]]
  /** The same after DOWN. */
  readonly down?: readonly [sql: string, ...rows: unknown[][]]
  /** How many migrations are written. */
  readonly files?: number
}

/** Looks at a database; what it resolves to expects that all is as it was then. */
type Look = () => Promise<() => Promise<void>>

/** Imports the design over the database, goes up, down and up again, and expects that each way leads where it should. */
export async function importOver(project: Project, version: DesignVersion, look: Look): Promise<void> {
  const context = contextIn(project)
  const flags = { dryRun: false, allowOutOfOrder: false, singleTransaction: false, lockWaitMs: 60_000 }
  await up(context, { ...flags, limit: {} })
  if (version.rows !== undefined) await project.query(version.rows)
  const isAsBefore = await look()
  const { files } = await imported(project, version.design, version.renames)
  expect(files).toHaveLength(version.files ?? 1)
  await up(context, { ...flags, limit: {} })
  await holds(project, version.up)
  const isAsAfter = await look()
  expect(await imported(project, version.design)).toMatchObject({ files: [], differences: [] })
  await down(context, { ...flags, limit: { count: files.length } })
  await holds(project, version.down)
  await isAsBefore()
  await up(context, { ...flags, limit: {} })
  await isAsAfter()
}

async function holds(project: Project, [sql, ...rows]: DesignVersion['up'] = ['SELECT', []]): Promise<void> {
  expect(await project.query(sql)).toEqual(rows)
}

function imported(project: Project, design: string, renames: readonly string[] = []) {
  writeFileSync(join(project.root, 'schema.dbml'), design)
  return importDesign(contextIn(project), { file: 'schema.dbml', name: null, allowDrops: true, renames })
}

export function catalogOf(project: Project) {
  return catalogOfServer(contextIn(project).settings.target as Server)
}

const users = 'CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)'
const rows = "INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob')"

export const designVersions: readonly DesignVersion[] = [
  {
    what: 'tables and columns that change their names with each other, and a value of an enum under another name',
    sql: `CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE TABLE old (id int PRIMARY KEY, first text, last text, m mood);
      CREATE TABLE new (id int PRIMARY KEY, note text)`,
    rows: "INSERT INTO old VALUES (1, 'Ann', 'Bell', 'ok'); INSERT INTO new VALUES (2, 'n')",
    renames: ['old=new', 'new=old', 'old.first=last', 'old.last=first', 'mood.ok=fine'],
    design: `Enum mood {
      fine
      bad
    }
    Table new {
      id int [pk]
      last text
      first text
      m mood
    }
    Table old {
      id int [pk]
      note text
    }`,
    up: ['SELECT n.first, n.last, n.m::text, o.note FROM new n, old o', ['Bell', 'Ann', 'fine', 'n']],
    down: ['SELECT o.first, o.last, o.m::text, n.note FROM new n, old o', ['Ann', 'Bell', 'ok', 'n']],
  },
  {
    what: 'renames of a table and of its columns keep rows, keys, indexes and views',
    sql: `${users}; CREATE INDEX by_name ON users (name); CREATE VIEW names AS SELECT name FROM users;
      CREATE TABLE posts (id int PRIMARY KEY, user_id int REFERENCES users)`,
    rows: `${rows}; INSERT INTO posts VALUES (7, 1)`,
    renames: ['users.name=full_name', 'users=people', 'posts.user_id=author_id'],
    design: `Table people {
      id int [pk]
      full_name text [not null]
      indexes { full_name [name: 'by_name'] }
    }
    Table posts {
      id int [pk]
      author_id int [ref: > people.id]
    }`,
    up: [
      'SELECT full_name, author_id, n.name FROM people JOIN posts ON author_id = people.id JOIN names n ON n.name = full_name',
      ['Ann', 1, 'Ann'],
    ],
    down: ['SELECT u.name, user_id FROM users u JOIN posts ON user_id = u.id', ['Ann', 1]],
  },
  {
    what: 'indexes, keys and checks take other names, also those of each other',
    sql: `CREATE TABLE t (id int CONSTRAINT t_id PRIMARY KEY, a text, b text, n int CONSTRAINT positive CHECK (n > 0));
      CREATE INDEX t_x ON t (a); CREATE INDEX t_y ON t (b); CREATE UNIQUE INDEX t_n ON t (n); COMMENT ON INDEX t_x IS 'kept'`,
    rows: "INSERT INTO t VALUES (1, 'a', 'b', 2)",
    design: `Table t {
      id int
      a text
      b text
      n int
      indexes {
        id [pk, name: 'key_of_t']
        a [name: 't_y', note: 'kept']
        b [name: 't_x']
        n [unique, name: 'one_n']
      }
      checks { \`n > 0\` [name: 'above_zero'] }
    }`,
    up: [
      `SELECT pg_get_indexdef('t_y'::regclass) ~ 'btree \\(a\\)', obj_description('t_y'::regclass), to_regclass('one_n')::text,
        (SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype <> 'n') FROM t`,
      [true, 'kept', 'one_n', 'above_zero key_of_t'],
    ],
    down: ["SELECT pg_get_indexdef('t_y'::regclass) ~ 'btree \\(b\\)' FROM t", [true]],
  },
  {
    what: 'types that become others keep what fits',
    sql: `CREATE TABLE t (id int PRIMARY KEY, small smallint DEFAULT 3, price numeric(10,2), code varchar(10), n text DEFAULT '5', at timestamp, ok int DEFAULT 1)`,
    rows: "INSERT INTO t VALUES (1, 2, 9.99, 'abc', '42', '2026-01-02 03:04:05', 1)",
    design: `Table t {
      id bigint [pk]
      small int [default: 3]
      price numeric(12,4)
      code text
      n int [default: 5]
      at timestamptz
      ok int [default: 1]
    }`,
    up: [
      "SELECT id, small, price::text, code, n, at AT TIME ZONE current_setting('TimeZone') = '2026-01-02 03:04:05' FROM t",
      ['1', 2, '9.9900', 'abc', 42, true],
    ],
    down: ['SELECT id, small, price::text, code, n FROM t', [1, 2, '9.99', 'abc', '42']],
  },
  {
    what: 'values of an enum come in the middle, and one is a default at once',
    sql: "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'sad')",
    rows: "INSERT INTO t VALUES (1, 'happy')",
    design: `Enum mood {
      sad
      ok
      happy
      "over the moon"
    }
    Table t {
      id int [pk]
      m mood [not null, default: 'ok']
    }`,
    up: [
      "SELECT m, (SELECT string_agg(v::text, ',') FROM unnest(enum_range(NULL::mood)) v), column_default FROM t, information_schema.columns WHERE table_name = 't' AND column_name = 'm'",
      ['happy', 'sad,ok,happy,over the moon', "'ok'::mood"],
    ],
    files: 2,
  },
  {
    what: 'a value of an enum goes, where no row has it; a function and a view on the enum stay',
    sql: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE TABLE t (id int PRIMARY KEY, m mood DEFAULT 'happy', ms mood[]);
      CREATE VIEW happy AS SELECT id FROM t WHERE m = 'happy'; CREATE INDEX by_mood ON t (m);
      CREATE FUNCTION label(m mood) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT m::text $$`,
    rows: "INSERT INTO t VALUES (1, 'happy', '{sad,happy}')",
    design: `Enum mood {
      happy
      sad
    }
    Table t {
      id int [pk]
      m mood [default: 'happy']
      ms "mood[]"
      indexes { m [name: 'by_mood'] }
    }`,
    up: [
      'SELECT id, m, ms::text, (SELECT count(*) FROM happy), label(m) FROM t',
      [1, 'happy', '{sad,happy}', '1', 'happy'],
    ],
    down: [
      'SELECT id, m, ms::text, (SELECT count(*) FROM happy), label(m) FROM t',
      [1, 'happy', '{sad,happy}', '1', 'happy'],
    ],
  },
  {
    what: 'a table that goes takes its views and its references with it, and its functions stay',
    sql: `${users}; CREATE TABLE logs (id int PRIMARY KEY, user_id int REFERENCES users, at timestamptz DEFAULT now());
      CREATE VIEW last_logs AS SELECT max(at) FROM logs; CREATE VIEW twice AS SELECT * FROM last_logs;
      CREATE FUNCTION logged() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM logs';
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER touched BEFORE UPDATE ON logs FOR EACH ROW EXECUTE FUNCTION touch();
      CREATE TABLE notes (id int PRIMARY KEY, log_id int REFERENCES logs); CREATE STATISTICS st (dependencies) ON id, at FROM logs;
      ALTER TABLE logs ALTER at SET STATISTICS 300; COMMENT ON COLUMN last_logs.max IS 'the last'; GRANT SELECT ON logs, last_logs TO pg_monitor;
      COMMENT ON VIEW twice IS 'again'`,
    rows,
    design: `Table users {
      id int [pk]
      name text [not null]
    }
    Table notes {
      id int [pk]
      log_id int
    }`,
    up: ["SELECT to_regclass('logs'), to_regclass('twice'), (SELECT count(*) FROM users)", [null, null, '2']],
    down: [
      "SELECT (SELECT count(*) FROM twice), (SELECT count(*) FROM users), has_table_privilege('pg_monitor', 'last_logs', 'SELECT')",
      ['1', '2', true],
    ],
  },
  {
    what: 'a column under views gets another type; the views come again, with their rights and comments',
    sql: `${users}; CREATE VIEW names AS SELECT id, name FROM users WHERE name <> ''; CREATE VIEW shout AS SELECT upper(name) AS n FROM names;
      CREATE MATERIALIZED VIEW kept AS SELECT name FROM users; CREATE UNIQUE INDEX kept_name ON kept (name);
      COMMENT ON VIEW names IS 'of users'; COMMENT ON COLUMN names.name IS 'n'; GRANT SELECT ON names TO pg_monitor;
      CREATE FUNCTION ins() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER i INSTEAD OF INSERT ON names FOR EACH ROW EXECUTE FUNCTION ins()`,
    rows: `${rows}; REFRESH MATERIALIZED VIEW kept`,
    design: `Table users {
      id int [pk]
      name varchar(50) [not null]
    }`,
    up: [
      "SELECT (SELECT string_agg(n, ',' ORDER BY n) FROM shout), (SELECT count(*) FROM kept), obj_description('names'::regclass), has_table_privilege('pg_monitor', 'names', 'SELECT')",
      ['ANN,BOB', '2', 'of users', true],
    ],
  },
  {
    what: 'what DBML cannot say of a table stays: triggers, policies, partial indexes, exclusion, generated, storage',
    sql: `CREATE EXTENSION btree_gist; CREATE EXTENSION citext; CREATE DOMAIN positive AS int CHECK (VALUE > 0);
      CREATE TABLE stays (id int GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10) PRIMARY KEY, room int NOT NULL, during tstzrange, guests positive,
        double int GENERATED ALWAYS AS (room * 2) STORED, mail citext COLLATE "C", tags text[], UNIQUE (room) DEFERRABLE INITIALLY DEFERRED,
        EXCLUDE USING gist (room WITH =, during WITH &&), CHECK (room > 0) NOT VALID);
      CREATE INDEX few ON stays (room) WHERE guests > 2; CREATE INDEX covering ON stays (mail) INCLUDE (tags); CREATE INDEX ops ON stays (mail text_pattern_ops);
      CREATE INDEX sorted ON stays (room DESC NULLS LAST);
      ALTER TABLE stays ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, REPLICA IDENTITY FULL; CREATE POLICY p ON stays USING (room > 1);
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER touched BEFORE UPDATE OF room ON stays FOR EACH ROW WHEN (NEW.room > 3) EXECUTE FUNCTION touch();
      ALTER TABLE stays ALTER tags SET STORAGE EXTERNAL, ALTER room SET STATISTICS 500, SET (fillfactor = 70);
      CREATE STATISTICS st ON room, guests FROM stays; CREATE RULE r AS ON DELETE TO stays WHERE OLD.room = 0 DO INSTEAD NOTHING;
      GRANT SELECT (room) ON stays TO pg_monitor`,
    rows: "INSERT INTO stays (room, guests, mail) VALUES (4, 2, 'A@b.c')",
    design: `Table stays {
      id int [pk, increment]
      room int [not null, unique]
      during tstzrange
      guests positive
      double int
      mail citext
      tags "text[]"
      note text
    }`,
    up: [
      "SELECT id, double, note, mail = 'a@B.c', (SELECT count(*) FROM pg_policy), (SELECT count(*) FROM pg_indexes WHERE tablename = 'stays') FROM stays",
      [100, 8, null, true, '1', '7'],
    ],
  },
  {
    what: 'a text that gets a limit, or loses it, keeps its values, its collation and how it is stored',
    sql: `CREATE TABLE texts (id int PRIMARY KEY, code varchar(20) COLLATE "C" DEFAULT 'x', note text COLLATE pg_catalog."POSIX");
      ALTER TABLE texts ALTER note SET STORAGE EXTERNAL; CREATE INDEX by_code ON texts (code)`,
    rows: "INSERT INTO texts VALUES (1, 'b', 'n'), (2, 'B', NULL)",
    design: `Table texts {
      id int [pk]
      code text [default: 'x']
      note varchar(300)
      indexes {
        code [name: 'by_code']
      }
    }`,
    up: ['SELECT code, note FROM texts ORDER BY code', ['B', null], ['b', 'n']],
    down: ['SELECT code, note FROM texts ORDER BY code', ['B', null], ['b', 'n']],
  },
  {
    what: 'a partitioned table gets a column, an index and a key, and its partitions with it',
    sql: `CREATE TABLE events (id int NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
      CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      CREATE TABLE events_rest PARTITION OF events DEFAULT PARTITION BY LIST (kind); CREATE TABLE events_a PARTITION OF events_rest DEFAULT`,
    rows: "INSERT INTO events VALUES (1, '2026-02-03', 'a'), (2, '2025-02-03', 'b')",
    design: `Table events {
      id int [not null]
      at date [not null]
      kind text
      size int [default: 0]
      indexes {
        (id, at)
        size [name: 'by_size']
      }
    }`,
    up: [
      "SELECT sum(size)::int, (SELECT count(*) FROM pg_indexes WHERE tablename ^@ 'events')::int FROM events",
      [0, 8],
    ],
    down: ['SELECT sum(id)::int FROM events', [3]],
  },
  {
    what: 'a view that is made again for a change of type keeps owner and rights, those of columns too',
    sql: `DO $$ BEGIN CREATE ROLE view_owner; CREATE ROLE view_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      CREATE TABLE t (id int PRIMARY KEY, a varchar(10)); CREATE VIEW v AS SELECT id, a FROM t;
      GRANT SELECT ON v TO view_reader WITH GRANT OPTION; GRANT UPDATE (id) ON v TO view_reader; ALTER VIEW v OWNER TO view_owner;
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC`,
    design: `Table t {
      id int [pk]
      a varchar(20)
    }`,
    up: [
      // PostgreSQL 17 and later have one right more, MAINTAIN.
      `SELECT relowner::regrole::text, replace(relacl::text, 'xtm/', 'xt/'), attacl::text FROM pg_class JOIN pg_attribute ON attrelid = oid
       WHERE relname = 'v' AND attname = 'id'`,
      ['view_owner', '{view_owner=arwdDxt/view_owner,view_reader=r*/view_owner}', '{view_reader=w/view_owner}'],
    ],
  },
  {
    what: 'serial and identity are both increment, and stay what they are; one comes to a column with rows',
    sql: 'CREATE TABLE a (id serial PRIMARY KEY, x int); CREATE TABLE b (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, x int); CREATE TABLE c (id int PRIMARY KEY, x int)',
    rows: 'INSERT INTO a (x) VALUES (1), (2); INSERT INTO b (x) VALUES (1); INSERT INTO c VALUES (5, 1)',
    design: `Table a {
      id int [pk, increment]
      x int
      y int
    }
    Table b {
      id bigint [pk, increment]
      x int
      y int
    }
    Table c {
      id int [pk, increment]
      x int
    }`,
    up: ["INSERT INTO a (x) VALUES (3) RETURNING id, pg_get_serial_sequence('c', 'id')", [3, 'public.c_id_seq']],
  },
  {
    what: 'keys that count become bigint, and what they draw from with them',
    sql: 'CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY (START 7) PRIMARY KEY)',
    rows: 'INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES',
    design: `Table a {
      id bigint [pk, increment]
    }
    Table b {
      id bigint [pk, increment]
    }`,
    up: [
      `SELECT seqtypid::regtype::text, seqmax::text, nextval(seqrelid::regclass)::int FROM pg_sequence WHERE seqrelid IN ('a_id_seq'::regclass, 'b_id_seq'::regclass) ORDER BY seqrelid::regclass::text`,
      ['bigint', '9223372036854775807', 2],
      ['bigint', '9223372036854775807', 8],
    ],
    down: [
      `SELECT seqtypid::regtype::text FROM pg_sequence WHERE seqrelid IN ('a_id_seq'::regclass, 'b_id_seq'::regclass)`,
      ['integer'],
      ['integer'],
    ],
  },
  {
    what: 'increment goes from a serial and from an identity column',
    sql: 'CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)',
    rows: 'INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES',
    design: `Table a {
      id int [pk]
    }
    Table b {
      id int [pk]
    }`,
    up: [
      "SELECT pg_get_serial_sequence('a', 'id'), pg_get_serial_sequence('b', 'id'), (SELECT count(*)::int FROM a)",
      [null, null, 1],
    ],
    down: ['SELECT count(*)::int FROM a', [1]],
  },
  {
    what: 'composite keys and references change',
    sql: `CREATE TABLE m (a int, b int, c int, PRIMARY KEY (a, b)); CREATE TABLE p (a int, b int, FOREIGN KEY (a, b) REFERENCES m)`,
    rows: 'INSERT INTO m VALUES (1, 2, 3); INSERT INTO p VALUES (1, 2)',
    design: `Table m {
      a int
      b int
      c int [not null]
      indexes { (a, b, c) [pk]
        (b, a) [unique] }
    }
    Table p {
      a int
      b int
    }
    Ref: p.(b, a) > m.(b, a) [delete: cascade, update: set null]`,
    up: [
      "SELECT string_agg(pg_get_constraintdef(oid), '; ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'p'::regclass",
      ['FOREIGN KEY (b, a) REFERENCES m(b, a) ON UPDATE SET NULL ON DELETE CASCADE'],
    ],
  },
  {
    what: 'names that need quotes, and those of markers and of words of SQL',
    sql: 'CREATE TABLE "up" (id int PRIMARY KEY); CREATE TABLE "Odd ""name" ("select" int, "Ü ß" text)',
    rows: `INSERT INTO "up" VALUES (1); INSERT INTO "Odd ""name" VALUES (1, 'x')`,
    design: `Table "up" {
      id int [pk, note: '''
        first
        -- DOWN
        DROP TABLE x; -- UP
      ''']
      "-- DOWN" text [default: '-- DOWN']
    }
    Table down {
      "order" int [pk]
      "user" text [note: 'it\\'s']
    }
    Table "Odd \\"name" {
      "select" int [unique]
      "Ü ß" text
      "a.b" text
    }`,
    up: [`SELECT "-- DOWN", (SELECT "select" FROM "Odd ""name") FROM "up"`, ['-- DOWN', 1]],
    down: ['SELECT "Ü ß" FROM "Odd ""name"', ['x']],
  },
  {
    what: 'very long names of tables, columns, indexes and references',
    sql: `CREATE TABLE ${'t'.repeat(60)} (id int PRIMARY KEY)`,
    design: `Table ${'t'.repeat(60)} {
      id int [pk]
      ${'c'.repeat(63)} int
      indexes { ${'c'.repeat(63)}
        (id, ${'c'.repeat(63)}) [unique] }
    }
    Table ${'u'.repeat(63)} {
      ${'t'.repeat(62)}_ int [ref: > ${'t'.repeat(60)}.id, not null, unique]
      v int [ref: > ${'t'.repeat(60)}.id]
    }`,
  },
  {
    what: 'a table goes to another schema',
    sql: `${users}; CREATE SCHEMA app`,
    rows,
    design: `Table app.users {
      id int [pk]
      name text [not null]
    }`,
    up: ["SELECT to_regclass('public.users'), to_regclass('app.users')::text", [null, 'app.users']],
  },
  {
    what: 'the order of columns is no difference, new ones come last',
    sql: users,
    rows,
    design: `Table users {
      email text
      name text [not null]
      id int [pk]
    }`,
    up: ['SELECT * FROM users ORDER BY id LIMIT 1', [1, 'Ann', null]],
  },
  {
    what: 'comments come, change and go',
    sql: `${users}; COMMENT ON TABLE users IS 'old'; COMMENT ON COLUMN users.id IS 'gone'; CREATE INDEX by_name ON users (name); COMMENT ON CONSTRAINT users_pkey ON users IS 'stays'`,
    design: `Table users [note: 'it\\'s new'] {
      id int [pk]
      name text [not null, note: '''two
        lines''']
      indexes { name [name: 'by_name', note: 'fast'] }
    }`,
    up: [
      "SELECT obj_description('users'::regclass), col_description('users'::regclass, 1), obj_description('by_name'::regclass)",
      ["it's new", null, 'fast'],
    ],
  },
  {
    what: 'NOT NULL with a default for the rows that are there, checks, and unique that becomes an index',
    sql: `CREATE TABLE t (id int PRIMARY KEY, a int, b text UNIQUE, c varchar(5) CHECK (c IN ('x', 'y')), d int CHECK (d > 0))`,
    rows: "INSERT INTO t VALUES (1, 1, 'b', 'x', 1)",
    design: `Table t {
      id int [pk]
      a int [not null]
      b text
      c varchar(5)
      d int
      e int [not null, default: 7]
      checks {
        \`c IN ('x', 'y')\` [name: 'c_known']
        \`d > 1 OR e > 0\`
      }
      indexes {
        b [unique]
        \`lower(b)\` [name: 'lower_b']
        (c, \`d + 1\`) [type: btree]
        d [type: hash]
      }
    }`,
    up: ['SELECT e FROM t', [7]],
  },
  {
    what: 'inheritance, unlogged tables and others that DBML has no words for',
    sql: 'CREATE TABLE base (id int PRIMARY KEY, x int); CREATE TABLE child (y int) INHERITS (base); CREATE UNLOGGED TABLE fast (id int)',
    rows: 'INSERT INTO child VALUES (1, 2, 3)',
    design: `Table base {
      id int [pk]
      x bigint
      z int
    }
    Table child {
      id int [not null]
      x bigint
      y int
      z int
    }
    Table fast {
      id int
      b int
    }`,
    up: ['SELECT id, x, z FROM base', [1, '2', null]],
  },
  {
    what: 'a domain and a type of an extension come to a column, defaults call functions',
    sql: `CREATE EXTENSION citext; CREATE DOMAIN email AS citext CHECK (VALUE ~ '@'); CREATE SCHEMA app; CREATE FUNCTION app.code() RETURNS text LANGUAGE sql AS $$ SELECT 'c' $$;
      CREATE TABLE t (id int PRIMARY KEY, mail text)`,
    rows: "INSERT INTO t VALUES (1, 'a@b')",
    design: `Table t {
      id int [pk]
      mail email
      alias citext
      code text [default: \`app.code()\`]
      at timestamptz [default: 'now()']
    }`,
    up: ["INSERT INTO t (id) VALUES (2) RETURNING code, at > '2020-01-01'", ['c', true]],
  },
  {
    what: 'references between tables that need each other, to be made and dropped again',
    sql: 'CREATE TABLE z (id int PRIMARY KEY)',
    design: `Table a {
      id int [pk]
      b int [ref: > b.id]
    }
    Table b {
      id int [pk]
      a int [ref: > a.id]
      self int [ref: > b.id]
    }
    Table app.c {
      id int [pk]
    }
    Ref: app.c.id <> a.id
    Ref one: a.id - z.id
    Table z {
      id int [pk]
    }`,
    up: ["SELECT count(*)::int FROM pg_constraint WHERE contype = 'f'", [6]],
  },
  {
    what: 'what reads a column that gets another type comes again: partial index, check, generated column, policy, trigger, rule',
    sql: `CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, n int, upper text GENERATED ALWAYS AS (upper(name)) STORED, CONSTRAINT named CHECK (name <> '') NOT VALID);
      CREATE INDEX part ON t (n) WHERE name <> 'x'; CREATE UNIQUE INDEX low ON t (lower(name)); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
      CREATE POLICY p ON t USING (name <> 'secret'); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER g BEFORE UPDATE OF name ON t FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION f();
      CREATE RULE r AS ON DELETE TO t WHERE OLD.name = 'keep' DO INSTEAD NOTHING; CREATE STATISTICS s (dependencies) ON name, n FROM t;
      CREATE VIEW v AS SELECT name || '!' AS loud FROM t`,
    rows: "INSERT INTO t VALUES (1, 'Ann', 2)",
    design: `Table t {
      id int [pk]
      name varchar(20) [not null]
      n bigint
      upper text
      indexes { \`lower(name)\` [unique, name: 'low'] }
    }`,
    up: [
      "SELECT upper, n, (SELECT loud FROM v), (SELECT count(*)::int FROM pg_policy), (SELECT count(*)::int FROM pg_indexes WHERE tablename = 't') FROM t",
      ['ANN', '2', 'Ann!', 1, 3],
    ],
    down: ['SELECT upper, n, (SELECT loud FROM v) FROM t', ['ANN', 2, 'Ann!']],
  },
  {
    what: 'columns go from under views, indexes, keys, references and a generated column',
    sql: `CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int GENERATED ALWAYS AS (b * 2) STORED, UNIQUE (a, b)); CREATE INDEX i ON t (b);
      CREATE VIEW v AS SELECT id, b FROM t; CREATE VIEW w AS SELECT id FROM t; CREATE TABLE r (a int, b int, FOREIGN KEY (a, b) REFERENCES t (a, b))`,
    rows: 'INSERT INTO t VALUES (1, 2, 3); INSERT INTO r VALUES (2, NULL)',
    design: `Table t {
      id int [pk]
      a int
    }
    Table r {
      a int
      b int
    }`,
    up: ["SELECT a, to_regclass('v'), (SELECT id FROM w) FROM t", [2, null, 1]],
    down: ['SELECT a, b, c FROM t', [2, null, null]],
  },
  {
    what: 'a rename, another type, another default and NOT NULL of one column in one step',
    sql: `CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY, name varchar(10) DEFAULT 'x'); CREATE INDEX n ON app.users (name)`,
    rows: "INSERT INTO app.users VALUES (1, 'Ann')",
    renames: ['app.users.name=full', 'app.users=people'],
    design: `Table app.people {
      id bigint [pk]
      full text [not null, default: 'y']
      indexes { full [unique] }
    }`,
    up: ['SELECT id, "full" FROM app.people', ['1', 'Ann']],
    down: ['SELECT id, name FROM app.users', [1, 'Ann']],
  },
  {
    what: 'an enum and the only column of it go, a schema is left',
    sql: "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('a'); CREATE TABLE app.t (id int PRIMARY KEY, m app.mood); CREATE TYPE used AS ENUM ('x'); CREATE FUNCTION f(u used) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    rows: "INSERT INTO app.t VALUES (1, 'a')",
    design: `Table app.t {
      id int [pk]
      m text
    }`,
    up: ["SELECT m, to_regtype('app.mood'), to_regtype('used')::text FROM app.t", ['a', null, 'used']],
    down: ['SELECT m FROM app.t', ['a']],
  },
]
