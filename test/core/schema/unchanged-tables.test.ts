import { describe, expect, test } from 'vitest'
import type { Table } from '../../../src/core/schema/catalog.ts'
import type { Design, DesignTable } from '../../../src/core/schema/design.ts'
import { columnWordKey, unchangedTables } from '../../../src/core/schema/unchanged-tables.ts'
import { catalogOf, columnOf, constraintOf, indexOf, tableOf } from '../../helpers/catalog.ts'
import { at, designColumn, designIndex, designKey, designOf, designTable } from '../../helpers/design.ts'

const id = columnOf('id', 'bigint', { notNull: true })
const price = columnOf('price', 'numeric(10,2)', { default: '0' })
const columns = [id, price]
const key = constraintOf('primary key', 't_pkey', 'PRIMARY KEY (id)', { columns: ['id'] })
const known = tableOf('t', columns, { constraints: [key] })
const other = { ...known, name: 'u' }

const designed = {
  columns: [designColumn('id int8'), designColumn('price numeric', { default: '0' })],
  keys: [designKey('primary key', ['id'])],
}
const words = new Map([
  [columnWordKey({ type: 'int8', default: null }), { type: 'bigint', default: null }],
  [columnWordKey({ type: 'numeric', default: '0' }), { type: 'numeric(10,2)', default: '0' }],
  [columnWordKey({ type: 'text', default: null }), { type: 'text', default: null }],
])

function isUnchanged(have: Partial<Table>, want: Partial<DesignTable>, more: Partial<Design> = {}): boolean {
  const design = designOf({ tables: [designTable('t', [], { ...designed, ...want })], ...more })
  return unchangedTables(catalogOf({ tables: [{ ...known, ...have }, other] }), design, words).has('public.t')
}

describe('a table that need not be made to be compared', () => {
  test('is what the database has, in whatever words the design says it', () => {
    expect(isUnchanged({}, {})).toBe(true)
  })

  test('may have what DBML cannot say', () => {
    const partial = indexOf('i', [{ text: 'id', isColumn: true }], { more: true })
    expect(isUnchanged({ indexes: [partial], settings: { 'row security': 'on' } }, {})).toBe(true)
  })

  test.each<[string, Partial<Table>, Partial<DesignTable>]>([
    ['another default', { columns: [id, columnOf('price', 'numeric(10,2)', { default: '1' })] }, {}],
    ['another type', { columns: [columnOf('id', 'integer', { notNull: true }), price] }, {}],
    ['a NULL', { columns: [id, { ...price, notNull: true }] }, {}],
    ['another order of columns', { columns: columns.toReversed() }, {}],
    ['a comment', {}, { comment: 'all that is sold' }],
    ['a column more', {}, { columns: [...designed.columns, designColumn('note text')] }],
    ['a column less', { columns: [...columns, columnOf('note', 'text')] }, {}],
    ['a type that nobody knows', {}, { columns: [...designed.columns, designColumn('note txt')] }],
    ['no key', {}, { keys: [] }],
    ['an index', {}, { indexes: [designIndex(['price'])] }],
    ['a unique column', {}, { keys: [...designed.keys, designKey('unique', ['price'])] }],
    ['a check', {}, { checks: [{ name: null, expression: 'price > 0', at }] }],
    ['a parent', { inherits: [{ schema: 'public', name: 'base' }] }, {}],
  ])('is not one with %s', (_, have, want) => {
    expect(isUnchanged(have, want)).toBe(false)
  })

  const check = constraintOf('check', 't_price_check', 'CHECK ((price > (0)::numeric))', { columns: ['price'] })
  test.each([
    ['price > (0)::numeric', true],
    ['price > 0', false],
  ])('has a check only as PostgreSQL writes it: %s', (expression, unchanged) => {
    const checks = [{ name: null, expression, at }]
    expect(isUnchanged({ constraints: [key, check] }, { checks })).toBe(unchanged)
  })

  test('has the references that the design has', () => {
    const to = { schema: 'public', table: 'u', columns: ['id'] }
    const rules = { onDelete: 'no action', onUpdate: 'no action' } as const
    const reference = constraintOf('foreign key', 't_fkey', 'FOREIGN KEY …', {
      columns: ['id'],
      references: { ...to, ...rules },
    })
    const asked = { name: null, from: { schema: 'public', table: 't', columns: ['id'] }, to, at }
    const have = { constraints: [key, reference] }
    expect(isUnchanged(have, {}, { references: [{ ...asked, ...rules }] })).toBe(true)
    expect(isUnchanged(have, {}, { references: [{ ...asked, ...rules, onDelete: 'cascade' }] })).toBe(false)
    expect(isUnchanged(have, {})).toBe(false)
  })

  test('has no records, which are tried on an empty one', () => {
    expect(
      isUnchanged({}, {}, { records: [{ schema: 'public', table: 't', columns: ['id'], rows: [['1']], at }] }),
    ).toBe(false)
  })

  test('uses no enum that gets other values', () => {
    const enums = [{ schema: 'public', name: 'price', labels: ['a'], at }]
    expect(isUnchanged({}, {}, { enums })).toBe(false)
  })
})
