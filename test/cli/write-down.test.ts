import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeDown } from '../../src/commands/db/migrate/write-down.ts'
import { contextIn } from '../helpers/context.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const folderOf = (project: Project) => join(project.root, 'nself', 'migrations')
const textOf = (project: Project, name: string) => readFileSync(join(folderOf(project), name), 'utf8')

test('a missing DOWN is made from the two schemas, says what it does not bring back, and reverts what is applied', async () => {
  const up = `-- UP
ALTER TABLE users RENAME COLUMN name TO full_name;
ALTER TABLE users DROP COLUMN phone;
DROP TABLE notes;
ALTER TYPE mood ADD VALUE 'glad';
CREATE INDEX users_name ON users (full_name);
UPDATE users SET full_name = upper(full_name);
INSERT INTO kinds VALUES (1);
REVOKE SELECT ON users FROM PUBLIC;
`
  const project = await server.project({
    '001_shop.sql': `-- UP
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, phone text, m mood DEFAULT 'ok');
CREATE TABLE notes (id int PRIMARY KEY, user_id int REFERENCES users);
CREATE TABLE kinds (id int);
INSERT INTO users VALUES (1, 'Ann', '1');
CREATE VIEW names AS SELECT name FROM users;
GRANT SELECT ON users TO PUBLIC;
-- DOWN
DROP VIEW names;
DROP TABLE kinds, notes, users;
DROP TYPE mood;
`,
    '002_change.sql': up,
  })
  await project.up()
  const result = await writeDown(contextIn(project), '2')
  expect(result.down).toEqual({
    of: '2',
    lost: [
      'What UP changes in the rows of users stays changed.',
      'The rows are not as before: public.kinds had 0 rows before UP and has 1 after DOWN.',
      'The column users.phone comes back, its values do not.',
      'The table notes comes back, its rows do not.',
      expect.stringContaining('Fails if any row has a value that the type no longer has'),
    ],
  })
  const text = textOf(project, '002_change.sql')
  expect(text.startsWith(`${up}\n-- DOWN\n\n-- Generated from the two schemas and proven;`)).toBe(true)
  expect(text).toContain('\n-- ! The table notes comes back, its rows do not.\nCREATE TABLE public.notes (')
  expect(text).toContain('GRANT SELECT ON TABLE public.users TO PUBLIC;\n')
  expect(readdirSync(folderOf(project))).toEqual(['001_shop.sql', '002_change.sql'])
  expect(await project.ok('db', 'migrate', 'status')).not.toContain('edited')
  await project.ok('db', 'migrate', 'down', '--yes')
  expect(await project.query('SELECT id, name, phone, m FROM users')).toEqual([[1, 'ANN', null, 'ok']])
})

test('no DOWN is written where none is missing, where only rows change, or where it cannot be proven', async () => {
  const files = {
    '001_a.sql':
      "-- UP\nCREATE TABLE a (i int, n text NOT NULL);\nINSERT INTO a VALUES (1, 'x');\n-- DOWN\nDROP TABLE a;\n",
    '002_rows.sql': '-- UP\nUPDATE a SET i = 2;\n',
    '003_column.sql': '-- UP\nALTER TABLE a DROP COLUMN n;\n',
  }
  const project = await server.project(files)
  const refused = (version: string) => writeDown(contextIn(project), version).catch((error) => error)
  expect(await refused('2')).toMatchObject({
    code: 'refused',
    message: '002_rows does not change the schema; if it changes rows, comparing schemas cannot show it',
  })
  expect(await refused('3')).toMatchObject({
    code: 'not-proven',
    exitStatus: 6,
    message: expect.stringContaining('null values'),
  })
  const create = (...args: string[]) => project.nself('db', 'migrate', 'create', ...args)
  expect(await create('--down-of', '1')).toMatchObject({ code: 3, stderr: expect.stringContaining('has a DOWN') })
  expect(await create('--down-of', '9')).toMatchObject({ code: 2, stderr: expect.stringContaining('the version 9') })
  expect(await create('--down-of', '2', 'more')).toMatchObject({ code: 2 })
  expect(await create()).toMatchObject({ code: 2, stderr: expect.stringContaining('NAME is missing') })
  for (const [name, text] of Object.entries(files)) expect(textOf(project, name)).toBe(text)
  expect(readdirSync(folderOf(project))).toEqual(Object.keys(files))
})
