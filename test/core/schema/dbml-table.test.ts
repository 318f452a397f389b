import { describe, expect, test } from 'vitest'
import type { Column, Constraint, Index, Table } from '../../../src/core/schema/catalog.ts'
import { sameButQuotes, tableBlock } from '../../../src/core/schema/dbml-table.ts'
import { columnOf, constraintOf, indexOf, tableOf } from '../../helpers/catalog.ts'

const blockOf = (table: Table) => tableBlock(table, () => false)
/** The lines about a column of a table t with these constraints. */
const columnLines = (column: Column, constraints: Constraint[] = []) =>
  blockOf(tableOf('t', [column], { constraints }))
    .split('\n')
    .slice(1, -1)
const key = (kind: 'primary key' | 'unique', name: string, ...columns: string[]) =>
  constraintOf(kind, name, `${kind.toUpperCase()} (${columns.join(', ')})`, { columns })

describe('a column is written', () => {
  const serial = { default: `nextval('s'::regclass)`, serial: 'public.s' }
  test.each([
    [
      'with its settings',
      columnOf('a', 'text', { notNull: true, default: "'x'::text" }),
      ["  a text [not null, default: 'x']"],
    ],
    ['with its note', columnOf('a', 'text', { comment: 'why' }), ["  a text [note: 'why']"]],
    ['as one that counts', columnOf('a', 'integer', serial), ['  a integer [increment]']],
    [
      'without the default of one that counts from a foreign sequence',
      columnOf('a', 'integer', { default: `nextval('s'::regclass)` }),
      ["  // default nextval('s'::regclass)", '  a integer [increment]'],
    ],
    [
      'with a default that has no words in a comment',
      columnOf('a', 'text', { default: '1 ` 2' }),
      ['  // default 1 ` 2', '  a text'],
    ],
    [
      'with its collation in a comment',
      columnOf('a', 'text', { collation: '"C"' }),
      ['  // collation "C"', '  a text'],
    ],
    [
      'with what generates it in a comment',
      columnOf('a', 'integer', { generated: { expression: '(b + 1)', kind: 'stored' } }),
      ['  // generated always as (b + 1) stored', '  a integer'],
    ],
  ])('%s', (_, column, lines) => {
    expect(columnLines(column)).toEqual(lines)
  })
})

describe('a key stands at its column where PostgreSQL would call it so:', () => {
  const column = columnOf('a', 'integer', { notNull: true })
  test.each([
    ['a primary key', key('primary key', 't_pkey', 'a'), ['  a integer [pk]']],
    ['a unique constraint', key('unique', 't_a_key', 'a'), ['  a integer [not null, unique]']],
  ])('%s', (_, constraint, lines) => {
    expect(columnLines(column, [constraint])).toEqual(lines)
  })

  test.each([
    ['a primary key of another name', key('primary key', 'own', 'a'), ["    a [pk, name: 'own']"]],
    ['a unique constraint of another name', key('unique', 'own', 'a'), ["    a [unique, name: 'own']"]],
    ['a primary key of two columns', key('primary key', 't_pkey', 'a', 'b'), ['    (a, b) [pk]']],
    [
      'a key with a note on two columns',
      { ...key('unique', 't_a_b_key', 'a', 'b'), comment: 'why' },
      ["    (a, b) [unique, name: 't_a_b_key', note: 'why']"],
    ],
    [
      'a primary key that is deferrable',
      { ...key('primary key', 't_pkey', 'a'), definition: 'PRIMARY KEY (a) DEFERRABLE' },
      ['    // CONSTRAINT t_pkey PRIMARY KEY (a) DEFERRABLE', '    a [pk]'],
    ],
  ])('%s stands among the indexes', (_, constraint, lines) => {
    expect(columnLines(column, [constraint]).slice(1)).toEqual(['', '  indexes {', ...lines, '  }'])
  })

  test.each([
    [
      'a unique constraint that is deferrable',
      { ...key('unique', 't_a_key', 'a'), definition: 'UNIQUE (a) DEFERRABLE' },
    ],
    ['an exclusion', constraintOf('exclusion', 'x', 'EXCLUDE USING gist (a WITH =)')],
  ])('%s is a comment, in no block of its own', (_, constraint) => {
    expect(columnLines(column, [constraint])).toEqual([
      '  a integer [not null]',
      '',
      `  // CONSTRAINT ${constraint.name} ${constraint.definition}`,
    ])
  })
})

describe('an index is written', () => {
  const lineOf = (index: Index) =>
    blockOf(tableOf('t', [columnOf('a', 'text')], { indexes: [index] }))
      .split('\n')
      .at(-3)
  const onColumn = [{ text: 'a', isColumn: true }]
  test.each([
    ['with its name', indexOf('i', onColumn), "    a [name: 'i']"],
    ['with its method', indexOf('i', onColumn, { method: 'gin' }), "    a [name: 'i', type: gin]"],
    [
      'with its type where it is unique, as no constraint',
      indexOf('i', onColumn, { unique: true }),
      "    a [unique, name: 'i', type: btree]",
    ],
    ['with its note', indexOf('i', onColumn, { comment: 'why' }), "    a [name: 'i', note: 'why']"],
    ['with its order', indexOf('i', [{ text: 'a', isColumn: true, behind: ' DESC' }]), '    `"a" DESC` [name: \'i\']'],
    ['with an expression', indexOf('i', [{ text: '(a || a)', isColumn: false }]), "    `a || a` [name: 'i']"],
  ])('%s', (_, index, line) => {
    expect(lineOf(index)).toBe(line)
  })

  const definition = 'CREATE INDEX i …'
  test.each([
    ['has a WHERE', indexOf('i', onColumn, { more: true, definition })],
    ['is not valid', indexOf('i', onColumn, { valid: false, definition })],
    ['has a backtick in its expression', indexOf('i', [{ text: 'a ` b', isColumn: false }], { definition })],
  ])('as a comment where it %s', (_, index) => {
    expect(
      blockOf(tableOf('t', [columnOf('a', 'text')], { indexes: [index] }))
        .split('\n')
        .at(-2),
    ).toBe(`  // ${definition}`)
  })
})

test('checks are written without their parentheses; what is more than one is a comment', () => {
  const checks = [
    constraintOf('check', 'one', 'CHECK ((a > 0))'),
    constraintOf('check', 'two', 'CHECK ((a > 1)) NOT VALID'),
  ]
  expect(columnLines(columnOf('a', 'integer'), checks).slice(2)).toEqual([
    '  checks {',
    "    `a > 0` [name: 'one']",
    '    // CONSTRAINT two CHECK ((a > 1)) NOT VALID',
    '  }',
  ])
})

test('what DBML cannot say of a table stands above it', () => {
  const more = {
    schema: 'app',
    partitionKey: 'RANGE (a)',
    inherits: [{ schema: 'public', name: 'x.y' }],
    unlogged: true,
    comment: 'why',
  }
  expect(blockOf(tableOf('t', [columnOf('a', 'date')], more))).toBe(`// partitioned by RANGE (a)
// inherits public."x.y"
// unlogged
Table app.t {
  a date

  Note: 'why'
}`)
})

test('a table without columns is a comment', () => {
  expect(blockOf(tableOf('t', []))).toBe('// Table t has no columns')
})

test('definitions are the same but for their quotes', () => {
  expect(sameButQuotes('UNIQUE ("A", b)', 'UNIQUE (A, b)')).toBe(true)
  expect(sameButQuotes('UNIQUE (a, b)', 'UNIQUE (b, a)')).toBe(false)
})
