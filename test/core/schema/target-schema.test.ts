import { describe, expect, test } from 'vitest'
import type { Column, Constraint, Index, Table } from '../../../src/core/schema/catalog.ts'
import type { DesignTable } from '../../../src/core/schema/design.ts'
import { rewrittenKey, targetSchemaOf } from '../../../src/core/schema/target-schema.ts'
import { catalogOf, columnOf, constraintOf, indexOf, tableOf } from '../../helpers/catalog.ts'
import { at, designColumn, designIndex, designKey, designOf, designTable } from '../../helpers/design.ts'

const none = new Map<string, string>()

/** The table t as it shall be, from what the database has, what PostgreSQL made of the design, and the design. */
function wantedTable(have: Table, made: Table, design: Partial<DesignTable> = {}, rewritten = none): Table {
  const { tables } = targetSchemaOf(
    catalogOf({ tables: [have] }),
    catalogOf({ tables: [made] }),
    designOf({ tables: [designTable('t', [], design)] }),
    rewritten,
  )
  const [table] = tables
  if (table === undefined || tables.length > 1) throw new Error('one table was expected')
  return table
}

const columnFrom = (have: Partial<Column>, made: Partial<Column>, increment = false, rewritten = none) =>
  wantedTable(
    tableOf('t', [columnOf('a', have.type ?? 'integer', have)]),
    tableOf('t', [columnOf('a', made.type ?? 'integer', made)]),
    { columns: [designColumn('a int', { increment })] },
    rewritten,
  ).columns[0]

describe('a column of the design', () => {
  test('keeps what DBML cannot say', () => {
    const own = { statistics: 500, storage: 'external', compression: 'lz4', collation: '"C"' }
    expect(columnFrom(own, { notNull: true, comment: 'new' })).toMatchObject({ ...own, notNull: true, comment: 'new' })
  })

  test('keeps only its statistics target with another type', () => {
    expect(columnFrom({ statistics: 500, storage: 'external' }, { type: 'text' })).toMatchObject({
      type: 'text',
      statistics: 500,
      storage: null,
    })
  })

  test.each([
    ['the design has one, and the database none', null, '0', '0'],
    ['the design has none', '0', null, null],
    ['both are the same but for how they are written', "'a'::text", "('a'::text)", "'a'::text"],
    ['both are different', "'a'::text", "'b'::text", "'b'::text"],
  ])('has a default: %s', (_, have, made, wanted) => {
    const rewritten = new Map([[rewrittenKey('public.t', "'a'::text"), "('a'::text)"]])
    expect(columnFrom({ default: have }, { default: made }, false, rewritten)?.default).toBe(wanted)
  })

  test('that counts may be null as before, unless the design says otherwise', () => {
    const serial = { serial: 'public.t_a_seq', notNull: false }
    expect(columnFrom(serial, { notNull: true }, true)?.notNull).toBe(false)
    expect(columnFrom({ ...serial, notNull: true }, { notNull: true }, true)?.notNull).toBe(true)
    expect(columnFrom({ notNull: false }, { notNull: true }, true)?.notNull).toBe(true)
  })

  const generated = { expression: 'b + 1', kind: 'stored' as const }
  test('stays generated, which DBML cannot say, unless it gets a default', () => {
    expect(columnFrom({ generated }, {})?.generated).toEqual(generated)
    expect(columnFrom({ generated }, { default: '0' })?.generated).toBeNull()
    const again = { expression: 'b + 1.0', kind: 'stored' as const }
    expect(columnFrom({ generated }, { type: 'numeric', generated: again })?.generated).toEqual(again)
  })

  test('that counts keeps the way in which it counts', () => {
    const serial = { serial: 'public.s', default: `nextval('s'::regclass)` }
    const identity = { kind: 'by default' as const, sequence: 'public.t_a_seq' }
    expect(columnFrom(serial, { identity }, true)).toMatchObject({ ...serial, identity: null })
    expect(columnFrom({}, { identity }, true)).toMatchObject({ serial: null, identity })
    expect(columnFrom({ identity }, {})).toMatchObject({ identity: null })
  })
})

const columns = [columnOf('a', 'integer'), columnOf('b', 'integer'), columnOf('a,b', 'integer')]
const withParts = (constraints: Constraint[], indexes: Index[] = []) => tableOf('t', columns, { constraints, indexes })
const unique = (name: string, ...names: string[]) =>
  constraintOf('unique', name, `UNIQUE (${names.join(', ')})`, { columns: names })
const keysOn = (...names: string[]) => names.map((text) => ({ text, isColumn: true }))
const check = (name: string, definition: string) => constraintOf('check', name, definition)
const namesIn = ({ constraints, indexes }: Table) => [...constraints, ...indexes].map(({ name }) => name)

describe('a constraint of the design', () => {
  test.each([
    [
      'that does the same as one of the database is that one',
      [unique('old', 'a', 'b')],
      unique('t_a_b_key', 'a', 'b'),
      ['old'],
    ],
    ['on the same columns in another order is another', [unique('old', 'b', 'a')], unique('new', 'a', 'b'), ['new']],
    ['on a column whose name holds a comma is not on two', [unique('old', 'a,b')], unique('new', 'a', 'b'), ['new']],
    [
      'is no key of another kind',
      [unique('old', 'a')],
      constraintOf('primary key', 'new', '', { columns: ['a'] }),
      ['new'],
    ],
    ['is a check that says the same', [check('old', 'CHECK ((a > 0))')], check('new', 'CHECK ((a > 0))'), ['old']],
    [
      'is a check that says something else',
      [check('old', 'CHECK ((a > 0))')],
      check('new', 'CHECK ((a > 1))'),
      ['new'],
    ],
    [
      'leaves what DBML cannot say',
      [
        check('late', 'CHECK ((a > 0)) NOT VALID'),
        constraintOf('exclusion', 'apart', 'EXCLUDE USING gist (a WITH =)'),
        constraintOf('unique', 'deferred', 'UNIQUE (b) DEFERRABLE', { columns: ['b'] }),
      ],
      unique('new', 'a'),
      ['new', 'late', 'apart', 'deferred'],
    ],
  ])('%s', (_, have, made, names) => {
    expect(namesIn(wantedTable(withParts(have), withParts([made])))).toEqual(names)
  })

  test('that the design names is the one of that name only', () => {
    const design = { keys: [designKey('unique', ['a'], 'said')] }
    const made = withParts([unique('said', 'a')])
    expect(namesIn(wantedTable(withParts([unique('other', 'a')]), made, design))).toEqual(['said'])
    expect(wantedTable(withParts([unique('said', 'a')]), made, design).constraints).toHaveLength(1)
  })

  test('that the design has not goes', () => {
    expect(namesIn(wantedTable(withParts([unique('old', 'a')]), withParts([])))).toEqual([])
  })

  test('that is a foreign key is the same only with the same rules', () => {
    const foreignKey = (name: string, onDelete: 'cascade' | 'restrict') =>
      constraintOf('foreign key', name, '', {
        columns: ['a'],
        references: { schema: 'public', table: 't', columns: ['b'], onDelete, onUpdate: 'no action' },
      })
    const key = constraintOf('unique', 'key', 'UNIQUE (b)', { columns: ['b'] })
    const made = withParts([key, foreignKey('new', 'cascade')])
    expect(namesIn(wantedTable(withParts([key, foreignKey('old', 'cascade')]), made))).toEqual(['key', 'old'])
    expect(namesIn(wantedTable(withParts([key, foreignKey('old', 'restrict')]), made))).toEqual(['key', 'new'])
  })

  test('that is a foreign key which DBML cannot say stays when the design does not name it', () => {
    const to = (table: string) =>
      constraintOf('foreign key', `to ${table}`, '', {
        columns: ['a'],
        references: { schema: 'public', table, columns: ['b'], onDelete: 'no action', onUpdate: 'no action' },
      })
    const key = constraintOf('unique', 'key', 'UNIQUE (b)', { columns: ['b'] })
    const made = withParts([key])
    expect(namesIn(wantedTable(withParts([key, to('t'), to('a_partition')]), made))).toEqual(['key', 'to a_partition'])
  })
})

describe('an index of the design', () => {
  const plain = (name: string, ...names: string[]) => indexOf(name, keysOn(...names))
  test.each([
    ['on the same columns is that of the database', plain('old', 'a', 'b'), plain('new', 'a', 'b'), ['old']],
    ['on other columns is another', plain('old', 'b'), plain('new', 'a'), ['new']],
    ['on two columns is not one on a column with a comma', plain('old', 'a,b'), plain('new', 'a', 'b'), ['new']],
    ['on fewer columns is another', plain('old', 'a', 'b'), plain('new', 'a'), ['new']],
    [
      'on a column is not one on an expression of the same letters',
      indexOf('old', [{ text: 'a', isColumn: false }]),
      plain('new', 'a'),
      ['new'],
    ],
    ['by another method is another', { ...plain('old', 'a'), method: 'hash' }, plain('new', 'a'), ['new']],
    ['that is unique is another', plain('old', 'a'), { ...plain('new', 'a'), unique: true }, ['new']],
    [
      'without a WHERE leaves one with a WHERE alone',
      indexOf('part', keysOn('a'), { more: true }),
      plain('new', 'a'),
      ['new', 'part'],
    ],
  ])('%s', (_, have, made, names) => {
    expect(namesIn(wantedTable(withParts([], [have]), withParts([], [made])))).toEqual(names)
  })

  test('is that of the same name, whatever WHERE that has', () => {
    const have = indexOf('part', keysOn('a'), { more: true, definition: 'CREATE INDEX part … WHERE a' })
    const design = { indexes: [designIndex(['a'], { name: 'part' })] }
    const table = wantedTable(
      withParts([], [have]),
      withParts([], [indexOf('part', keysOn('a'), { comment: 'new' })]),
      design,
    )
    expect(table.indexes).toEqual([{ ...have, comment: 'new' }])
  })

  test('on an expression is the same when PostgreSQL reads it the same', () => {
    const on = (name: string, text: string) => indexOf(name, [{ text, isColumn: false }])
    const rewritten = new Map([[rewrittenKey('public.t', 'old text'), 'new text']])
    const [have, made] = [withParts([], [on('old', 'old text')]), withParts([], [on('new', 'new text')])]
    expect(namesIn(wantedTable(have, made, {}, rewritten))).toEqual(['old'])
    expect(namesIn(wantedTable(have, made))).toEqual(['new'])
  })
})

describe('a unique index and a unique constraint do the same', () => {
  const index = (name: string, ...names: string[]) => indexOf(name, keysOn(...names), { unique: true })
  test.each([
    [
      'an index of the database is the constraint',
      withParts([], [index('i', 'a', 'b')]),
      withParts([unique('k', 'a', 'b')]),
      ['i'],
    ],
    [
      'a constraint of the database is the index',
      withParts([unique('k', 'a', 'b')]),
      withParts([], [index('i', 'a', 'b')]),
      ['k'],
    ],
    [
      'but no index on a name with a comma',
      withParts([], [index('i', 'a,b')]),
      withParts([unique('k', 'a', 'b')]),
      ['k'],
    ],
    ['and no constraint on one', withParts([unique('k', 'a,b')]), withParts([], [index('i', 'a', 'b')]), ['i']],
    [
      'nor an index that is not unique',
      withParts([], [indexOf('i', keysOn('a'))]),
      withParts([unique('k', 'a')]),
      ['k'],
    ],
  ])('%s', (_, have, made, names) => {
    expect(namesIn(wantedTable(have, made))).toEqual(names)
  })
})

test('a table has the note of the design, and keeps what DBML cannot say', () => {
  const have = tableOf('t', [], { comment: 'old', unlogged: true, settings: { fillfactor: '70' } })
  expect(wantedTable({ ...have, columns }, tableOf('t', columns, { comment: 'new' }))).toEqual({
    ...have,
    columns,
    comment: 'new',
  })
})

test('a table that the database lacks is as PostgreSQL made it; one that the design lacks goes', () => {
  const made = tableOf('new', [columnOf('a', 'integer')])
  const { tables } = targetSchemaOf(
    catalogOf({ tables: [tableOf('old', [columnOf('a', 'integer')])] }),
    catalogOf({ tables: [made] }),
    designOf({ tables: [designTable('new', ['a int'])] }),
    none,
  )
  expect(tables).toEqual([made])
})

test('what DBML does not show stays: foreign tables, tables without columns, partitions of what stays', () => {
  const column = [columnOf('a', 'integer')]
  const under = (name: string, parent: string) =>
    tableOf(name, column, { kind: 'partition', inherits: [{ schema: 'public', name: parent }] })
  const current = [
    tableOf('log', column, { kind: 'partitioned' }),
    under('log_1', 'log'),
    under('log_1_a', 'log_1'),
    tableOf('gone', column, { kind: 'partitioned' }),
    under('gone_1', 'gone'),
    tableOf('far', column, { kind: 'foreign' }),
    tableOf('empty', []),
  ]
  const { tables } = targetSchemaOf(
    catalogOf({ tables: current }),
    catalogOf({ tables: [tableOf('log', column)] }),
    designOf({ tables: [designTable('log', ['a int'])] }),
    none,
  )
  expect(tables.map(({ name }) => name)).toEqual(['log', 'log_1', 'log_1_a', 'far', 'empty'])
  expect(tables[0]?.kind).toBe('partitioned')
})

describe('an enum of the design', () => {
  const enumOf = (labels: string[]) => {
    const known = {
      schema: 'public',
      name: 'mood',
      labels: ['a', 'b'],
      comment: 'kept',
      access: { owner: 'me', grants: [] },
    }
    const design = designOf({ enums: [{ schema: 'public', name: 'mood', labels, at }] })
    return targetSchemaOf(catalogOf({ enums: [known] }), catalogOf({}), design, none).enums
  }

  test('with the labels of the database is the one of the database', () => {
    expect(enumOf(['a', 'b'])).toMatchObject([{ access: { owner: 'me' } }])
  })

  test('with other labels keeps the comment', () => {
    expect(enumOf(['a', 'c'])).toEqual([{ schema: 'public', name: 'mood', labels: ['a', 'c'], comment: 'kept' }])
  })
})
