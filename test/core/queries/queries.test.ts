import { describe, expect, test } from 'vitest'
import { callsInWords, rateOf } from '../../../src/core/queries/calls.ts'
import { QueryCollection } from '../../../src/core/queries/collection.ts'
import { changesOf, type QueryLook } from '../../../src/core/queries/query-look.ts'
import { parseRecording, type Recording, recordingText } from '../../../src/core/queries/recording.ts'
import { ReleaseWalk } from '../../../src/core/queries/release-walk.ts'
import { withSameParameters } from '../../../src/core/queries/same-parameters.ts'
import { ServerLog } from '../../../src/core/queries/server-log.ts'

const recording: Recording = {
  release: 'v1.41',
  source: 'pg_stat_statements of shop',
  per: 'a day',
  after: '012_add_coupons',
  searchPath: 'app, public',
  queries: [
    { text: 'SELECT 1 FROM a', calls: 0.25 },
    { text: 'SELECT 2 FROM b', calls: 88000 },
    { text: 'SELECT 1 FROM b', calls: 0.25 },
  ],
}

describe('a recording', () => {
  test('is read as it was written, the most called first', () => {
    const { recording: read, open } = parseRecording('v1.41', recordingText(recording))
    const [a, b, c] = recording.queries
    expect(read).toEqual({ ...recording, queries: [b, a, c] })
    expect(open).toBeNull()
  })

  test('may be written by hand, over several lines, with comments of its own', () => {
    const text = '-- ours\n\n-- calls: 1,200\nSELECT a\nFROM t;\n\n-- of the worker\nSELECT b FROM t;\n'
    expect(parseRecording('x', text).recording).toEqual({
      release: 'x',
      source: '',
      per: '',
      after: null,
      searchPath: null,
      queries: [
        { text: 'SELECT a\nFROM t', calls: 1200 },
        { text: 'SELECT b FROM t', calls: 0 },
      ],
    })
  })

  test('names the line on which a query begins that has no end', () => {
    expect(parseRecording('x', 'SELECT a;\nSELECT b\nFROM t\n').open).toEqual({ line: 2, text: 'SELECT b' })
  })
})

test.each([
  [616_000, 7 * 86_400, '88,000 times a day'],
  [3, 7 * 86_400, 'less than once a day'],
  [7, 7 * 86_400, 'once a day'],
  [300, 300, '300 times in 5 min'],
  [1, 40, 'once in 40 s'],
  [12, 7200, '12 times in 2 h'],
  [12, null, '12 times since the statistics were reset'],
])('%s calls in %s s are told as %s', (calls, seconds, words) => {
  const { per, of } = rateOf(seconds)
  expect(callsInWords(of(calls), per)).toBe(words)
})

test('a query is kept once, in its shortest form, and what migrations ask is left out', () => {
  const collection = new QueryCollection((fingerprint) => fingerprint === 'migration')
  const add = (text: string, fingerprint: string, calls: number) =>
    collection.add({ kind: 'query', text, fingerprint }, calls)
  add('a IN ($1, $2)', 'a', 2)
  add('a IN ($1)', 'a', 3)
  add('UPDATE t', 'migration', 1)
  collection.add({ kind: 'utility' }, 1)
  collection.add({ kind: 'unreadable' }, 1)
  expect(collection.queries((calls) => calls * 2)).toEqual([{ text: 'a IN ($1)', calls: 10 }])
  expect(collection.leftOut).toEqual({ utility: 1, own: 1, unreadable: 1 })
})

describe('a log', () => {
  const at = '2026-01-20 10:30:00.123 UTC'
  const csv = (message: string, application = 'web') =>
    `${at},"app","shop",12,"127.0.0.1:5",abc.1,3,"SELECT",${at},3/4,0,LOG,00000,"${message.replaceAll('"', '""')}",,,,,,,,,"${application}","client backend",,0`
  const json = (message: string, application = 'web') =>
    JSON.stringify({ timestamp: at, error_severity: 'LOG', message, application_name: application })

  test.each([
    [
      'plain',
      [
        `${at} [12] LOG:  statement: SELECT 1,`,
        '\t  2',
        `${at} [12] DETAIL:  parameters: $1 = 'secret'`,
        `${at} [12] LOG:  duration: 0.051 ms  parse <unnamed>: SELECT 3`,
        `${at} [12] LOG:  duration: 0.051 ms  bind <unnamed>: SELECT 3`,
        `${at} [12] LOG:  duration: 0.051 ms  execute <unnamed>: SELECT 3`,
        `${at} [12] LOG:  duration: 0.051 ms`,
        `${at} [12] nself LOG:  statement: SELECT 4`,
        `${at} [12] ERROR:  syntax error`,
        `${at} [12] STATEMENT:  SELECT 5`,
        `db-1  | ${at} [12] LOG:  execute s1/p1: SELECT 6`,
      ],
      ['SELECT 1,\n  2', 'SELECT 3', 'SELECT 6'],
    ],
    [
      'CSV',
      [
        ...csv('statement: SELECT "a",\n  \'x,y\'').split('\n'),
        csv('execute s1: SELECT 3'),
        csv('statement: SELECT 4', 'nself'),
      ],
      ['SELECT "a",\n  \'x,y\'', 'SELECT 3'],
    ],
    [
      'JSON',
      [
        json('statement: SELECT 1,\n 2'),
        'not json',
        json('duration: 1.000 ms  statement: SELECT 3'),
        json('statement: SELECT 4', 'nself probe'),
      ],
      ['SELECT 1,\n 2', 'SELECT 3'],
    ],
  ])('of %s text tells each statement that a client sent, once', (_, lines, expected) => {
    const log = new ServerLog()
    expect([...lines.flatMap((line) => log.push(line)), ...log.end()]).toEqual(expected)
  })
})

const look = (more: Partial<QueryLook> = {}): QueryLook => ({
  error: null,
  columns: [],
  parameters: [],
  leftOut: [],
  mayBeFilled: false,
  ...more,
})
const columns = (...list: string[]) =>
  look({ columns: list.map((one) => ({ name: one.split(' ')[0] ?? '', type: one.split(' ')[1] ?? '' })) })

test.each<[string, QueryLook, QueryLook, string[]]>([
  ['fails', look(), look({ error: 'no column' }), ['breaks: no column']],
  ['failed before', look({ error: 'no column' }), look({ error: 'no table' }), []],
  ['lacks a column', columns('id int', 'phone text'), columns('id int'), ['result-changes: the column phone is gone']],
  ['has another type', columns('id int'), columns('id bigint'), ['result-changes: id was int, is bigint']],
  ['has more columns, in another order', columns('id int', 'a text'), columns('b int', 'a text', 'id int'), []],
  ['has two columns of one name', columns('id int', 'id text'), columns('id int', 'id text'), []],
  ['has text for varchar', columns('a text'), look({ columns: [{ name: 'a', type: 'character varying' }] }), []],
  ['takes a wider number', look({ parameters: ['integer'] }), look({ parameters: ['bigint'] }), []],
  ['takes a text', look({ parameters: ['integer'] }), look({ parameters: ['text'] }), []],
  [
    'takes a narrower number',
    look({ parameters: ['bigint'] }),
    look({ parameters: ['integer'] }),
    ['parameter-changes: $1 was bigint, is integer'],
  ],
  [
    'takes another type',
    look({ parameters: ['text', 'text'] }),
    look({ parameters: ['text', 'uuid'] }),
    ['parameter-changes: $2 was text, is uuid'],
  ],
  [
    'leaves out a column',
    look({ leftOut: ['t.a'] }),
    look({ leftOut: ['t.a', 't.b'] }),
    ['leaves-out: no value for t.b'],
  ],
  ['leaves out the same under another name of the table', look({ leftOut: ['t.a'] }), look({ leftOut: ['u.a'] }), []],
])('a query that %s afterwards', (_, before, after, expected) => {
  expect(changesOf(before, after).map(({ kind, what }) => `${kind}: ${what}`)).toEqual(expected)
})

test.each([
  [
    'SELECT f($1, c) FROM t GROUP BY f($2, c) ORDER BY f($3, c) DESC LIMIT $4',
    'SELECT f($1, c) FROM t GROUP BY f($1, c) ORDER BY f($1, c) DESC LIMIT $4',
  ],
  [
    'SELECT a -> $1, b + $2 FROM t GROUP BY b + $3, a -> $4 HAVING x > $5',
    'SELECT a -> $1, b + $2 FROM t GROUP BY b + $2, a -> $1 HAVING x > $5',
  ],
  [
    'SELECT * FROM (SELECT f($1) FROM t GROUP BY f($2)) x WHERE y = $3',
    'SELECT * FROM (SELECT f($1) FROM t GROUP BY f($1)) x WHERE y = $3',
  ],
  ['SELECT a, $1 FROM t GROUP BY a, $2', null],
  ['SELECT f($1) FROM t GROUP BY g($2)', null],
  ['SELECT a FROM t', null],
])('what %s groups by is what it selects', (sql, expected) => {
  expect(withSameParameters(sql)).toBe(expected)
})

describe('the walk of a release', () => {
  const query = { text: 'q', calls: 1 }
  const walkOver = (states: readonly QueryLook[], countsLater = false) => {
    const walk = new ReleaseWalk<number>([query], countsLater)
    for (const [i, state] of states.slice(0, -1).entries()) {
      walk.enter(i, [state])
      walk.afterUp(i, [states[i + 1] ?? state])
    }
    return walk
  }
  const told = (walk: ReleaseWalk<number>) =>
    walk.found.map(({ file, change, until }) => `${file} ${change.kind}${until === null ? '' : ` until ${until}`}`)
  const bad = look({ error: 'no' })

  test('tells once that a query breaks, and with which migration it can be asked again', () => {
    expect(told(walkOver([look(), bad, bad, look(), bad]))).toEqual(['0 breaks until 2', '3 breaks'])
  })

  test('compares with what the query returned before it broke', () => {
    expect(told(walkOver([columns('id int'), bad, columns('id bigint')]))).toEqual([
      '0 breaks until 1',
      '1 result-changes',
    ])
  })

  test('counts no query that could not be prepared at the start, unless it is to count later', () => {
    expect(told(walkOver([bad, look(), bad]))).toEqual([])
    expect(walkOver([bad, look(), bad]).start?.uncounted).toEqual([{ query, error: 'no' }])
    expect(told(walkOver([bad, look(), bad], true))).toEqual(['1 breaks'])
  })

  test('tells what a DOWN leaves broken', () => {
    const walk = new ReleaseWalk<number>([query], false)
    walk.enter(7, [look()])
    walk.afterUp(7, [look()])
    walk.afterDown(7, [bad])
    expect(walk.found).toMatchObject([{ file: 7, direction: 'down', change: { kind: 'breaks' } }])
  })
})
