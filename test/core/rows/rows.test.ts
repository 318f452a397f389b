import { describe, expect, test } from 'vitest'
import { combinations, constantsIn } from '../../../src/core/rows/candidates.ts'
import { fillOrder } from '../../../src/core/rows/fill-order.ts'
import { lostRows } from '../../../src/core/rows/lost-rows.ts'
import { failingAlone, smallestFailing } from '../../../src/core/rows/smallest-failing.ts'
import type { FillableTable, TypeFacts } from '../../../src/core/rows/table-facts.ts'
import { valuesOf } from '../../../src/core/rows/values.ts'

describe('the smallest part of a list that fails', () => {
  const items = Array.from({ length: 20 }, (_, i) => i)
  const failsWith =
    (...needed: number[]) =>
    async (part: readonly number[]) =>
      needed.every((one) => part.includes(one))

  test.each([[[0]], [[19]], [[7]], [[3, 12]], [[0, 1, 19]]])('is found: %j', async (needed) => {
    expect(await smallestFailing(items, failsWith(...needed))).toEqual(needed)
  })

  test('is found in few trials, and so are all items that fail by themselves', async () => {
    let trials = 0
    const fails = async (part: readonly number[]) => {
      trials++
      return part.includes(4) || part.includes(17)
    }
    expect(await failingAlone(items, fails)).toEqual([4, 17])
    expect(trials).toBeLessThan(20)
  })
})

test('the constants of a check are its texts and numbers', () => {
  expect(constantsIn("CHECK ((status = ANY (ARRAY['new'::text, 'it''s'::text])) AND n >= 18 AND x < -1.5)")).toEqual({
    texts: ['new', "it's"],
    numbers: [18, -1.5],
  })
})

test('combinations take the first of each list first, and leave a chance to each column where there are too many', () => {
  expect(
    combinations(
      [
        ['a', 'b'],
        ['1', '2'],
      ],
      10,
    ),
  ).toEqual([
    ['a', '1'],
    ['a', '2'],
    ['b', '1'],
    ['b', '2'],
  ])
  const many = combinations([Array.from({ length: 50 }, (_, i) => i), Array.from({ length: 50 }, (_, i) => i)], 100)
  expect([many.length, new Set(many.map(([a]) => a)).size, new Set(many.map(([, b]) => b)).size]).toEqual([100, 10, 10])
})

test('plain values of a type differ, and those of what is made of it are written as the server reads them', () => {
  const base = { labels: [], of: null, typmod: -1, attributes: [], text: '' } as const
  const types = new Map<number, TypeFacts>([
    [1, { ...base, kind: 'base', name: 'text' }],
    [2, { ...base, kind: 'array', name: '_text', of: 1 }],
    [3, { ...base, kind: 'base', name: 'numeric' }],
    [4, { ...base, kind: 'range', name: 'numrange', of: 3 }],
    [
      5,
      {
        ...base,
        kind: 'composite',
        name: 'pair',
        attributes: [
          { name: 'a', type: 1, typmod: -1 },
          { name: 'b', type: 3, typmod: -1 },
        ],
      },
    ],
    [6, { ...base, kind: 'base', name: 'geometry' }],
  ])
  const plain = (type: number, typmod = -1) => valuesOf(types, { type, typmod, name: 'email' })?.plain(0)
  expect([plain(2), plain(4), plain(5), plain(6)]).toEqual([
    '{"amber@example.com"}',
    '["1.5","2.5")',
    '("amber","1.5")',
    undefined,
  ])
  const codes = Array.from({ length: 30 }, (_, k) =>
    valuesOf(types, { type: 1, typmod: 4 + 2, name: 'code' })?.plain(k),
  )
  expect(new Set(codes).size).toBe(30)
  expect(valuesOf(types, { type: 3, typmod: ((5 << 16) | 2) + 4, name: 'n' })?.awkward.high).toBe('999.99')
})

describe('rows after UP and DOWN', () => {
  const rows = [
    { id: 1, name: 'a', phone: '1' },
    { id: 2, name: 'b', phone: '2' },
  ]

  test('are all there where nothing differs', () => {
    expect(lostRows('t', ['id'], { before: rows, afterUp: null, afterDown: rows.toReversed() })).toBeNull()
  })

  test('are told by key and column, and by whether UP or DOWN took them', () => {
    const afterUp = [{ id: 1, name: 'a' }]
    const afterDown = [{ id: 1, name: 'A', phone: null }]
    expect(lostRows('t', ['id'], { before: rows, afterUp, afterDown })).toEqual({
      table: 't',
      before: 2,
      vanished: ['id 2'],
      byUp: true,
      changes: [
        { column: 'name', rows: 1, example: "id 1: 'a' is 'A' now", byUp: false, wasGone: false },
        { column: 'phone', rows: 1, example: "id 1: '1' is NULL now", byUp: true, wasGone: true },
      ],
    })
  })

  test('without a key are told by what is in them, also where several are alike', () => {
    const twice = [{ a: 1 }, { a: 1 }]
    expect(lostRows('t', [], { before: twice, afterUp: twice, afterDown: [{ a: 1 }] })?.vanished).toEqual(['a 1'])
  })
})

test('tables are filled after those that they need, a circle is broken where a reference may be empty, and filled as one otherwise', () => {
  const table = (oid: number, target: number, notNull: boolean): FillableTable => ({
    oid,
    schema: 'public',
    name: `t${oid}`,
    sql: `t${oid}`,
    isTouched: true,
    columns: [{ name: 'r', type: 23, typmod: -1, notNull, sequence: null }],
    checks: [],
    primaryKey: [],
    foreignKeys: [{ name: 'r', isDeferrable: false, columns: ['r'], target, targetSql: '', targetColumns: ['id'] }],
    partitioning: null,
    deferred: [],
  })
  const order = (...tables: FillableTable[]) => fillOrder(tables).map((group) => group.map(({ oid }) => oid))
  expect(order(table(1, 2, true), table(2, 2, false))).toEqual([[2], [1]])
  expect(order(table(1, 2, true), table(2, 1, false))).toEqual([[2], [1]])
  expect(order(table(1, 2, true), table(2, 3, true), table(3, 2, true), table(4, 4, true))).toEqual([[4], [2, 3], [1]])
})
