import { describe, expect, test } from 'vitest'
import { type RelationLook, type RelationsLook, seenBetween } from '../../../src/core/rehearse/looks.ts'

const known = new Map([
  [1, { name: 'orders', kind: 'r', filenode: 10 }],
  [2, { name: 'users', kind: 'r', filenode: 20 }],
  [3, { name: 'orders_pkey', kind: 'i', filenode: 30 }],
])
const counts = { scans: 0, rowsRead: 0, rowsChanged: 0, countsAll: true }
const orders: RelationLook = { oid: 1, name: 'orders', kind: 'r', filenode: 10, modes: [], counts }
const look = (wal: number, ...relations: RelationLook[]): RelationsLook => ({ wal, relations })

describe('what is seen of a statement', () => {
  test('a lock counts where it is stronger than what the transaction holds', () => {
    const before = look(0, { ...orders, modes: ['ShareLock'] })
    const same = seenBetween(before, look(0, { ...orders, modes: ['RowExclusiveLock', 'ShareLock'] }), known, false)
    expect(same.locks).toEqual([])
    const more = seenBetween(before, look(0, { ...orders, modes: ['AccessExclusiveLock', 'ShareLock'] }), known, false)
    expect(more.locks).toEqual([{ table: 'orders', mode: 'AccessExclusiveLock' }])
  })

  test('a new file is a rewrite, but for a statement that empties the table', () => {
    const after = look(0, { ...orders, filenode: 11, counts: { ...counts, scans: 1, rowsRead: 5 } })
    expect(seenBetween(look(0), after, known, false)).toMatchObject({ rewritten: ['orders'], scanned: [] })
    expect(seenBetween(look(0), after, known, true)).toMatchObject({ rewritten: [] })
    expect(seenBetween(after, after, known, false)).toMatchObject({ rewritten: [] })
  })

  test('counts are those of the statement alone, and TRUNCATE takes none back', () => {
    const before = look(100, { ...orders, counts: { scans: 2, rowsRead: 50, rowsChanged: 7, countsAll: true } })
    const after = look(164, { ...orders, counts: { scans: 3, rowsRead: 75, rowsChanged: 3, countsAll: true } })
    expect(seenBetween(before, after, known, false)).toEqual({
      locks: [],
      rewritten: [],
      scanned: [{ table: 'orders', rows: 25 }],
      rows: 0,
      walBytes: 64,
    })
  })

  test('rows that parallel workers may have read are not given as a number', () => {
    const after = look(0, { ...orders, counts: { ...counts, scans: 1, rowsRead: 75, countsAll: false } })
    expect(seenBetween(look(0), after, known, false).scanned).toEqual([{ table: 'orders', rows: null }])
  })

  test('tables that the run made are used by nobody: their rows count, their locks do not', () => {
    const fresh: RelationLook = {
      oid: 9,
      name: 'fresh',
      kind: 'r',
      filenode: 90,
      modes: ['AccessExclusiveLock'],
      counts: { scans: 1, rowsRead: 2, rowsChanged: 3, countsAll: true },
    }
    expect(seenBetween(look(0), look(0, fresh), known, false)).toMatchObject({ locks: [], scanned: [], rows: 3 })
  })

  test('an index is not locked by its name, and where nothing is counted nobody says that nothing was', () => {
    const index: RelationLook = {
      oid: 3,
      name: 'orders_pkey',
      kind: 'i',
      filenode: 31,
      modes: ['AccessExclusiveLock'],
      counts,
    }
    expect(seenBetween(look(0), look(0, index), known, false)).toMatchObject({ locks: [], rewritten: [] })
    expect(seenBetween(look(0), look(0, { ...orders, counts: null }), known, false)).toMatchObject({
      scanned: null,
      rows: null,
    })
  })
})
