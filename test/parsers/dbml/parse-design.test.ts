import { describe, expect, test } from 'vitest'
import type { NselfError } from '../../../src/core/errors.ts'
import type { Design, DesignTable } from '../../../src/core/schema/design.ts'
import { filesOfDesign, parseDesign } from '../../../src/parsers/dbml/parse-design.ts'

const entry = '/shop/schema.dbml'
const textsOf = (files: Record<string, string>) => ({ entry, texts: new Map(Object.entries(files)) })
const parse = (files: Record<string, string>) => parseDesign(textsOf(files), (path) => path.replace('/shop/', ''))
const parseText = (text: string) => parse({ [entry]: text })

async function fails(files: Record<string, string>): Promise<NselfError> {
  return parse(files).then(
    () => expect.fail('the design is taken'),
    (error: NselfError) => error,
  )
}

function tableIn({ tables }: Design, name: string): DesignTable {
  return tables.find((table) => table.name === name) ?? expect.fail(`no table ${name}`)
}

async function columnOf(settings: string) {
  return tableIn(await parseText(`Table t {\n  c ${settings}\n}\n`), 't').columns[0]
}

describe('a default is SQL of the kind that was written', () => {
  test.each([
    ["text [default: 'it\\'s']", "'it''s'"],
    ["text [default: 'back\\\\slash']", "E'back\\\\slash'"],
    ['timestamptz [default: `now()`]', '(now())'],
    ['boolean [default: false]', 'false'],
    ['text [default: null]', null],
    ['text', null],
    ['numeric [default: 0.10]', '0.10'],
    ['bigint [default: 9007199254740993]', '9007199254740993'],
    ['int [default: -1]', '-1'],
  ])('%s', async (settings, sql) => {
    expect(await columnOf(settings)).toMatchObject({ default: sql })
  })
})

describe('a column', () => {
  test.each([
    ['id serial', { type: 'integer', increment: true }],
    ['int [increment]', { type: 'int', increment: true }],
    ['int [not null]', { notNull: true, increment: false }],
    ["int [note: ' why ']", { comment: 'why' }],
    ["int [note: '  ']", { comment: null }],
  ])('%s', async (settings, expected) => {
    expect(await columnOf(settings.replace('id ', ''))).toMatchObject(expected)
  })

  test('of an enum in another schema has its qualified type', async () => {
    const design = await parseText('Enum a.mood {\n  ok\n}\nTable t {\n  c a.mood\n}\n')
    expect(tableIn(design, 't').columns[0]?.type).toBe('"a"."mood"')
    expect(design.enums).toMatchObject([{ schema: 'a', name: 'mood', labels: ['ok'] }])
  })

  test('whose type lists its values gets an enum of its own', async () => {
    const design = await parseText("Table t {\n  c enum('x y', \"it's\", 3)\n}\n")
    expect(design.enums).toMatchObject([{ name: 't_c', labels: ['x y', "it's", '3'] }])
    expect(tableIn(design, 't').columns[0]?.type).toBe('"public"."t_c"')
  })
})

describe('a table', () => {
  test('has keys from columns and from indexes, the same key once', async () => {
    const text = `Table t {
  a int [pk]
  b int [unique]
  indexes {
    a [pk, name: 't_key']
    (a, b) [unique, name: 'pair']
    (\`a + b\`) [unique]
    b [type: hash, note: 'quick']
  }
  checks { \`a > 0\` [name: 'positive'] }
}
`
    const table = tableIn(await parseText(text), 't')
    expect(table.keys).toMatchObject([
      { kind: 'primary key', name: 't_key', columns: ['a'] },
      { kind: 'unique', name: null, columns: ['b'] },
      { kind: 'unique', name: 'pair', columns: ['a', 'b'] },
    ])
    expect(table.indexes).toMatchObject([
      { unique: true, keys: [{ text: 'a + b', isColumn: false }] },
      { unique: false, method: 'hash', comment: 'quick', keys: [{ text: 'b', isColumn: true }] },
    ])
    expect(table.checks).toMatchObject([{ name: 'positive', expression: 'a > 0', at: { line: 10 } }])
  })

  test('takes the columns of a partial where it is named, and keeps its own of the same name', async () => {
    const text = `TablePartial base {
  id bigint
  made date
  note: 'from a partial'
}
Table t {
  first int
  ~base
  id int
}
`
    const table = tableIn(await parseText(text), 't')
    expect(table.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(['first int', 'made date', 'id int'])
    expect(table.comment).toBe('from a partial')
  })

  test('gives an index another name where two tables use one, and says so', async () => {
    const table = (name: string) => `Table ${name} {\n  c int\n  indexes { c [name: 'by_c'] }\n}\n`
    const { tables, notes } = await parseText(table('a') + table('b'))
    expect(tables.flatMap(({ indexes }) => indexes.map(({ name }) => name))).toEqual(['a_by_c', 'b_by_c'])
    expect(notes).toEqual([
      'several indexes are called by_c: that of a becomes a_by_c',
      'several indexes are called by_c: that of b becomes b_by_c',
    ])
  })
})

describe('a reference', () => {
  const two = 'Table a {\n  id int [pk]\n  b int\n}\nTable b {\n  id int [pk]\n  a int\n}\n'

  test.each([
    ['Ref: a.b > b.id', 'a', 'b'],
    ['Ref: b.id < a.b', 'a', 'b'],
    ['Ref: a.b - b.id', 'a', 'b'],
    ['Ref: b.id - a.b', 'a', 'b'],
    ['Ref: a.id - b.id', 'b', 'a'],
  ])('%s has its foreign key in %s', async (ref, from, to) => {
    const { references } = await parseText(`${two}${ref}\n`)
    expect(references).toMatchObject([{ from: { table: from }, to: { table: to } }])
  })

  test('keeps its name, its rules and its columns', async () => {
    const { references } = await parseText(`${two}Ref own: a.(id, b) > b.(id, a) [delete: set null, update: CASCADE]\n`)
    expect(references).toMatchObject([
      {
        name: 'own',
        from: { schema: 'public', table: 'a', columns: ['id', 'b'] },
        to: { table: 'b', columns: ['id', 'a'] },
        onDelete: 'set null',
        onUpdate: 'cascade',
      },
    ])
  })

  test('of many to many makes a table between, under a name that is free', async () => {
    const { tables, references } = await parseText(`${two}Table a_b {\n  x int\n}\nRef: a.id <> b.id\n`)
    const between = tables.find(({ name }) => name === 'a_b_1')
    expect(between?.columns.map(({ name }) => name)).toEqual(['a_id', 'b_id'])
    expect(between?.keys).toMatchObject([{ kind: 'primary key', columns: ['a_id', 'b_id'] }])
    expect(references.map(({ from, to }) => `${from.table}.${from.columns} > ${to.table}`)).toEqual([
      'a_b_1.a_id > a',
      'a_b_1.b_id > b',
    ])
  })

  test('of a column that came from a partial is that of the table', async () => {
    const { references } = await parseText(
      'TablePartial p {\n  owner int [ref: > u.id]\n}\nTable u {\n  id int [pk]\n}\nTable t {\n  ~p\n}\n',
    )
    expect(references).toMatchObject([{ from: { table: 't', columns: ['owner'] }, to: { table: 'u' } }])
  })
})

test('records become values of SQL', async () => {
  const text =
    "Table t {\n  a int\n  b text\n  c boolean\n}\nRecords t(a, b, c) {\n  1, 'it\\'s', true\n  null, `lower('X')`, false\n}\n"
  expect((await parseText(text)).records).toMatchObject([
    {
      schema: 'public',
      table: 't',
      columns: ['a', 'b', 'c'],
      rows: [
        ['1', "'it''s'", 'true'],
        ['NULL', "(lower('X'))", 'false'],
      ],
    },
  ])
})

describe('files that a design imports', () => {
  test('are named as far as the texts tell', async () => {
    const first = { [entry]: "use * from './sub/a'\nreuse { table z } from './z.dbml'\n" }
    expect(await filesOfDesign(textsOf(first))).toEqual([entry, '/shop/sub/a.dbml', '/shop/z.dbml'])
    const second = { ...first, '/shop/sub/a.dbml': "use * from '../b'\n" }
    expect(await filesOfDesign(textsOf(second))).toContain('/shop/b.dbml')
  })

  test('give their tables and enums, with places in their own text', async () => {
    const design = await parse({
      [entry]: "use {\n  table z\n  enum mood\n} from './z'\nTable t {\n  z int [ref: > z.id]\n}\n",
      '/shop/z.dbml': "Enum mood {\n  ok\n}\n\nTable z {\n  id int [pk, default: 1.50]\n  k enum('a', 'b')\n}\n",
    })
    expect(tableIn(design, 'z')).toMatchObject({
      at: { path: 'z.dbml', line: 5, excerpt: 'Table z {' },
      columns: [{ default: '1.50' }, { type: '"public"."z_k"' }],
    })
    expect(design.enums.map(({ name, labels }) => [name, labels])).toContainEqual(['z_k', ['a', 'b']])
  })

  test('have a fault told with their own line and a hint about their own text', async () => {
    const sql = 'CREATE TABLE q (\n  id int\n);\n'
    const dbml = 'Table t {\n  id int\n}\n'
    expect(await fails({ [entry]: `use * from './q'\n${dbml}`, '/shop/q.dbml': sql })).toMatchObject({
      location: { path: 'q.dbml', line: 1, excerpt: 'CREATE TABLE q (' },
      hint: expect.stringContaining('this is SQL, not DBML'),
    })
    const broken = await fails({ [entry]: `use * from './q'\n`, '/shop/q.dbml': `${dbml}Table {\n}\n` })
    expect(broken).toMatchObject({ location: { path: 'q.dbml', line: 4, excerpt: 'Table {' } })
    expect(broken.hint).toContain('fix the file')
  })

  test('are asked for in the line that names one without a text', async () => {
    expect(await fails({ [entry]: "\nuse { table b } from './b'\n" })).toMatchObject({
      location: { path: 'schema.dbml', line: 2 },
    })
  })
})

test('a file with line ends of Windows means the same design, and its faults have the same places', async () => {
  const text = "Table t {\n  a int\n  Note: '''\n    one\n    two\n  '''\n}\n"
  const windows = await parseText(text.replaceAll('\n', '\r\n'))
  expect(windows).toEqual(await parseText(text))
  expect(tableIn(windows, 't').comment).toBe('one\ntwo')
  const fault = { location: { line: 4, excerpt: 'Table {' } }
  for (const end of ['\n', '\r\n']) {
    expect(await fails({ [entry]: ['Table t {', '  a int', '}', 'Table {', '}', ''].join(end) })).toMatchObject(fault)
  }
})

describe('a mistake in the syntax is told with what to write instead', () => {
  test.each([
    ['c text [nullable]', 'nullable is not a setting of a column', 'leave it out: a column takes nulls unless'],
    ['c int [auto_increment]', 'auto_increment is not a setting of a column', 'write [increment]'],
    ['c int [color]', 'color is not a setting of a column', 'write one of [pk, not null'],
    ['c bigint unsigned [not null]', 'the type bigint unsigned has several words', 'c "bigint unsigned"'],
    ['c character varying(20)', 'the type character varying(20) has several words', 'c "character varying(20)"'],
    ['c text not null', 'not null is SQL, not DBML', 'write settings in brackets'],
    ['c int,', 'a comma ends the line', 'leave it out: c int'],
    ['owner_id [ref: > t.id]', 'column owner_id has no type', 'owner_id integer [ref: > t.id]'],
    ['c', 'column c has no type', 'c text'],
    ['indexes: [', 'indexes is a block in braces', 'indexes { (a, b) [unique] }'],
    ['Indexes\n  {\n  id\n  }', 'the brace of a block stands on another line', 'indexes { on one line'],
    ['UNIQUE (id)', 'UNIQUE is SQL, not DBML', '(a, b) [pk] under indexes'],
    ['CHECK (id > 0)', 'CHECK is SQL, not DBML', 'under checks'],
    ['FOREIGN KEY (id) REFERENCES b(id)', 'FOREIGN KEY is SQL, not DBML', 'write [ref: > table.column]'],
    ['c text [default: now()]', 'a default is a number, a text in quotes', '[default: `now()`]'],
    ['c text [note: no quotes]', 'a note is a text in quotes', "[note: 'what it is for']"],
    ['c int [ref: t.id]', 'a reference says which way it goes', '[ref: > users.id]'],
    ['c int [ref: > gone.id]', "Table 'gone' does not exist", 'correct the name, or add it to the design'],
  ])('%s', async (line, message, hint) => {
    const error = await fails({ [entry]: `Table t {\n  id int [pk]\n  ${line}\n}\n` })
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
    expect(error.location).toMatchObject({ line: 3 })
  })

  test('a table that is in a design twice is named', async () => {
    const error = await fails({ [entry]: 'Table t {\n  id int\n}\nTable t {\n  id int\n}\n' })
    expect(error).toMatchObject({ message: "table 't' in schema 'public' is in the design twice" })
  })
})
