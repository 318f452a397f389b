import type { OnlineChange } from './online.ts'

const tables = `CREATE TABLE teams (id bigint PRIMARY KEY, name text);
CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer, team bigint)`
const people =
  "INSERT INTO teams VALUES (1, 'a'); INSERT INTO users SELECT i, 'e' || i, i, 1 FROM generate_series(1, 50) i"
const counted: OnlineChange['kept'] = ['SELECT count(*)::int, sum(age)::int FROM users', [50, 1275]]

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
]
