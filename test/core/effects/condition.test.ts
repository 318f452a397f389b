import { beforeAll, describe, expect, test } from 'vitest'
import { hasRealCondition } from '../../../src/core/effects/condition.ts'
import { visit } from '../../../src/core/sql/tree.ts'
import { loadParser, type Parser } from '../../../src/parsers/postgres/parser.ts'

let parser: Parser
beforeAll(async () => {
  parser = await loadParser()
})

function isReal(where: string): boolean {
  let clause: unknown
  visit(parser.parse(`DELETE FROM t ${where}`), (type, node) => {
    if (type === 'DeleteStmt') clause = node.whereClause
    return type !== 'DeleteStmt'
  })
  return hasRealCondition(clause, { schema: null, name: 't' })
}

describe('a condition may be false of some rows:', () => {
  test.each([
    'WHERE a = 1',
    'WHERE a IS NULL',
    'WHERE a',
    'WHERE true AND a > 1',
    'WHERE a = 1 OR b = 2',
    'WHERE NOT a',
    'WHERE lower(a) = a',
    'WHERE t.a = u.a',
    'WHERE CURRENT OF c',
    'WHERE a IN (SELECT b FROM u)',
    'WHERE EXISTS (SELECT FROM u WHERE u.a = t.a)',
    'WHERE a IN (SELECT a FROM u)',
    'WHERE a IN (SELECT b FROM t)',
    'WHERE a IN (SELECT a FROM t WHERE b > 1)',
    'WHERE a IN (SELECT a FROM t LIMIT 10)',
    'WHERE a NOT IN (SELECT a FROM t)',
    'WHERE CASE WHEN a > 1 THEN true END',
    'WHERE CASE WHEN a > 1 THEN true ELSE false END',
    'WHERE CASE a WHEN 1 THEN true ELSE b END',
  ])('%s', (where) => {
    expect(isReal(where)).toBe(true)
  })
})

describe('a condition holds for all rows:', () => {
  test.each([
    'WHERE coalesce(a, 1) = coalesce(a, 1)',
    '',
    'WHERE true',
    'WHERE 1 = 1',
    'WHERE NOT false',
    'WHERE a = a',
    'WHERE t.a = t.a',
    'WHERE a = 1 OR true',
    'WHERE true AND 1 = 1',
    'WHERE EXISTS (SELECT FROM u)',
    'WHERE now() > $1',
    'WHERE a IN (SELECT a FROM t)',
    'WHERE t.a = ANY (SELECT x.a FROM public.t AS x WHERE true)',
    'WHERE CASE WHEN a > 1 THEN true ELSE true END',
    'WHERE CASE WHEN true THEN true ELSE a > 1 END',
    "WHERE CASE WHEN a IS NULL THEN 't'::bool ELSE 1 = 1 END",
  ])('%s', (where) => {
    expect(isReal(where)).toBe(false)
  })
})
