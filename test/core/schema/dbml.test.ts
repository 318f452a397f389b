import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Column, Constraint, Table } from '../../../src/core/schema/catalog.ts'
import { dbmlOf } from '../../../src/core/schema/dbml.ts'
import { catalogOf, columnOf, constraintOf, indexOf, tableOf } from '../../helpers/catalog.ts'
import { parsed } from '../../helpers/dbml.ts'

const ofTables = (...tables: Table[]) => dbmlOf(catalogOf({ tables }))
const firstTable = (...tables: Table[]) => parsed(ofTables(...tables)).tables[0]
const line = (column: Column) =>
  ofTables(tableOf('t', [column]))
    .split('\n')[1]
    ?.trim()

const odd = fc
  .array(
    fc.constantFrom(
      ...['a', 'Z', '_', '1', ' ', '.', '-', '"', "'", "'''", '`', '\\', '\\n', '\n', '\r\n', '\t', '\u0001'],
      ...[
        '//',
        '/*',
        '{',
        '}',
        '[',
        ']',
        '(',
        ')',
        ',',
        ':',
        '~',
        '#',
        '@',
        'é',
        '名',
        '😀',
        'note',
        'null',
        'indexes',
      ],
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''))

/** DBML takes a note of blanks for none. */
const noted = odd.filter((text) => text.trim() !== '')

/** A note without what DBML takes off: blank lines before it, and the margin that its lines share. */
function atMargin(note: string): string {
  const lines = note.split('\n')
  const first = lines.findIndex((line) => line.trimStart() !== '')
  const kept = first === -1 ? lines.slice(-1) : lines.slice(first)
  const margins = kept.filter((line) => line.trimStart() !== '').map((line) => line.length - line.trimStart().length)
  return kept.map((line) => line.slice(margins.length === 0 ? 0 : Math.min(...margins))).join('\n')
}

test('names, notes and labels of any characters come back as they were', () => {
  fc.assert(
    fc.property(fc.uniqueArray(odd, { minLength: 6, maxLength: 6 }), noted, noted, (names, note, text) => {
      const [schema, table, one, two, key, label] = names as [string, string, string, string, string, string]
      const dbml = dbmlOf(
        catalogOf({
          enums: [{ schema, name: key, labels: [label, table], comment: note }],
          tables: [
            tableOf(
              table,
              [
                columnOf(one, 'text', { comment: note, default: `'${text.replaceAll("'", "''")}'::text` }),
                columnOf(two, 'integer', { comment: text }),
              ],
              {
                schema,
                comment: note,
                constraints: [
                  constraintOf('primary key', key, `PRIMARY KEY (${one}, ${two})`, { columns: [one, two] }),
                  constraintOf('check', label, `CHECK ((a <> '${text.replaceAll("'", "''")}'::text))`),
                ],
                indexes: [indexOf(label, [{ text: one, isColumn: true }], { comment: text })],
              },
            ),
          ],
        }),
      )
      const { tables, enums } = parsed(dbml)
      const ofPublic = schema === 'public' ? null : schema
      expect(enums).toMatchObject([{ schemaName: ofPublic, name: key, values: [{ name: label }, { name: table }] }])
      expect(tables[0], dbml).toMatchObject({
        schemaName: ofPublic,
        name: table,
        note: { value: atMargin(note) },
        fields: [
          { name: one, note: { value: atMargin(note) }, dbdefault: { type: 'string', value: text } },
          { name: two, note: { value: atMargin(text) } },
        ],
        indexes: [
          { pk: true, name: key, columns: [{ value: one }, { value: two }] },
          { name: label, columns: [{ value: one }], note: { value: text } },
        ],
        checks: [{ name: label }],
      })
    }),
  )
})

const types: [type: string, dbml: string][] = [
  ['character varying(20)', 'varchar(20)'],
  ['character varying(20)[]', 'varchar(20)[]'],
  ['character(3)', 'char(3)'],
  ['"char"', '"\\"char\\""'],
  ['timestamp with time zone', 'timestamptz'],
  ['timestamp(3) without time zone', 'timestamp(3)'],
  ['double precision', '"double precision"'],
  ['interval day to second(3)', '"interval day to second(3)"'],
  ['numeric(10,2)', 'numeric(10,2)'],
  ['bit varying(5)', 'varbit(5)'],
  ['public.citext', 'citext'],
  ['public.geometry(Point,4326)', 'geometry(Point,4326)'],
  ['app.money[]', 'app.money[]'],
  ['public."Mood"', 'Mood'],
  ['"My app"."of day"[]', '"My app"."of day"[]'],
  ['public."Unknown"', '"public.\\"Unknown\\""'],
]

test.each(types)('the type %s is written %s', (type, dbml) => {
  const enums = [
    { schema: 'public', name: 'Mood', labels: ['sad'], comment: null },
    { schema: 'My app', name: 'of day', labels: ['x'], comment: null },
  ]
  const text = dbmlOf(catalogOf({ enums, tables: [tableOf('t', [columnOf('a', type)])] }))
  expect(text).toContain(`\n  a ${dbml}\n`)
  parsed(text)
})

const defaults: [sql: string, type: string, dbml: string][] = [
  ['0', 'integer', '0'],
  ["'-1'::integer", 'bigint', '-1'],
  ["'-1'::bigint", 'bigint', "'-1'"],
  ["'5000000000'::bigint", 'bigint', '5000000000'],
  ['1.50', 'numeric(10,2)', '`1.50`'],
  ["'-0.5'::numeric", 'numeric', '-0.5'],
  ["'12345678901234567890'::numeric", 'numeric', "'12345678901234567890'"],
  ['true', 'boolean', 'true'],
  ['NULL::character varying', 'character varying(20)', 'null'],
  ["'new'::public.status", 'public.status', "'new'"],
  ["'x'::character varying", 'character varying(20)', "'x'"],
  ["'EUR'::bpchar", 'character(3)', "'EUR'"],
  ["'{}'::text[]", 'text[]', "'{}'"],
  ["'it''s \\n'::text", 'text', "'it\\'s \\\\n'"],
  ["'x'::text", 'character varying(20)', "`'x'::text`"],
  ['now()', 'timestamp with time zone', '`now()`'],
  ["lower('A`\\B'::text)", 'text', "`lower(U&'A\\0060\\\\B'::text)`"],
  ["('a'::text || 'b'::text)", 'text', "`('a'::text || 'b'::text)`"],
]

test.each(defaults)('the default %s of %s is written as %s reads', (sql, type, dbml) => {
  const column = columnOf('a', type, { default: sql })
  expect(line(column)).toMatch(/ \[default: .*\]$/)
  expect(line(column)?.replace(/^.*? \[default: (.*)\]$/, '$1')).toBe(dbml)
  parsed(ofTables(tableOf('t', [column])))
})

const keyOn = (kind: 'primary key' | 'unique', name: string, ...columns: string[]) =>
  constraintOf(kind, name, `${kind.toUpperCase()} (${columns.join(', ')})`, { columns })

test('keys with the names that PostgreSQL gives stand at their column, others among the indexes', () => {
  const columns = ['id', 'email', 'tenant', 'slug'].map((name) => columnOf(name, 'text', { notNull: true }))
  const plain = tableOf('t', columns, {
    constraints: [
      keyOn('primary key', 't_pkey', 'id'),
      keyOn('unique', 't_email_key', 'email'),
      keyOn('unique', 'one_slug', 'slug'),
      keyOn('unique', 't_tenant_slug_key', 'tenant', 'slug'),
    ],
  })
  expect(ofTables(plain)).toBe(`Table t {
  id text [pk]
  email text [not null, unique]
  tenant text [not null]
  slug text [not null]

  indexes {
    slug [unique, name: 'one_slug']
    (tenant, slug) [unique, name: 't_tenant_slug_key']
  }
}
`)
  const named = tableOf('t', columns, { constraints: [keyOn('primary key', 'own', 'id')] })
  expect(firstTable(named)?.indexes).toMatchObject([{ pk: true, name: 'own' }])
  const composite = tableOf('t', columns, { constraints: [keyOn('primary key', 't_pkey', 'tenant', 'slug')] })
  expect(ofTables(composite)).toContain('    (tenant, slug) [pk]\n')
})

test('a note of several lines stands on several lines, as it was', () => {
  const note = "Who may do what:\n\n  - the owner's\n  - C:\\all"
  const text = ofTables(tableOf('t', [columnOf('a', 'text')], { comment: note }))
  expect(text).toContain("  Note: '''\n    Who may do what:\n\n      - the owner\\'s\n      - C:\\\\all'''\n")
  expect(parsed(text).tables[0]?.note?.value).toBe(note)
})

test('identities and serials are increments, generated columns have no default', () => {
  expect(line(columnOf('id', 'bigint', { identity: { kind: 'always', sequence: 'public.s' }, notNull: true }))).toBe(
    'id bigint [not null, increment]',
  )
  expect(line(columnOf('id', 'integer', { default: "nextval('s'::regclass)", serial: 'public.s' }))).toBe(
    'id integer [increment]',
  )
  const total = columnOf('total', 'numeric', { generated: { expression: '(a * b)', kind: 'stored' } })
  expect(ofTables(tableOf('t', [total]))).toContain('  // generated always as (a * b) stored\n  total numeric\n')
})

test('plain indexes are said, with expressions in their order; what DBML cannot say is a comment', () => {
  const text = ofTables(
    tableOf('t', [columnOf('a', 'text'), columnOf('b', 'text')], {
      constraints: [
        constraintOf('exclusion', 'x', 'EXCLUDE USING gist (a WITH =)'),
        constraintOf('unique', 'late', 'UNIQUE (a) DEFERRABLE', { columns: ['a'] }),
      ],
      indexes: [
        indexOf('one', [{ text: 'a', isColumn: true }], { method: 'gin' }),
        indexOf('two', [{ text: 'lower(b)', isColumn: false }], { unique: true }),
        indexOf('both', [
          { text: 'a', isColumn: true },
          { text: '(b || a)', isColumn: false },
        ]),
        indexOf('last', [{ text: 'a', isColumn: true, behind: ' DESC' }]),
        indexOf('some', [{ text: 'a', isColumn: true }], { more: true, definition: 'CREATE INDEX some … WHERE b' }),
      ],
    }),
  )
  expect(text).toContain(`  indexes {
    // CONSTRAINT x EXCLUDE USING gist (a WITH =)
    // CONSTRAINT late UNIQUE (a) DEFERRABLE
    a [name: 'one', type: gin]
    \`lower(b)\` [unique, name: 'two', type: btree]
    (\`"a"\`, \`b || a\`) [name: 'both']
    \`"a" DESC\` [name: 'last']
    // CREATE INDEX some … WHERE b
  }`)
  expect(parsed(text).tables[0]?.indexes.map((index) => index.columns.map((column) => column.value))).toEqual([
    ['a'],
    ['lower(b)'],
    ['"a"', 'b || a'],
    ['"a" DESC'],
  ])
})

test('checks lose the parentheses around them, and no others', () => {
  const check = (name: string, definition: string) => constraintOf('check', name, definition)
  const text = ofTables(
    tableOf('t', [columnOf('a', 'integer')], {
      constraints: [
        check('one', 'CHECK ((a > 0))'),
        check('two', "CHECK (((a > 0) OR (b ~ '[)]'::text)))"),
        check('three', 'CHECK (public.is_fine(a))'),
        check('four', 'CHECK ((a > 1)) NOT VALID'),
        check('five', 'CHECK ((a > 2)) NO INHERIT'),
      ],
    }),
  )
  expect(text).toContain(`  checks {
    \`a > 0\` [name: 'one']
    \`(a > 0) OR (b ~ '[)]'::text)\` [name: 'two']
    \`public.is_fine(a)\` [name: 'three']
    // CONSTRAINT four CHECK ((a > 1)) NOT VALID
    // CONSTRAINT five CHECK ((a > 2)) NO INHERIT
  }`)
  parsed(text)
})

const foreign = (name: string, from: string[], table: string, to: string[], more = ''): Constraint =>
  constraintOf(
    'foreign key',
    name,
    `FOREIGN KEY (${from.join(', ')}) REFERENCES public.${table}(${to.join(', ')})${more}`,
    {
      columns: from,
      references: {
        ...{ schema: 'public', table, columns: to, onUpdate: 'no action' },
        onDelete: more.includes('CASCADE') ? 'cascade' : 'no action',
      },
    },
  )

test('foreign keys are references with their rules, named where PostgreSQL would call them otherwise', () => {
  const unique = (name: string, ...columns: string[]) =>
    constraintOf('unique', name, `UNIQUE (${columns.join(', ')})`, { columns })
  const parent = tableOf('parent', [columnOf('x', 'integer'), columnOf('y', 'integer'), columnOf('z', 'integer')], {
    constraints: [
      unique('x', 'x'),
      unique('y', 'y'),
      unique('both', 'y', 'x'),
      constraintOf('unique', 'z', 'UNIQUE NULLS NOT DISTINCT (z)', { columns: ['z'] }),
    ],
  })
  const child = tableOf('child', [columnOf('x', 'integer'), columnOf('y', 'integer')], {
    constraints: [
      foreign('child_x_fkey', ['x'], 'parent', ['x'], ' ON DELETE CASCADE'),
      foreign('both ways', ['x', 'y'], 'parent', ['x', 'y']),
      foreign('late', ['y'], 'parent', ['y'], ' DEFERRABLE INITIALLY DEFERRED'),
      foreign('again', ['x'], 'parent', ['x']),
      foreign('elsewhere', ['y'], 'somewhere', ['x']),
      foreign('to_a_comment', ['x'], 'parent', ['z']),
    ],
  })
  const text = ofTables(child, parent)
  expect(text.slice(text.indexOf('Ref'))).toBe(`Ref: child.x > parent.x [delete: cascade]
Ref "both ways": child.(x, y) > parent.(x, y)
// child: CONSTRAINT late FOREIGN KEY (y) REFERENCES public.parent(y) DEFERRABLE INITIALLY DEFERRED
Ref late: child.y > parent.y
// child: CONSTRAINT again FOREIGN KEY (x) REFERENCES public.parent(x)
// child: CONSTRAINT elsewhere FOREIGN KEY (y) REFERENCES public.somewhere(x)
// child: CONSTRAINT to_a_comment FOREIGN KEY (x) REFERENCES public.parent(z)
`)
  expect(parsed(text).refs).toHaveLength(3)
})

test('partitions and foreign tables are left out, empty tables and enums are comments', () => {
  const text = dbmlOf(
    catalogOf({
      enums: [{ schema: 'public', name: 'none', labels: [], comment: null }],
      tables: [
        tableOf('log', [columnOf('at', 'date')], { kind: 'partitioned', partitionKey: 'RANGE (at)' }),
        tableOf('log_1', [columnOf('at', 'date')], { kind: 'partition' }),
        tableOf('far', [columnOf('at', 'date')], { kind: 'foreign' }),
        tableOf('empty', []),
      ],
    }),
  )
  expect(parsed(text).tables.map((table) => table.name)).toEqual(['log'])
  expect(text).toContain('// partitioned by RANGE (at)\nTable log {')
  expect(text).toContain('// Table empty has no columns')
  expect(text).toContain('// Enum none has no labels')
})
