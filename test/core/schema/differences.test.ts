import { describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/core/schema/catalog.ts'
import { differencesOf } from '../../../src/core/schema/differences.ts'

const withExtension = (serverVersion: number, version: string, schema = 'public'): Catalog => ({
  serverVersion,
  enums: [],
  tables: [],
  others: [
    {
      kind: 'extension',
      schema: null,
      name: 'pgcrypto',
      table: null,
      definition: `SCHEMA ${schema}`,
      properties: { version },
      comment: null,
    },
  ],
  details: [],
  access: [],
})

describe('the version of an extension', () => {
  test('is compared on servers of one major', () => {
    const found = differencesOf(withExtension(150004, '1.3'), withExtension(150018, '1.2'))
    expect(found.map(({ sign, name }) => `${sign} ${name}`)).toEqual(['~ pgcrypto'])
  })

  test('is not, on others, for each brings its own', () => {
    expect(differencesOf(withExtension(150004, '1.3'), withExtension(180001, '1.4'))).toEqual([])
    expect(differencesOf(withExtension(150004, '1.3'), withExtension(180001, '1.4', 'app'))).toHaveLength(1)
  })
})

test('text search objects are called by their kind and their name', () => {
  const none = { ...withExtension(180001, '1'), others: [] }
  const one = {
    kind: 'text search',
    schema: 'app',
    name: 'configuration words',
    table: null,
    definition: '',
    comment: null,
  } as const
  const [found] = differencesOf({ ...none, others: [one] }, none)
  expect(found).toMatchObject({ kind: 'text search configuration', name: 'app.words' })
})
