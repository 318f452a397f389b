import { expect, test } from 'vitest'
import { type Change, plainChange } from '../../../src/core/schema/generated-statement.ts'
import { migrationText, sectionLines } from '../../../src/core/schema/migration-text.ts'
import { keyOf } from '../../../src/core/sql/qualified-name.ts'

const asIs = (sql: string) => sql
const none = () => []
const titles = (schema: string, name: string) =>
  sectionLines([plainChange('SELECT 1', keyOf({ schema, name }))], asIs, none)[0]

test('statements stand under the name of their table, and what they do above them', () => {
  const up = [plainChange('ALTER TABLE a ADD b int', 'public.a'), plainChange('DROP TABLE c', 'billing.c')]
  const effects = ({ sql }: Change) => (sql.startsWith('DROP') ? ['All rows of this table are lost.'] : [])
  const text = migrationText({ up, down: [] }, { head: ['change a'], format: asIs, effects, obstacles: none })
  expect(text).toBe(`-- change a

-- UP

-- table a
ALTER TABLE a ADD b int;

-- table billing.c
-- ! All rows of this table are lost.
DROP TABLE c;

-- DOWN
`)
})

test.each([
  ['a schema with a dot', 'a.b', 'c', '-- table "a.b".c'],
  ['a table with a dot', 'public', 'v1.2', '-- table "v1.2"'],
  ['a table with a line break, behind which all would be SQL', 'public', 'a\nDROP TABLE b', '-- table a DROP TABLE b'],
])('a title is one line that names %s', (_, schema, name, title) => {
  expect(titles(schema, name)).toBe(title)
})

test('the parts of a statement have a line each, below a name that may hold anything', () => {
  const parts = ['a', 'b'].map((column) => `ALTER TABLE public."odd name, ""x"""\n  ADD COLUMN ${column} int`)
  const change = { ...plainChange('', 'public.t'), parts }
  expect(sectionLines([change], asIs, none)[1]).toBe(
    'ALTER TABLE public."odd name, ""x"""\n  ADD COLUMN a int,\n  ADD COLUMN b int;',
  )
})

test.each([
  [
    'used',
    `ALTER TABLE "t" ALTER COLUMN "s" SET DEFAULT 'it''s gone'`,
    '-- DOWN\n-- nself: no-transaction\n\nALTER TYPE',
  ],
  ['not used', `ALTER TABLE "t" ALTER COLUMN "s" SET DEFAULT 'new'`, '-- DOWN\n\nALTER TYPE'],
])('DOWN commits a value that comes back to an enum by itself where it is %s', (_, sql, expected) => {
  const value = { ...plainChange(`ALTER TYPE "s" ADD VALUE 'it''s gone' AFTER 'new'`, null), commitsFirst: true }
  const draft = { up: [], down: [value, plainChange(sql, null)] }
  expect(migrationText(draft, { head: [], format: asIs, effects: none, obstacles: none })).toContain(expected)
})
