import { beforeAll, describe, expect, test } from 'vitest'
import { certain } from '../../../src/core/certain.ts'
import { allowedBy, anythingWithMade, losslessRewrites } from '../../../src/core/effects/allowed.ts'
import { Made } from '../../../src/core/effects/danger.ts'
import { dangersOf } from '../../../src/core/effects/statement-dangers.ts'
import { statementNodes } from '../../../src/core/sql/statement-nodes.ts'
import { loadParser, type Parser } from '../../../src/parsers/postgres/parser.ts'

let parser: Parser
beforeAll(async () => {
  parser = await loadParser()
})

/** The only statement of a text. */
const statement = (sql: string) => certain(statementNodes(parser.parse(sql))[0])

/** `KIND SCHEMA.NAME.COLUMN`; `*` for what is left open. */
const shown = (
  allowed: readonly { kind: string; schema: string | null; name: string | null; column: string | null }[],
) =>
  allowed.map(
    ({ kind, schema, name, column }) => `${kind} ${[schema, name, column].map((part) => part ?? '*').join('.')}`,
  )

describe('a danger that was approved allows what its statement may have done, and no more:', () => {
  test.each([
    ['DELETE FROM app.orders', ['delete app.orders.*']],
    ['UPDATE orders SET a = 1', ['update *.orders.*']],
    ['TRUNCATE a, s.b', ['rewrite *.a.*', 'rewrite s.b.*']],
    ['DROP TABLE s.a', ['drop s.a.*']],
    ['DROP MATERIALIZED VIEW a', ['drop *.a.*']],
    ['ALTER TABLE s.a DROP COLUMN b', ['drop-column s.a.b']],
    ['ALTER TABLE s.a SET UNLOGGED', ['rewrite s.a.*']],
    ['ALTER TABLE s.a ALTER b TYPE int', ['rewrite s.a.*']],
    ['DROP SCHEMA s CASCADE', ['drop s.*.*']],
    ['DROP TYPE t CASCADE', []],
    ['DROP OWNED BY r', ['drop *.*.*']],
    ['DROP DATABASE d', []],
  ])('%s', (sql, expected) => {
    expect(shown(dangersOf(statement(sql), new Made()).flatMap(allowedBy))).toEqual(expected)
  })
})

describe('a table may be written anew, with nothing lost, by', () => {
  test.each([
    ['ALTER TABLE s.a ADD COLUMN b uuid DEFAULT gen_random_uuid()', ['rewrite s.a.*']],
    ['ALTER TABLE a SET LOGGED, ALTER b SET NOT NULL', ['rewrite *.a.*']],
    ['CLUSTER s.a USING i', ['rewrite s.a.*']],
  ])('%s', (sql, expected) => {
    expect(shown(losslessRewrites(statement(sql)))).toEqual(expected)
  })

  test.each([
    'ALTER TABLE a ALTER b TYPE int',
    'ALTER TABLE a DROP COLUMN b',
    'ALTER TABLE a ALTER b SET NOT NULL',
    'CLUSTER',
    'TRUNCATE a',
  ])('not by %s', (sql) => {
    expect(losslessRewrites(statement(sql))).toEqual([])
  })
})

test('with what a statement makes anything may be done later, but not with what may have been there', () => {
  const kinds = ['drop', 'rewrite', 'drop-column', 'delete', 'update']
  expect(shown(anythingWithMade(statement('CREATE TABLE s.a (b int)')))).toEqual(kinds.map((kind) => `${kind} s.a.*`))
  expect(shown(anythingWithMade(statement('CREATE TABLE a AS SELECT 1')))).toEqual(kinds.map((kind) => `${kind} *.a.*`))
  expect(anythingWithMade(statement('CREATE TABLE IF NOT EXISTS a (b int)'))).toEqual([])
  expect(anythingWithMade(statement('DROP TABLE a'))).toEqual([])
})
