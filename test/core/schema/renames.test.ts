import { describe, expect, test } from 'vitest'
import { parseRenames } from '../../../src/core/schema/rename-flags.ts'
import { inOrder } from '../../../src/core/schema/rename-order.ts'
import { renameSql } from '../../../src/core/schema/rename-sql.ts'
import { refuseUnknownTargets } from '../../../src/core/schema/rename-targets.ts'
import { newSchemasOf, type Rename, renameFlag, renameText } from '../../../src/core/schema/renames.ts'
import { at, designOf, designTable } from '../../helpers/design.ts'
import { errorOf } from '../../helpers/history.ts'
import { catalog, table } from '../../helpers/schema.ts'

const users = table('users', ['id integer', 'name text', 'born date'])
const column = (schema: string, of: string, name: string, to: string): Rename => {
  return { kind: 'column', schema, table: of, name, to }
}

const moved = (kind: 'table' | 'enum', schema: string, name: string, toSchema: string, to: string): Rename => {
  return { kind, schema, name, toSchema, to, makesSchema: false }
}

describe('--rename is read', () => {
  const dots = { ...table('t', ['a text']), schema: 'a.b', name: 'c.d' }
  const odd = { ...dots, columns: dots.columns.map((item) => ({ ...item, name: 'e=f.h' })) }
  const before = {
    ...catalog(users, table('billing.invoices', ['id integer', 'total numeric']), odd),
    enums: [{ schema: 'public', name: 'mood', labels: ['ok'], comment: null }],
  }

  test.each([
    ['users=people', moved('table', 'public', 'users', 'public', 'people')],
    ['users.name=full_name', column('public', 'users', 'name', 'full_name')],
    ['users.name=users.full_name', column('public', 'users', 'name', 'full_name')],
    ['billing.invoices=bills', moved('table', 'billing', 'invoices', 'billing', 'bills')],
    ['billing.invoices=public.bills', moved('table', 'billing', 'invoices', 'public', 'bills')],
    ['users=app.users', { ...moved('table', 'public', 'users', 'app', 'users'), makesSchema: true }],
    ['billing.invoices.total=sum', column('billing', 'invoices', 'total', 'sum')],
    ['"a.b"."c.d"="x.y"', moved('table', 'a.b', 'c.d', 'a.b', 'x.y')],
    ['"a.b"."c.d"."e=f.h"=plain', column('a.b', 'c.d', 'e=f.h', 'plain')],
    ['mood=feeling', moved('enum', 'public', 'mood', 'public', 'feeling')],
    ['mood=billing.mood', moved('enum', 'public', 'mood', 'billing', 'mood')],
    ['mood.ok=fine', { kind: 'label', schema: 'public', ofEnum: 'mood', name: 'ok', to: 'fine' }],
    ['billing=money', { kind: 'schema', name: 'billing', to: 'money' }],
  ])('%s', (text, rename) => {
    expect(parseRenames([text], before)).toEqual([rename])
  })

  test('for a column by the old or the new name of its table', () => {
    const names = ['users=people', 'users.name=full_name', 'people.born=birthday']
    expect(parseRenames(names, before).map(renameText)).toEqual([
      'users to people',
      'users.name to users.full_name',
      'users.born to users.birthday',
    ])
  })

  test.each(['users', 'users=', '=people', 'a.b.c.d=e', 'users.nome=x', 'nobody=x', 'users=a=b', 'users=a.b.c'])(
    'and refused: %s',
    (text) => {
      expect(errorOf(() => parseRenames([text], before)).code).toBe('usage')
    },
  )
})

test('a rename of names with dots is read as it is shown', () => {
  const dots = { ...table('t', ['a text']), schema: 'a.b', name: 'c.d' }
  const rename = column('a.b', 'c.d', 'a', 'x.y=z')
  expect(parseRenames([renameFlag(rename)], catalog(dots))).toEqual([rename])
  expect(renameText(rename)).toBe('"a.b"."c.d".a to "a.b"."c.d"."x.y=z"')
})

test('a move into another schema is read as it is shown, into public too', () => {
  const before = catalog(table('app.t', ['a text']), table('u', ['a text']))
  for (const rename of [moved('table', 'app', 't', 'public', 't'), moved('table', 'public', 'u', 'app', 'v')])
    expect(parseRenames([renameFlag(rename)], before)).toEqual([rename])
})

test.each<[Rename, string[], string[]]>([
  [
    column('public', 'users', 'odd"name', 'name'),
    ['ALTER TABLE "public"."users" RENAME COLUMN "odd""name" TO "name"'],
    ['ALTER TABLE "public"."users" RENAME COLUMN "name" TO "odd""name"'],
  ],
  [
    moved('table', 'public', 'users', 'public', 'people'),
    ['ALTER TABLE "public"."users" RENAME TO "people"'],
    ['ALTER TABLE "public"."people" RENAME TO "users"'],
  ],
  [
    moved('enum', 'public', 'mood', 'app', 'feeling'),
    ['ALTER TYPE "public"."mood" SET SCHEMA "app"', 'ALTER TYPE "app"."mood" RENAME TO "feeling"'],
    ['ALTER TYPE "app"."feeling" SET SCHEMA "public"', 'ALTER TYPE "public"."feeling" RENAME TO "mood"'],
  ],
  [
    { kind: 'label', schema: 'public', ofEnum: 'mood', name: "it's", to: 'so so' },
    [`ALTER TYPE "public"."mood" RENAME VALUE 'it''s' TO 'so so'`],
    [`ALTER TYPE "public"."mood" RENAME VALUE 'so so' TO 'it''s'`],
  ],
  [{ kind: 'schema', name: 'a', to: 'b' }, ['ALTER SCHEMA "a" RENAME TO "b"'], ['ALTER SCHEMA "b" RENAME TO "a"']],
])('a rename is reverted by its DOWN: %#', (rename, up, down) => {
  expect(renameSql(rename)).toEqual({ up, down })
})

test('columns are renamed before the table they are in, and tables before their schema', () => {
  const ofSchema: Rename = { kind: 'schema', name: 'a', to: 'b' }
  const ofTable = moved('table', 'public', 'users', 'public', 'people')
  const ofColumn = column('public', 'users', 'name', 'full_name')
  expect(inOrder([ofSchema, ofTable, ofColumn])).toEqual([ofColumn, ofTable, ofSchema])
})

test('a new schema is made once for all that moves into it', () => {
  const into = (name: string): Rename => ({
    kind: 'table',
    schema: 'public',
    name,
    toSchema: 'app',
    to: name,
    makesSchema: true,
  })
  expect(newSchemasOf([into('a'), into('b'), moved('table', 'public', 'c', 'old', 'c')])).toEqual(['app'])
})

describe('a rename finds its new name free', () => {
  const ordered = (...renames: Rename[]) => inOrder(renames).map(renameText)
  const t = (name: string, to: string) => moved('table', 'public', name, 'public', to)

  test('where another one has it until then', () => {
    expect(ordered(t('a', 'b'), t('b', 'c'))).toEqual(['b to c', 'a to b'])
    expect(ordered(column('public', 't', 'x', 'y'), column('public', 't', 'y', 'z'))).toEqual([
      't.y to t.z',
      't.x to t.y',
    ])
  })

  test('where two or three change their names', () => {
    expect(ordered(t('a', 'b'), t('b', 'a'))).toEqual(['a to a_meanwhile', 'b to a', 'a_meanwhile to b'])
    expect(ordered(t('a', 'b'), t('b', 'c'), t('c', 'a'))).toHaveLength(4)
    expect(ordered(moved('table', 'public', 'a', 'app', 'a'), moved('table', 'app', 'a', 'public', 'a'))).toEqual([
      'a to a_meanwhile',
      'app.a to public.a',
      'a_meanwhile to app.a',
    ])
  })
})

describe('a rename to what the design does not have is refused', () => {
  const design = designOf({
    tables: [designTable('people', ['full_name text'])],
    enums: [{ schema: 'app', name: 'feeling', labels: ['fine'], at }],
  })
  const label = (to: string): Rename => ({ kind: 'label', schema: 'public', ofEnum: 'mood', name: 'ok', to })

  test.each<[string, ...Rename[]]>([
    ['table nothing', moved('table', 'public', 'users', 'public', 'nothing')],
    ['enum nothing', moved('enum', 'public', 'mood', 'public', 'nothing')],
    [
      'column people.name',
      moved('table', 'public', 'users', 'public', 'people'),
      column('public', 'users', 'n', 'name'),
    ],
    ['value bad in the enum app.feeling', moved('enum', 'public', 'mood', 'app', 'feeling'), label('bad')],
    ['schema b', { kind: 'schema', name: 'a', to: 'b' }],
  ])('%s', (missing, ...renames) => {
    const error = errorOf(() => refuseUnknownTargets(renames, design))
    expect(error).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(new RegExp(`the design has no ${missing}$`)),
    })
  })

  test('and a rename to what it has is not', () => {
    refuseUnknownTargets(
      [
        moved('table', 'public', 'users', 'public', 'people'),
        column('public', 'users', 'name', 'full_name'),
        moved('enum', 'public', 'mood', 'app', 'feeling'),
        label('fine'),
        { kind: 'schema', name: 'a', to: 'app' },
      ],
      design,
    )
  })
})
