import { describe, expect, test } from 'vitest'
import type { Design, DesignTable } from '../../../src/core/schema/design.ts'
import { extensionOfType, extensionWords } from '../../../src/core/schema/extensions.ts'

test.each([
  ['citext', 'citext'],
  ['public.citext[]', 'citext'],
  ['"public"."hstore"', 'hstore'],
  ['text', null],
])('the type %s belongs to the extension %s', (type, extension) => {
  expect(extensionOfType(type)).toBe(extension)
})

describe('what a design needs of extensions is found', () => {
  const at = { path: 'schema.dbml', line: 1, column: 1, excerpt: '', caret: 0 }
  const designOf = (table: Partial<DesignTable>, enums: Design['enums'] = []): Design => ({
    enums,
    tables: [
      { schema: 'public', name: 't', at, comment: null, columns: [], keys: [], checks: [], indexes: [], ...table },
    ],
    references: [],
    records: [],
    groups: [],
    notes: [],
  })
  const column = (type: string, text: string | null = null) => ({
    at,
    name: 'c',
    type,
    notNull: false,
    default: text,
    increment: false,
    comment: null,
  })
  const index = (text: string) => ({
    at,
    name: null,
    unique: false,
    method: null,
    keys: [{ text, isColumn: false }],
    comment: null,
  })

  test.each<[what: string, design: Design, words: string[]]>([
    ['in the type of a column', designOf({ columns: [column('citext')] }), ['citext']],
    ['in a default that calls it', designOf({ columns: [column('text', 'crypt(a, b)')] }), ['crypt']],
    ['in an operator class', designOf({ indexes: [index('name gin_trgm_ops')] }), ['gin_trgm_ops']],
    ['not in a text that looks like it', designOf({ columns: [column('text', "'crypt(a)'")] }), []],
    [
      'not in a type that the design makes itself',
      designOf({ columns: [column('citext')] }, [{ at, schema: 'public', name: 'citext', labels: ['a'] }]),
      [],
    ],
  ])('%s', (_, design, words) => {
    expect(extensionWords(design).map(({ word }) => word)).toEqual(words)
  })
})
