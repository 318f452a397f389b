import { describe, expect, test } from 'vitest'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { workUnits } from '../../../src/core/migration/work-units.ts'

/** Each unit as its statements and how many are done after it: `[1 2]4` for a transaction, `1:1` for a single one. */
function unitsOf(text: string, done = 0): string {
  const { statements } = parseMigration('a.sql', { version: '1', name: '1_a' }, `-- nself: no-transaction\n${text}`).up
  return [...workUnits(statements, done)]
    .map(({ first, end, done, begin, isBlock }) => {
      const inside = Array.from({ length: end - first }, (_, i) => first + i).join(' ')
      return isBlock ? `[${inside}]${done}${begin === null ? '' : `@${begin}`}` : `${inside}:${done}`
    })
    .join(' ')
}

describe('the units of a section', () => {
  test.each([
    ['single statements', 'a; b;', '0:1 1:2'],
    ['a transaction between two', 'a; BEGIN; b; c; COMMIT; d;', '0:1 [2 3]5@1 5:6'],
    ['two transactions', 'BEGIN; a; COMMIT; BEGIN; b; COMMIT;', '[1]3@0 [4]6@3'],
    ['a chain has the options of its BEGIN', 'BEGIN; a; COMMIT AND CHAIN; b; COMMIT;', '[1]3@0 [3]5@0'],
    ['a chain that nobody began', 'a; b; COMMIT AND CHAIN; c;', '[0 1]3 [3]4'],
    ['an empty transaction', 'BEGIN; COMMIT; a;', '[]2@0 2:3'],
    ['a chain with nothing behind it', 'a; COMMIT AND CHAIN;', '[0]2'],
  ])('are what is done as a whole: %s', (_, text, units) => {
    expect(unitsOf(text)).toBe(units)
  })

  test.each([
    [0, '0:1 [2 3]5@1 5:6'],
    [1, '[2 3]5@1 5:6'],
    [5, '5:6'],
    [6, ''],
  ])('that are left when %d statements are done', (done, units) => {
    expect(unitsOf('a; BEGIN; b; c; COMMIT; d;', done)).toBe(units)
  })

  test('that are left of a chain', () => {
    expect(unitsOf('BEGIN; a; COMMIT AND CHAIN; b; COMMIT;', 3)).toBe('[3]5@0')
  })
})
