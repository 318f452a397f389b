import { describe, expect, test } from 'vitest'
import { renameCandidates } from '../../../src/core/schema/rename-candidates.ts'
import { renameFlag } from '../../../src/core/schema/renames.ts'
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
    [
      'for a table that moves to another schema',
      table('app.users', ['id integer', 'name text', 'born date']),
      ['users=app.users'],
    ],
    ['not for another name in another schema', table('app.people', ['id integer', 'name text', 'born date']), []],
  ])('%s', (_, after, flags) => {
    expect(renameCandidates(catalog(users), wanted(after)).map(renameFlag)).toEqual(flags)
  })

  test('once for each new name', () => {
    const before = table('t', ['a text', 'b text'])
    expect(renameCandidates(catalog(before), wanted(table('t', ['c text']))).map(renameFlag)).toEqual(['t.a=c'])
  })
})

test.each([
  [['png', 'svg'], 'public', 'image_kind', ['image_type=image_kind']],
  [['png', 'svg', 'gif'], 'app', 'image_type', ['image_type=app.image_type']],
  [['a', 'b'], 'public', 'image_kind', []],
])('an enum with most of its labels may be renamed: %j', (labels, schema, name, flags) => {
  const before = { schema: 'public', name: 'image_type', labels: ['png', 'svg'], comment: null }
  const candidates = renameCandidates(
    { ...catalog(), enums: [before] },
    { tables: [], enums: [{ ...before, schema, name, labels }] },
  )
  expect(candidates.map(renameFlag)).toEqual(flags)
})

test.each([
  [['png', 'vector'], ['image_type.svg=vector']],
  [['svg', 'png'], []],
  [['png', 'svg', 'gif'], []],
])('a value of an enum that stands in the place of another may be renamed: %j', (labels, flags) => {
  const before = { schema: 'public', name: 'image_type', labels: ['png', 'svg'], comment: null }
  const candidates = renameCandidates({ ...catalog(), enums: [before] }, { tables: [], enums: [{ ...before, labels }] })
  expect(candidates.map(renameFlag)).toEqual(flags)
})
