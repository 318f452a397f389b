import { expect, test } from 'vitest'
import { parseToolObjects, withoutToolObjects } from '../../../src/core/adopt/own-objects.ts'
import { catalogOf, columnOf, tableOf } from '../../helpers/catalog.ts'

test('what a tool keeps for itself is left out: its tables and their sequences, its schemas, what calls into them', () => {
  const other = (kind: 'trigger' | 'sequence' | 'schema', schema: string | null, name: string, definition = '') => ({
    kind,
    schema,
    name,
    table: kind === 'trigger' ? 'public.users' : null,
    definition,
    comment: null,
  })
  const catalog = catalogOf({
    tables: [tableOf('users', []), tableOf('done', [columnOf('id', 'integer', { serial: 'public.done_id_seq' })])],
    others: [
      other('schema', null, 'hdb_catalog'),
      other('sequence', 'public', 'done_id_seq'),
      other('sequence', 'public', 'mine'),
      other(
        'trigger',
        'public',
        'theirs',
        'CREATE TRIGGER theirs AFTER INSERT ON users EXECUTE FUNCTION hdb_catalog.f()',
      ),
      other('trigger', 'public', 'ours', 'CREATE TRIGGER ours AFTER INSERT ON users EXECUTE FUNCTION f()'),
    ],
  })
  const left = withoutToolObjects(catalog, { tables: ['public.done'], schemas: ['hdb_catalog'] })
  expect(left.tables.map(({ name }) => name)).toEqual(['users'])
  expect(left.others.map(({ name }) => name)).toEqual(['mine', 'ours'])
})

test('what was remembered of it may be anything', () => {
  const nothing = { tables: [], schemas: [] }
  expect(['', '7', 'null', '{"tables": 1}'].map(parseToolObjects)).toEqual([nothing, nothing, nothing, nothing])
  expect(parseToolObjects('{"tables": ["public.a", 1], "schemas": ["b"]}')).toEqual({
    tables: ['public.a'],
    schemas: ['b'],
  })
})
