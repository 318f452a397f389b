import { expect, test } from 'vitest'
import { mayBeKnownTo } from '../../../src/core/sql/other-majors.ts'

const fault = 'syntax error at or near "("'

test.each([
  ['a newer server may have any new syntax', 19, 'CREATE NEW THING', fault, true],
  ['a server of the same major has no new syntax', 18, 'CREATE FUNCTION json_query(a text)', fault, false],
  ['json_query was a free name before 17', 16, 'CREATE FUNCTION json_query(a text)', fault, true],
  ['json_query is no free name in 17', 17, 'CREATE FUNCTION json_query(a text)', fault, false],
  ['json_array was a free name before 16', 15, 'SELECT json_array(1, 2, 3 a)', fault, true],
  ['letters behind a number were allowed before 15', 14, 'SELECT 1a', 'trailing junk after numeric literal', true],
  ['a name with a number in it is no number with letters behind it', 15, 'CREAT TABLE a1 (b2 int)', fault, false],
  ['a misspelt word is wrong in each', 14, 'CREAT TABLE a (i int)', fault, false],
  ['what is more than syntax, an older one may see otherwise', 15, 'SELECT 1', 'WITH TIES cannot be', true],
])('%s', (_, major, sql, message, known) => {
  expect(mayBeKnownTo(major, 18, sql, message)).toBe(known)
})
