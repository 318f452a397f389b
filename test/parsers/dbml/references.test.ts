import type { RefEndpoint } from '@dbml/parse'
import { describe, expect, test } from 'vitest'
import { referenceOf } from '../../../src/parsers/dbml/references.ts'
import { at, designColumn, designIndex, designKey, designTable } from '../../helpers/design.ts'

const token = {} as RefEndpoint['token']
const end = (tableName: string, ...fieldNames: string[]): RefEndpoint => ({
  ...{ schemaName: null, tableName, fieldNames, relation: '1', token },
})

const tables = [
  designTable('plain', ['a int', 'b int', 'a,b int'], { keys: [designKey('unique', ['a,b'])] }),
  designTable('keyed', ['a int', 'b int'], { keys: [designKey('unique', ['b', 'a'])] }),
  designTable('indexed', ['a int'], { indexes: [designIndex(['a'], { unique: true })] }),
  designTable('found', ['a int'], { indexes: [designIndex(['a'])] }),
  designTable('counted', [designColumn('a int', { increment: true })], { keys: [designKey('primary key', ['a'])] }),
]

describe('of a reference of one to one, the foreign key has', () => {
  test.each([
    ['the side that is no key', end('plain', 'a'), end('counted', 'a'), 'plain'],
    ['the side that is no key, also when it comes second', end('keyed', 'a', 'b'), end('plain', 'a', 'b'), 'plain'],
    ['the side that has no unique index', end('found', 'a'), end('indexed', 'a'), 'found'],
    ['the side that does not count its own numbers', end('indexed', 'a'), end('counted', 'a'), 'indexed'],
    ['the second where both are keys', end('indexed', 'a'), end('keyed', 'a', 'b'), 'keyed'],
  ])('%s', (_, first, second, from) => {
    expect(referenceOf({ endpoints: [first, second], token }, null, tables, at).from.table).toBe(from)
  })

  test('the side whose two columns are no key, where one column is whose name is both with a comma', () => {
    const ends: [RefEndpoint, RefEndpoint] = [end('plain', 'a', 'b'), end('keyed', 'a', 'b')]
    expect(referenceOf({ endpoints: ends, token }, null, tables, at)).toMatchObject({
      from: { table: 'plain', columns: ['a', 'b'] },
      to: { table: 'keyed', columns: ['a', 'b'] },
    })
  })
})

test('of a reference of many to one, the many has the foreign key, with the rules in small letters', () => {
  const [first, second] = [end('counted', 'a'), end('plain', 'a')]
  const ref = { endpoints: [first, second] as [RefEndpoint, RefEndpoint], token, name: 'r', onDelete: 'SET NULL' }
  expect(referenceOf(ref, first, tables, at)).toMatchObject({
    name: 'r',
    from: { schema: 'public', table: 'counted', columns: ['a'] },
    to: { schema: 'public', table: 'plain', columns: ['a'] },
    onDelete: 'set null',
    onUpdate: 'no action',
  })
})
