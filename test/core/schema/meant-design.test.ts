import { describe, expect, test } from 'vitest'
import type { DesignColumn } from '../../../src/core/schema/design.ts'
import { withoutRelationColumns } from '../../../src/core/schema/relation-columns.ts'
import { hintForUnknownType } from '../../../src/core/schema/unknown-type.ts'
import { parseDesign } from '../../../src/parsers/dbml/parse-design.ts'

const parse = (text: string) => parseDesign({ entry: '/a.dbml', texts: new Map([['/a.dbml', text]]) }, () => 'a.dbml')
const sqlServer = "Project p {\n  database_type: 'SQL Server'\n}\n"

describe('what is unique more than once gets one constraint', () => {
  test.each([
    ['e text [unique]\n indexes {\n e [unique]\n }', [{ kind: 'unique', name: null, columns: ['e'] }]],
    ["e text [unique]\n indexes {\n e [unique, name: 'k']\n }", [{ kind: 'unique', name: 'k', columns: ['e'] }]],
    ['e text [pk, unique]', [{ kind: 'primary key', name: null, columns: ['e'] }]],
  ])('%j', async (body, keys) => {
    const { tables, notes } = await parse(`Table t {\n ${body}\n}\n`)
    expect(tables[0]?.keys).toMatchObject(keys)
    expect(tables[0]?.keys).toHaveLength(1)
    expect(notes).toEqual(['t (e) is declared unique more than once: it gets one constraint'])
  })
})

test('a unique hash index becomes a constraint, or an index that can be unique', async () => {
  const { tables, notes } = await parse(
    'Table t {\n a int\n indexes {\n a [type: hash, unique]\n `a + 1` [type: hash, unique]\n a [type: hash]\n }\n}\n',
  )
  expect(tables[0]?.keys).toMatchObject([{ kind: 'unique', columns: ['a'] }])
  expect(tables[0]?.indexes).toMatchObject([
    { unique: false, method: 'hash' },
    { unique: true, method: null },
  ])
  expect(notes).toEqual(['a hash index cannot be unique in PostgreSQL: t gets a B-tree index instead'])
})

test.each([
  ["[a b] IN ('x[y]', 'z')", `"a b" IN ('x[y]', 'z')`],
  ['([n] > 0)', '("n" > 0)'],
  ['tags[1] = [n]', 'tags[1] = "n"'],
  ['(ARRAY[a])[1] > "x[y]"', '(ARRAY[a])[1] > "x[y]"'],
])('brackets of SQL Server around names in %s', async (written, expected) => {
  const { tables } = await parse(`Table t {\n a int [check: \`${written}\`]\n}\n`)
  expect(tables[0]?.checks[0]?.expression).toBe(expected)
})

test.each([
  ['', 'tinyint(1)', 'boolean'],
  ['', 'TINYINT(1) unsigned', 'boolean'],
  ['', 'tinyint(4)', 'tinyint(4)'],
  [sqlServer, 'bit', 'boolean'],
  ['', 'bit', 'bit'],
])('a flag of another database: %s%s is %s', async (head, type, expected) => {
  const { tables } = await parse(`${head}Table t {\n a "${type}"\n}\n`)
  expect(tables[0]?.columns[0]?.type).toBe(expected)
})

test.each([
  ['', ['bit is a string of one bit in PostgreSQL: where true and false are meant, write boolean']],
  ["Project p {\n database_type: 'PostgreSQL'\n}\n", []],
])('bit is told apart from a flag where the design does not say of which database it is: %j', async (head, notes) => {
  expect((await parse(`${head}Table t {\n a bit\n}\n`)).notes).toEqual(notes)
})

test('records name constants of enums, and flags as numbers', async () => {
  const { records } = await parse(
    'Enum "job state" {\n "on hold"\n done\n}\nTable t {\n a "job state"\n b "tinyint(1)"\n}\nrecords t(a, b) {\n "job state"."on hold", 1\n "job state".done, 0\n}\n',
  )
  expect(records[0]?.rows).toEqual([
    ["'on hold'", 'true'],
    ["'done'", 'false'],
  ])
})

test('a column whose type is a table of the design is left out, and told, unless something needs it', async () => {
  const design = await parse(
    'Table users {\n id int [pk]\n posts "posts[]"\n}\nTable posts {\n id int [pk]\n author users\n date date\n}\nTable date {\n id int\n}\nTable u {\n x users [unique]\n}\n',
  )
  const { tables, notes } = withoutRelationColumns(design, (type) => ['int', 'date'].includes(type))
  expect(tables.map(({ columns }) => columns.map(({ name }) => name))).toEqual([['id'], ['id', 'date'], ['id'], ['x']])
  expect(notes).toEqual([
    'users.posts stands for rows of posts[], not for a column: it is left out',
    'posts.author stands for rows of users, not for a column: it is left out',
  ])
})

describe('a type that nobody knows', () => {
  const enums = [
    { schema: 'app', name: 'mood', labels: [], at: { path: '', line: 1, column: 1, excerpt: '', caret: 0 } },
    { schema: 'public', name: 'Status', labels: [], at: { path: '', line: 1, column: 1, excerpt: '', caret: 0 } },
  ]
  const column = (type: string, name = 'c') => ({ name, type }) as unknown as DesignColumn

  test.each([
    ['mood', 'the design has the Enum app.mood: write app.mood'],
    ['status[]', 'the design has the Enum Status: write Status[]'],
    ['timestmptz', 'did you mean timestamptz?'],
    ['vachar(20)', 'did you mean varchar(20)?'],
    ['Statos', 'did you mean Status?'],
    ['vector(3)', 'it comes with the extension vector, which this server does not have: install it there'],
  ])('%s: %s', (type, hint) => expect(hintForUnknownType(column(type), enums)).toBe(hint))

  test('that is far from all is answered with examples', () => {
    expect(hintForUnknownType(column('flubber'), enums)).toContain('such as text, varchar(20)')
    expect(hintForUnknownType(column('key', 'primary'), enums)).toContain('this line is SQL')
  })
})
