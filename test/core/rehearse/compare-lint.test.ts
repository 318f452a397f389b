import { expect, test } from 'vitest'
import { type CheckFinding, finding } from '../../../src/core/check/finding.ts'
import type { RuleName } from '../../../src/core/check-rules.ts'
import { compareWithLint } from '../../../src/core/rehearse/compare-lint.ts'
import type { RehearsedStatement } from '../../../src/core/rehearse/rehearsed.ts'
import { rehearsed } from '../../helpers/rehearsed.ts'

const said = (rule: RuleName, line = 3, migration = '002_change'): CheckFinding =>
  finding(rule, { migration, place: { path: 'x', line, column: 1 }, message: '', instead: '', evidence: [] })
const rewritten = { rewritten: ['orders'] }
const scanned = { scanned: [{ table: 'orders', rows: 5 }] }
const blocking = { locks: [{ table: 'orders', mode: 'AccessExclusiveLock' }] } as const

test.each<[string, RehearsedStatement, CheckFinding[], RegExp[]]>([
  ['both say rewrite', rehearsed(3, rewritten), [said('lint/rewriting-table')], []],
  [
    'lint says rewrite, none was seen',
    rehearsed(3),
    [said('lint/rewriting-table')],
    [/lint says that it rewrites .* none was rewritten/],
  ],
  ['a scan is no rewrite', rehearsed(3, scanned), [said('lint/adding-field-with-default')], [/none was rewritten/]],
  [
    'rewritten, and lint did not say so',
    rehearsed(3, rewritten),
    [],
    [/^orders was rewritten, and lint did not say so$/],
  ],
  [
    'a finding of another line is of another statement',
    rehearsed(3, rewritten),
    [said('lint/rewriting-table', 4)],
    [/lint did not say so/],
  ],
  [
    'a finding of another migration too',
    rehearsed(3, rewritten),
    [said('lint/rewriting-table', 3, '003_x')],
    [/lint did not say so/],
  ],
  ['a change of type may do either', rehearsed(3, scanned), [said('lint/changing-column-type')], []],
  ['a change of type that did neither', rehearsed(3), [said('lint/changing-column-type')], [/neither was seen/]],
  [
    'lint says scan, none was seen',
    rehearsed(3, blocking),
    [said('lint/adding-not-nullable-field')],
    [/no scan was seen/],
  ],
  [
    'where nobody counts scans nobody says that there was none',
    rehearsed(3, { scanned: null }),
    [said('lint/adding-not-nullable-field')],
    [],
  ],
  [
    'a rewrite reads all rows too',
    rehearsed(3, rewritten),
    [said('lint/changing-column-type'), said('lint/constraint-missing-not-valid')],
    [],
  ],
  [
    'scanned while others wait, and lint did not say so',
    rehearsed(3, { ...scanned, ...blocking }),
    [],
    [/^orders was scanned while others had to wait/],
  ],
  [
    'an index reads the table, as lint says in other words',
    rehearsed(3, { ...scanned, ...blocking }),
    [said('lint/require-concurrent-index-creation')],
    [],
  ],
  ['a scan that keeps nobody waiting is none of lint’s matters', rehearsed(3, scanned), [], []],
  [
    'a view that is filled anew is told so',
    rehearsed(3, { rewritten: ['totals'] }),
    [said('lint/refresh-blocks-reads')],
    [],
  ],
  ['advice claims nothing', rehearsed(3), [said('lint/prefer-identity')], []],
])('what lint said beside what the rehearsal saw: %s', (_, statement, findings, expected) => {
  const messages = compareWithLint([statement], findings, true).map(({ message }) => message)
  expect(messages).toHaveLength(expected.length)
  for (const [i, pattern] of expected.entries()) expect(messages[i]).toMatch(pattern)
})

test('a finding within a statement of several lines is of that statement', () => {
  const statement = rehearsed(3, rewritten)
  const long = { ...statement, place: { ...statement.place, lastLine: 6 } }
  expect(compareWithLint([long], [said('lint/adding-field-with-default', 5)], true)).toEqual([])
})

test('without squawk, which knows of indexes, nothing is missed of scans', () => {
  const messages = (statement: RehearsedStatement) =>
    compareWithLint([statement], [], false).map(({ message }) => message)
  expect(messages(rehearsed(3, { ...scanned, ...blocking }))).toEqual([])
  expect(messages(rehearsed(3, rewritten))).toEqual(['orders was rewritten, and lint did not say so'])
})
