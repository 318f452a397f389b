import { describe, expect, test } from 'vitest'
import type { Index, Table } from '../../../src/core/schema/catalog.ts'
import { renamedKeys } from '../../../src/core/schema/renamed-keys.ts'
import { renameText } from '../../../src/core/schema/renames.ts'
import { constraintOf, indexOf } from '../../helpers/catalog.ts'
import { catalog, table } from '../../helpers/schema.ts'

const index = (name: string, on: string, more: Partial<Index> = {}) =>
  indexOf(name, [{ text: on, isColumn: true }], {
    definition: `CREATE INDEX ${name} ON public.t USING btree (${on})`,
    ...more,
  })
const check = (name: string, of: string) => constraintOf('check', name, `CHECK ((${of} > 0))`)
const unique = (name: string) => constraintOf('unique', name, 'UNIQUE (a)', { columns: ['a'] })
const t = (more: Partial<Table>) => table('t', ['a integer', 'b integer'], more)

describe('a key has another name only', () => {
  test.each<[string, Partial<Table>, Partial<Table>, string[]]>([
    ['an index', { indexes: [index('x', 'a')] }, { indexes: [index('y', 'a')] }, ['index x to y']],
    ['not an index of another definition', { indexes: [index('x', 'a')] }, { indexes: [index('y', 'b')] }, []],
    ['a check', { constraints: [check('x', 'a')] }, { constraints: [check('y', 'a')] }, ['constraint t.x to t.y']],
    [
      'a unique index where a unique constraint is wanted',
      { indexes: [index('x', 'a', { unique: true })] },
      { constraints: [unique('y')] },
      ['index x to y'],
    ],
    [
      'a unique constraint where a unique index is wanted',
      { constraints: [unique('x')] },
      { indexes: [index('y', 'a', { unique: true })] },
      ['constraint t.x to t.y'],
    ],
    [
      'two that change their names with each other',
      { indexes: [index('x', 'a'), index('y', 'b')] },
      { indexes: [index('x', 'b'), index('y', 'a')] },
      ['index y to x', 'index x to y'],
    ],
    [
      'not to a name that something else has and keeps',
      { indexes: [index('x', 'a'), index('y', 'b')] },
      { indexes: [index('y', 'a')] },
      [],
    ],
    [
      'not one that is wanted itself',
      { indexes: [index('x', 'a')] },
      { indexes: [index('x', 'a'), index('y', 'a')] },
      [],
    ],
  ])('%s', (_, before, after, renames) => {
    expect(renamedKeys(catalog(t(before)), { tables: [t(after)] }).map(renameText)).toEqual(renames)
  })

  test('not to the name of another table of its schema', () => {
    const current = catalog(t({ indexes: [index('x', 'a')] }), table('y', ['a integer']))
    expect(renamedKeys(current, { tables: [t({ indexes: [index('y', 'a')] })] })).toEqual([])
  })
})
