import { describe, expect, test } from 'vitest'
import type { Constraint, Table } from '../../../src/core/schema/catalog.ts'
import { drawnTables, keysOf, relationsOf } from '../../../src/core/schema/relations.ts'
import { catalogOf, columnOf, constraintOf, indexOf, tableOf } from '../../helpers/catalog.ts'

const parent = tableOf('parent', [columnOf('id', 'integer')])
const toParent = (columns: string[], more: Partial<NonNullable<Constraint['references']>> = {}) =>
  constraintOf('foreign key', `child_${columns.join('_')}_fkey`, '', {
    columns,
    references: {
      ...{ schema: 'public', table: 'parent', columns: ['id'], onDelete: 'no action', onUpdate: 'no action' },
      ...more,
    },
  })

/** A child with a not-null column `a`, a nullable one `b`, and what is said. */
const childOf = (constraints: Constraint[], more: Partial<Table> = {}) =>
  tableOf('child', [columnOf('a', 'integer', { notNull: true }), columnOf('b', 'integer')], { constraints, ...more })
const relationOf = (child: Table) => relationsOf([parent, child])[0]
const key = (kind: Constraint['kind'], ...columns: string[]) => constraintOf(kind, 'k', '', { columns })

test('a diagram shows tables and partitioned tables, no partitions and nothing foreign', () => {
  const tables = (['table', 'partitioned', 'partition', 'foreign'] as const).map((kind) => tableOf(kind, [], { kind }))
  expect(drawnTables(catalogOf({ tables })).map(({ name }) => name)).toEqual(['table', 'partitioned'])
})

test('a foreign key leads from the child to the parent', () => {
  expect(relationOf(childOf([toParent(['a'])]))).toMatchObject({
    name: 'child_a_fkey',
    child: { name: 'child' },
    parent: { name: 'parent' },
    columns: ['a'],
  })
})

test('a foreign key to a table that is not shown, or is one of another schema, is left out', () => {
  expect(relationsOf([childOf([toParent(['a'])])])).toEqual([])
  expect(relationOf(childOf([toParent(['a'], { schema: 'app' })]))).toBeUndefined()
  expect(relationOf(childOf([key('primary key', 'a')]))).toBeUndefined()
})

describe('a row of the parent has at most one in the child', () => {
  const unique = { unique: true }
  const keys = [{ text: 'a', isColumn: true }]
  test.each([
    ['where the column is unique', childOf([toParent(['a']), key('unique', 'a')]), true],
    ['where it is the primary key', childOf([toParent(['a']), key('primary key', 'a')]), true],
    ['where part of its columns is unique', childOf([toParent(['a', 'b']), key('unique', 'b')]), true],
    ['where a unique index covers it', childOf([toParent(['a'])], { indexes: [indexOf('i', keys, unique)] }), true],
    ['not where only more columns are unique', childOf([toParent(['a']), key('unique', 'a', 'b')]), false],
    ['not for a check', childOf([toParent(['a']), key('check', 'a')]), false],
    [
      'not for an index that allows the same twice',
      childOf([toParent(['a'])], { indexes: [indexOf('i', keys)] }),
      false,
    ],
    [
      'not for a unique index on some rows',
      childOf([toParent(['a'])], { indexes: [indexOf('i', keys, { ...unique, more: true })] }),
      false,
    ],
    [
      'not for a unique index that is not valid',
      childOf([toParent(['a'])], { indexes: [indexOf('i', keys, { ...unique, valid: false })] }),
      false,
    ],
  ])('%s', (_, child, isOne) => {
    expect(relationOf(child)?.isOne).toBe(isOne)
  })
})

test('a row of the child may have no parent where one of the columns may be null', () => {
  expect(relationOf(childOf([toParent(['a'])]))?.isOptional).toBe(false)
  expect(relationOf(childOf([toParent(['b'])]))?.isOptional).toBe(true)
  expect(relationOf(childOf([toParent(['a', 'b'])]))?.isOptional).toBe(true)
})

describe('the part of a column in the keys of its table', () => {
  const table = childOf([key('primary key', 'a', 'b'), toParent(['b']), key('unique', 'c'), key('unique', 'd', 'e')])
  test.each([
    ['a', { primary: true, foreign: false, unique: false }],
    ['b', { primary: true, foreign: true, unique: false }],
    ['c', { primary: false, foreign: false, unique: true }],
    ['d', { primary: false, foreign: false, unique: false }],
  ])('%s: %j', (column, keys) => {
    expect(keysOf(table, column)).toEqual(keys)
  })
})
