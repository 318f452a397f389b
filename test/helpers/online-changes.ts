import type { OnlineChange } from './online.ts'

const tables = `CREATE TABLE teams (id bigint PRIMARY KEY, name text);
CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer, team bigint)`
const people =
  "INSERT INTO teams VALUES (1, 'a'); INSERT INTO users SELECT i, 'e' || i, i, 1 FROM generate_series(1, 50) i"
const counted: OnlineChange['kept'] = ['SELECT count(*)::int, sum(age)::int FROM users', [50, 1275]]

const partitioned = `CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE events (id bigint NOT NULL, day date NOT NULL, kind text, who bigint) PARTITION BY RANGE (day);
CREATE TABLE events_a PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE events_b PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01') PARTITION BY LIST (kind);
CREATE TABLE events_b_x PARTITION OF events_b FOR VALUES IN ('x');
CREATE TABLE visits (id bigint PRIMARY KEY, event bigint, day date, kind text)`
const partitionedRows = `INSERT INTO users VALUES (1);
INSERT INTO events SELECT i, date '2026-12-01' + i, 'x', 1 FROM generate_series(1, 80) i;
INSERT INTO visits SELECT id, id, day, kind FROM events`

/** Changes that need no row to be written anew. */
export const quickChanges: readonly OnlineChange[] = [
  {
    what: 'NOT NULL, CHECK, UNIQUE, a reference, a constant default, an index that comes, one that goes, one that changes',
    sql: `${tables}; CREATE INDEX users_age ON users (age); CREATE INDEX users_by ON users (age)`,
    rows: people,
    kept: counted,
    design: `
Table users {
  id bigint [pk]
  email text [not null, unique]
  age integer
  team bigint [ref: > teams.id]
  kind text [not null, default: 'a']
  indexes {
    team [name: 'users_team']
    (age, email) [name: 'users_by']
  }
  checks {
    \`age > 0\` [name: 'users_age_check']
  }
}
Table teams {
  id bigint [pk]
  name text
}`,
    steps: ['add', 'check', 'validate', 'index', 'contract drop_indexes'],
  },
  {
    what: 'a key of columns that may be empty, and references to it',
    sql: `${tables}; ALTER TABLE teams DROP CONSTRAINT teams_pkey, ALTER id DROP NOT NULL; CREATE TABLE gone (id bigint PRIMARY KEY, who bigint REFERENCES users)`,
    rows: people,
    kept: counted,
    design: `
Table users {
  id bigint [pk]
  email text
  age integer
  team bigint [ref: > teams.id]
}
Table teams {
  id bigint [pk]
  name text
}
Table fresh {
  id bigint [pk]
  team bigint [ref: > teams.id]
}`,
    steps: ['add', 'check', 'validate', 'index', 'reference', 'validate_references', 'contract drop'],
  },
  {
    what: 'columns that go and come, and constraints that go',
    sql: `${tables}; ALTER TABLE users ADD boss bigint NOT NULL REFERENCES teams, ADD UNIQUE (email), ADD CHECK (age > 0), ADD FOREIGN KEY (team) REFERENCES teams, ALTER email SET NOT NULL`,
    design: `
Table users {
  id bigint [pk]
  email text
  age integer
  team bigint
  nick text [not null]
}
Table teams {
  id bigint [pk]
  name text
}`,
    steps: ['relax', 'add', 'contract require', 'contract validate_required', 'contract release', 'contract drop'],
  },
  {
    what: 'rules of a partitioned table, and a column that must have a value',
    sql: `CREATE TABLE events (id bigint, day date, kind text, boss text NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_a PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
    rows: "INSERT INTO events SELECT i, '2026-02-03', 'k', 'b' FROM generate_series(1, 50) i",
    kept: ['SELECT count(kind)::int FROM events', [50]],
    design: `
Table events {
  id bigint
  day date
  kind text [not null]
  boss text
  indexes {
    (id, day) [pk]
  }
  checks {
    \`kind <> ''\` [name: 'events_kind_check']
  }
}`,
    steps: ['relax', 'check', 'validate'],
  },
  {
    what: 'indexes, keys and references of a partitioned table, one of whose partitions has partitions itself',
    sql: `${partitioned}; CREATE INDEX events_by ON events (kind); CREATE INDEX events_old ON events (who, day)`,
    rows: partitionedRows,
    kept: ['SELECT count(*)::int, sum(who)::int FROM events JOIN users ON who = users.id', [80, 80]],
    design: `
Table users {
  id bigint [pk]
}
Table events {
  id bigint [not null]
  day date [not null]
  kind text [not null]
  who bigint [ref: > users.id]
  indexes {
    who [name: 'events_who']
    (\`lower(kind)\`, who) [name: 'events_by']
    (id, day, kind) [pk]
  }
}
Table visits {
  id bigint [pk]
  event bigint
  day date
  kind text
}
Ref: visits.(event, day, kind) > events.(id, day, kind)`,
    steps: ['check', 'validate', 'index', 'reference', 'validate_references', 'contract drop_indexes'],
  },
  {
    what: 'keys and references of a partitioned table that go',
    sql: `${partitioned}; ALTER TABLE events ALTER kind SET NOT NULL; ALTER TABLE events ADD PRIMARY KEY (id, day, kind);
ALTER TABLE events ADD CONSTRAINT events_u UNIQUE (who, id, day, kind), ADD FOREIGN KEY (who) REFERENCES users;
ALTER TABLE visits ADD FOREIGN KEY (event, day, kind) REFERENCES events`,
    rows: partitionedRows,
    kept: ['SELECT count(*)::int, sum(who)::int FROM events', [80, 80]],
    design: `
Table users {
  id bigint [pk]
}
Table events {
  id bigint [not null]
  day date [not null]
  kind text [not null]
  who bigint
}
Table visits {
  id bigint [pk]
  event bigint
  day date
  kind text
}`,
    steps: [''],
  },
  {
    what: 'a table under another name, with rights, a reference to it and a view on it',
    sql: `CREATE TABLE people (id bigserial PRIMARY KEY, name text NOT NULL DEFAULT 'x'); GRANT SELECT, INSERT ON people TO pg_monitor;
CREATE TABLE visits (id bigint PRIMARY KEY, who bigint REFERENCES people); CREATE VIEW named AS SELECT name FROM people`,
    rows: 'INSERT INTO people DEFAULT VALUES; INSERT INTO visits VALUES (1, 1)',
    kept: ['SELECT count(*)::int FROM named', [1]],
    renames: ['people=persons'],
    design: `
Table persons {
  id bigint [pk, increment]
  name text [not null, default: 'x']
  age integer
}
Table visits {
  id bigint [pk]
  who bigint [ref: > persons.id]
}`,
    steps: ['rename', 'add', 'contract old_names'],
  },
]

/** Changes that a plain migration would write whole tables anew for. */
export const rewritingChanges: readonly OnlineChange[] = [
  {
    what: 'integer to bigint: an identity key with three references to it, one of them in a key of two columns',
    sql: `CREATE TABLE accounts (id integer GENERATED ALWAYS AS IDENTITY (START 7 INCREMENT 2) PRIMARY KEY, parent integer REFERENCES accounts ON DELETE SET NULL, name text);
COMMENT ON COLUMN accounts.id IS 'the key';
ALTER TABLE accounts ALTER id SET STATISTICS 77;
CREATE TABLE orders (id bigint PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts ON DELETE CASCADE, CHECK (account_id > 0));
CREATE INDEX orders_by ON orders (account_id, id DESC) WHERE account_id <> 3;
CREATE TABLE invites (account_id integer NOT NULL REFERENCES accounts, code text NOT NULL, PRIMARY KEY (account_id, code))`,
    rows: `INSERT INTO accounts (name) SELECT 'a' FROM generate_series(1, 30);
INSERT INTO orders SELECT id, id FROM accounts; INSERT INTO invites SELECT id, 'c' FROM accounts`,
    kept: [
      'SELECT (SELECT sum(id)::int FROM accounts), (SELECT count(*)::int FROM orders JOIN accounts a ON a.id = account_id), (SELECT sum(account_id)::int FROM invites)',
      [1080, 30, 1080],
    ],
    design: `
Table accounts {
  id bigint [pk, increment, note: 'the key']
  parent bigint
  name text
}
Ref: accounts.parent > accounts.id [delete: set null]
Table orders {
  id bigint [pk]
  account_id bigint [not null]
  checks {
    \`account_id > 0\` [name: 'orders_account_id_check']
  }
}
Ref: orders.account_id > accounts.id [delete: cascade]
Table invites {
  account_id bigint [ref: > accounts.id]
  code text
  indexes {
    (account_id, code) [pk]
  }
}`,
    steps: [
      'mirror',
      'fill_accounts_id',
      'fill_accounts_parent',
      'fill_invites_account_id',
      'fill_orders_account_id',
      'check',
      'validate',
      'index',
      'reference',
      'validate_references',
      'contract switch',
      'contract fill_back_accounts_id',
      'contract fill_back_accounts_parent',
      'contract fill_back_invites_account_id',
      'contract fill_back_orders_account_id',
      'contract former',
    ],
  },
  {
    what: 'a serial column, a text with its default and a key, and a column with another default for each row',
    sql: `CREATE TABLE things (n serial, "Odd Key" integer NOT NULL, size text COLLATE "C" NOT NULL DEFAULT '1', UNIQUE ("Odd Key"), UNIQUE (size, "Odd Key"))`,
    rows: 'INSERT INTO things ("Odd Key", size) SELECT i, i::text FROM generate_series(1, 30) i',
    kept: ['SELECT sum(n)::int, sum(size::int)::int FROM things', [465, 465]],
    design: `
Table things {
  n bigint [increment, not null]
  "Odd Key" integer [not null, unique]
  size integer [not null, default: 1]
  token uuid [not null, default: \`gen_random_uuid()\`]
  indexes {
    (size, "Odd Key") [unique]
  }
}`,
    steps: [
      'add',
      'mirror',
      'fill_things_n',
      'fill_things_size',
      'fill_things_token',
      'check',
      'validate',
      'index',
      'contract switch',
      'contract fill_back_things_n',
      'contract fill_back_things_size',
      'contract former',
    ],
  },
  {
    what: 'a column under another name, with its key, its reference and a view on it',
    sql: `CREATE TABLE teams (id bigint PRIMARY KEY); CREATE TABLE people (id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, team bigint REFERENCES teams);
CREATE VIEW named AS SELECT name AS called FROM people`,
    rows: `INSERT INTO teams VALUES (1); INSERT INTO people SELECT i, 'n' || i, 1 FROM generate_series(1, 20) i`,
    kept: [
      'SELECT count(*)::int FROM named JOIN people ON id = substr(called, 2)::int AND people::text LIKE $$%n%$$',
      [20],
    ],
    renames: ['people.name=full_name'],
    design: `
Table teams {
  id bigint [pk]
}
Table people {
  id bigint [pk]
  full_name text [not null, unique]
  team bigint [ref: > teams.id]
}`,
    steps: [
      'mirror',
      'fill_people_full_name',
      'contract rename_back_people_full_name',
      'contract rename_last_people_full_name',
    ],
  },
  {
    what: 'values of an enum that go, with a default, a check, indexes and an array of it',
    sql: `CREATE TYPE "Kind" AS ENUM ('new', 'it''s gone', 'sent'); COMMENT ON TYPE "Kind" IS 'how far';
CREATE TABLE orders (id bigint PRIMARY KEY, "Kind" "Kind" NOT NULL DEFAULT 'new' CHECK ("Kind" <> 'sent'), past "Kind"[]);
CREATE INDEX orders_kind ON orders ("Kind", id) WHERE "Kind" <> 'new'; CREATE TABLE logs (id bigint PRIMARY KEY, kind "Kind")`,
    rows: `INSERT INTO orders SELECT i, CASE i % 2 WHEN 0 THEN 'new' ELSE 'it''s gone' END::"Kind", '{"it''s gone", sent}' FROM generate_series(1, 20) i;
INSERT INTO logs VALUES (1, 'it''s gone'), (2, NULL)`,
    becomes: [`Kind."it's gone"=new`],
    // What has become another value stays it.
    kept: [
      `SELECT count(*)::int, count(*) FILTER (WHERE past[1] IN ('new', 'it''s ' || 'gone'))::int, (SELECT count(kind)::int FROM logs) FROM (SELECT past::text[] FROM orders) o`,
      [20, 20, 1],
    ],
    design: `
Enum Kind {
  new
  sent
}
Table orders {
  id bigint [pk]
  Kind Kind [not null, default: 'new']
  past "Kind[]"
  indexes {
    (Kind, id) [name: 'orders_kind']
  }
  checks {
    \`"Kind" <> 'sent'\` [name: 'orders_Kind_check']
  }
}
Table logs {
  id bigint [pk]
  kind Kind
}`,
    steps: [
      'mirror',
      'fill_logs_kind',
      'fill_orders_kind',
      'fill_orders_past',
      'check',
      'validate',
      'index',
      'contract switch',
      'contract fill_back_logs_kind',
      'contract fill_back_orders_kind',
      'contract fill_back_orders_past',
      'contract former',
    ],
  },
]
