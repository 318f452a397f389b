import { expect, test } from 'vitest'
import { isPlainDefinition } from '../../../src/core/replay/plain-definition.ts'

test.each([
  'CREATE TABLE public.users (id integer)',
  'create unique index users_email on users (email)',
  'ALTER TABLE users\n  ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES b (id)',
  "COMMENT ON COLUMN users.id IS 'x'",
])('a plain definition is known by its words: %s', (sql) => {
  expect(isPlainDefinition(sql)).toBe(true)
})

test.each([
  'CREATE TABLE t (a int) TABLESPACE fast',
  'ALTER TABLE t OWNER TO somebody',
  'ALTER TABLE t DISABLE TRIGGER ALL',
  "COMMENT ON ROLE a IS 'x'",
  "COMMENT ON DATABASE a IS 'x'",
  'CREATE FOREIGN TABLE t (a int) SERVER s',
  'CREATE INDEXES',
  "SELECT dblink('x', 'y')",
  'DO $$ BEGIN ALTER TABLE t OWNER TO a; END $$',
  '/* CREATE TABLE t (a int) */ DROP ROLE a',
])('what may be no plain definition is left to the parser: %s', (sql) => {
  expect(isPlainDefinition(sql)).toBe(false)
})
