import { expect, test } from 'vitest'
import { recordStatements } from '../../../src/core/schema/records.ts'
import { at, designColumn, designOf, designReference, designTable } from '../../helpers/design.ts'

const recordsOf = (table: string, columns: string[], ...rows: string[][]) => ({
  schema: 'public',
  table,
  columns,
  rows,
  at,
})
const sqlOf = (parts: Parameters<typeof designOf>[0]) => recordStatements(designOf(parts)).map(({ sql }) => sql)

test('records are one INSERT that leaves alone what is there', () => {
  expect(sqlOf({ records: [recordsOf('odd"t', ['a', 'b'], ['1', "'x'"], ['2', 'NULL'])] })).toEqual([
    `INSERT INTO "public"."odd""t" ("a", "b") OVERRIDING SYSTEM VALUE VALUES
  (1, 'x'),
  (2, NULL)
ON CONFLICT DO NOTHING`,
  ])
})

test('records without rows are nothing', () => {
  expect(sqlOf({ records: [recordsOf('t', ['a'])] })).toEqual([])
})

test('the sequence of a serial column continues after the numbers that were inserted', () => {
  const tables = [designTable('t', [designColumn('id int', { increment: true }), 'a int'])]
  const [, ...rest] = sqlOf({ tables, records: [recordsOf('t', ['id', 'a'], ['7', '1'])] })
  expect(rest).toEqual([
    `SELECT setval(pg_get_serial_sequence('"public"."t"', 'id'), (SELECT max("id") FROM "public"."t"))`,
  ])
  expect(sqlOf({ tables, records: [recordsOf('t', ['a'], ['1'])] })).toHaveLength(1)
})

const order = (references: ReturnType<typeof designReference>[], ...tables: string[]) =>
  sqlOf({ references, records: tables.map((table) => recordsOf(table, ['id'], ['1'])) }).map(
    (sql) => /"public"."(\w+)"/.exec(sql)?.[1],
  )

test('what others refer to comes first, also over a table that has no records', () => {
  const references = [designReference(['a', 'b_id'], ['b', 'id']), designReference(['b', 'c_id'], ['c', 'id'])]
  expect(order(references, 'a', 'b', 'c')).toEqual(['c', 'b', 'a'])
  expect(order(references, 'a', 'c')).toEqual(['c', 'a'])
  expect(order([], 'a', 'c')).toEqual(['a', 'c'])
})

test('tables that refer to each other, or to themselves, are all there once', () => {
  const references = [
    designReference(['a', 'b_id'], ['b', 'id']),
    designReference(['b', 'a_id'], ['a', 'id']),
    designReference(['c', 'up'], ['c', 'id']),
  ]
  expect(order(references, 'a', 'b', 'c')).toEqual(['b', 'a', 'c'])
})
