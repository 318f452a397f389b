import { describe, expect, test } from 'vitest'
import {
  inOrder,
  parseRename,
  renameCandidates,
  renameFlag,
  renameSql,
  renameText,
} from '../../../src/core/schema/renames.ts'
import { errorOf } from '../../helpers/history.ts'
import { catalog, table } from '../../helpers/schema.ts'

const users = table('users', ['id integer', 'name text', 'born date'])
const wanted = (...tables: ReturnType<typeof table>[]) => ({ enums: [], tables })

describe('a rename is offered', () => {
  test.each([
    [
      'for a column that goes and one of its type that comes',
      table('users', ['id integer', 'full_name text', 'born date']),
      ['users.name=full_name'],
    ],
    [
      'for a table that goes and one with most of its columns',
      table('people', ['id integer', 'name text', 'age integer']),
      ['users=people'],
    ],
    ['not for a column of another type', table('users', ['id integer', 'full_name integer', 'born date']), []],
    ['not for a table that has little in common', table('people', ['id integer', 'a text', 'b text']), []],
    ['not where nothing goes', table('users', ['id integer', 'name text', 'born date', 'more text']), []],
    ['not across schemas', table('app.users', ['id integer', 'name text', 'born date']), []],
  ])('%s', (_, after, flags) => {
    expect(renameCandidates(catalog(users), wanted(after)).map(renameFlag)).toEqual(flags)
  })

  test('once for each thing that comes', () => {
    const before = table('t', ['a text', 'b text'])
    expect(renameCandidates(catalog(before), wanted(table('t', ['c text']))).map(renameFlag)).toEqual(['t.a=c'])
  })
})

describe('--rename is read', () => {
  const dots = { ...table('t', ['a text']), schema: 'a.b', name: 'c.d' }
  const odd = { ...dots, columns: dots.columns.map((item) => ({ ...item, name: 'e=f.h' })) }
  const before = catalog(users, table('billing.invoices', ['id integer', 'total numeric']), odd)

  test.each([
    ['users=people', { schema: 'public', table: 'users', column: null, to: 'people' }],
    ['users.name=full_name', { schema: 'public', table: 'users', column: 'name', to: 'full_name' }],
    ['users.name=users.full_name', { schema: 'public', table: 'users', column: 'name', to: 'full_name' }],
    ['billing.invoices=bills', { schema: 'billing', table: 'invoices', column: null, to: 'bills' }],
    ['billing.invoices.total=sum', { schema: 'billing', table: 'invoices', column: 'total', to: 'sum' }],
    ['"a.b"."c.d"="x.y"', { schema: 'a.b', table: 'c.d', column: null, to: 'x.y' }],
    ['"a.b"."c.d"."e=f.h"=plain', { schema: 'a.b', table: 'c.d', column: 'e=f.h', to: 'plain' }],
  ])('%s', (text, rename) => {
    expect(parseRename(text, before)).toEqual(rename)
  })

  test.each(['users', 'users=', '=people', 'a.b.c.d=e', 'users.nome=x', 'nobody=x', 'users=a=b'])(
    'and refused: %s',
    (text) => {
      expect(errorOf(() => parseRename(text, before)).code).toBe('usage')
    },
  )
})

test('a rename of names with dots is read as it is shown', () => {
  const dots = { ...table('t', ['a text']), schema: 'a.b', name: 'c.d' }
  const rename = { schema: 'a.b', table: 'c.d', column: 'a', to: 'x.y=z' }
  expect(parseRename(renameFlag(rename), catalog(dots))).toEqual(rename)
  expect(renameText(rename)).toBe('"a.b"."c.d".a to "a.b"."c.d"."x.y=z"')
})

test('a rename is said, and undone by its DOWN', () => {
  const rename = { schema: 'public', table: 'users', column: 'odd"name', to: 'name' }
  expect(renameText(rename)).toBe('users."odd""name" to users.name')
  expect(renameSql(rename)).toEqual({
    up: 'ALTER TABLE "public"."users" RENAME COLUMN "odd""name" TO "name"',
    down: 'ALTER TABLE "public"."users" RENAME COLUMN "name" TO "odd""name"',
  })
  expect(renameSql({ ...rename, column: null, to: 'people' })).toEqual({
    up: 'ALTER TABLE "public"."users" RENAME TO "people"',
    down: 'ALTER TABLE "public"."people" RENAME TO "users"',
  })
})

test('columns are renamed before the table they are in', () => {
  const ofTable = { schema: 'public', table: 'users', column: null, to: 'people' }
  const ofColumn = { schema: 'public', table: 'users', column: 'name', to: 'full_name' }
  expect(inOrder([ofTable, ofColumn])).toEqual([ofColumn, ofTable])
})
