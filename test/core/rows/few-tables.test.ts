import { expect, test } from 'vitest'
import { fewTables } from '../../../src/core/rows/few-tables.ts'
import type { FillableTable } from '../../../src/core/rows/table-facts.ts'

const table = (oid: number, ...targets: number[]): FillableTable => ({
  oid,
  schema: 'public',
  name: `t${oid}`,
  sql: `t${oid}`,
  isTouched: true,
  columns: [],
  checks: [],
  primaryKey: [],
  foreignKeys: targets.map((target) => ({
    name: '',
    isDeferrable: false,
    columns: [],
    target,
    targetSql: '',
    targetColumns: [],
  })),
  partitioning: null,
  deferred: [],
})
/** Forty tables: the first stands alone, each of the others refers to the one that has half its number. */
const tables = Array.from({ length: 40 }, (_, i) => (i === 0 ? table(1) : table(i + 1, Math.floor((i + 1) / 2))))

/** What is found, and how often it was asked, where rows fail that need all of these tables. */
async function found(...needed: number[]): Promise<{ oids: number[]; asked: number }> {
  let asked = 0
  const few = await fewTables(tables, async (some) => {
    asked++
    return needed.every((oid) => some.some((one) => one.oid === oid))
  })
  return { oids: few.map(({ oid }) => oid), asked }
}

test('of many tables those are found that the failing one refers to, by a few questions', async () => {
  const { oids, asked } = await found(21)
  expect(oids).toEqual([1, 2, 5, 10, 21])
  expect(asked).toBeLessThanOrEqual(7)
})

test('tables that fail only together with one that they do not refer to stay with all before them', async () => {
  expect((await found(4, 7)).oids).toEqual([1, 2, 3, 4, 5, 6, 7])
})
