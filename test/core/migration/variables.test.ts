import { describe, expect, test } from 'vitest'
import { NselfError } from '../../../src/core/errors.ts'
import type { HeldSection } from '../../../src/core/migration/section.ts'
import { locateIn } from '../../../src/core/migration/section-text.ts'
import { parseStoredDown, storedDown } from '../../../src/core/migration/stored-down.ts'
import { VariableValues } from '../../../src/core/migration/variables.ts'
import { variableUses } from '../../../src/core/sql/variable-uses.ts'
import { file } from '../../helpers/history.ts'

const uses = (sql: string) => variableUses(sql, 0).map(({ start, end }) => sql.slice(start, end))
const withValues = (values: Record<string, string>) => new VariableValues((name) => values[name] ?? null)

function filled(up: string, values: Record<string, string>): HeldSection {
  const section = withValues(values).fill(file('1_a', { up }).up, '1_a.sql')
  if (section.kind !== 'held') throw new Error('it is not held')
  return section
}

const faultOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof NselfError) return { code: error.code, message: error.message, line: error.location?.line }
    throw error
  }
  return null
}

test.each([
  [`SELECT :'a', :"b"`, [`:'a'`, `:"b"`]],
  [`SELECT x::"char", y::text, z ::"a"`, []],
  [`SELECT :::"a"`, [`:"a"`]],
  ['SELECT (ARRAY[1,2])[1:2], x[lo:hi], f(a := 1)', []],
  [`SELECT ':''a''', E'\\':''a''', ":""b"""`, []],
  [`DO $$ BEGIN PERFORM :'a'; END $$`, []],
  [`SELECT $x$ :'a' $x$, :'b'`, [`:'b'`]],
  [`SELECT 1 -- :'a'\n, :'b' /* :'c' /* :"d" */ :'e' */, :"f"`, [`:'b'`, `:"f"`]],
  [`SELECT :'no name', :'a`, []],
  [`SELECT 'x':'a'`, [`:'a'`]],
  [`SELECT a$b:'c'`, [`:'c'`]],
  [`SELECT :'größe'`, [`:'größe'`]],
])('finds what is filled in, where psql would: %s', (sql, expected) => {
  expect(uses(sql)).toEqual(expected)
})

describe('a section with variables', () => {
  test.each([
    ["it's", `'it''s'`],
    ["'; DROP TABLE users; --", `'''; DROP TABLE users; --'`],
    ['a\\', `E'a\\\\'`],
    ["\\'; DROP TABLE users; --", `E'\\\\''; DROP TABLE users; --'`],
    ['line\nbreak', `'line\nbreak'`],
    ['', "''"],
    ['$$ ; $1 $& 😀', `'$$ ; $1 $& 😀'`],
  ])('quotes a value that is %j as a text', (value, quoted) => {
    expect(filled(`-- nself: variables v\nSELECT :'v';`, { v: value }).sql).toContain(`SELECT  ${quoted} ;`)
  })

  test('quotes a value as a name', () => {
    expect(filled(`-- nself: variables t\nDROP TABLE :"t";`, { t: 'a"; DROP TABLE b; --' }).sql).toContain(
      `DROP TABLE  "a""; DROP TABLE b; --" ;`,
    )
  })

  test('keeps the places of its statements and of faults in the file', () => {
    const up = `-- nself: variables a, b\nSELECT :'a', oops;\nSELECT 2;\nSELECT :"b"."x", more;`
    const section = filled(up, { a: 'a long\nvalue of\nlines', b: 'n' })
    const texts = [...section.statements].map(({ start, end }) => section.sql.slice(start, end))
    expect(texts).toEqual([`SELECT  'a long\nvalue of\nlines' , oops`, 'SELECT 2', `SELECT  "n" ."x", more`])
    const placeOf = (word: string) => {
      const { line, column, excerpt } = locateIn(section, 'f', 0, section.sql, section.sql.indexOf(word))
      return { line, column, excerpt }
    }
    expect(placeOf('oops')).toEqual({ line: 3, column: 14, excerpt: `SELECT :'a', oops;` })
    expect(placeOf('more')).toEqual({ line: 5, column: 18, excerpt: `SELECT :"b"."x", more;` })
    // Inside a value: where its variable stands.
    expect(placeOf('value of')).toMatchObject({ line: 3, column: 8 })
  })

  test('notes the values, but those that are secret', () => {
    const section = filled(`-- nself: variables a, db_password\nSELECT :'a', :'db_password';`, {
      a: 'x',
      db_password: 'hunter2',
    })
    expect(section.written?.values).toEqual({ a: 'x', db_password: '***' })
  })

  test('has the checksum of the file, whatever the values', () => {
    const migration = file('1_a', { up: `-- nself: variables a\nSELECT :'a';` })
    expect(withValues({ a: 'x' }).fillFile(migration).checksum).toBe(migration.checksum)
  })

  test('fills COPY statements, and leaves their data alone', () => {
    const section = filled(`-- nself: variables t\nCOPY :"t" FROM stdin;\n:"t"\n\\.\nSELECT :"t";`, { t: 'long name' })
    const [copy] = section.statements
    expect(copy && section.sql.slice(copy.data?.start, copy.data?.end)).toBe(':"t"\n')
    expect(section.sql).toContain('COPY  "long name"  FROM stdin')
  })

  test('does not need the variables of DOWN to be parsed or replayed', () => {
    const migration = file('1_a', { up: 'SELECT 1;', down: `-- nself: variables t\nDROP TABLE :"t";` })
    const down = withValues({}).fillFile(migration).down
    expect(down?.sql).toContain('DROP TABLE  "t" ;')
  })

  test('takes the values with which a migration was applied to replay it', () => {
    const migration = file('1_a', { up: `-- nself: variables a, key\nSELECT :'a', :'key';` })
    const recorded = { a: 'then', key: '***' }
    expect(withValues({ a: 'now', key: 'k' }).fillFile(migration, recorded).up).toMatchObject({
      sql: expect.stringContaining(`'then' ,  'k'`),
    })
    expect(withValues({}).fillFile(migration, recorded).up).toMatchObject({
      sql: expect.stringContaining(`'then' ,  '***'`),
    })
  })

  test('stores its DOWN with the placeholders and what declares them', () => {
    const migration = file('1_a', { up: 'SELECT 1;', down: `-- nself: variables t\nDROP TABLE :"t";` })
    const stored = storedDown(migration) ?? ''
    expect(stored).toContain(':"t"')
    expect(parseStoredDown('1', '1_a', stored)?.uses).toHaveLength(1)
  })
})

describe('refuses, with the line,', () => {
  const up = (text: string, values: Record<string, string> = {}) => faultOf(() => filled(text, values))

  test('what is not declared in a section that has variables', () => {
    expect(up(`-- nself: variables a\nSELECT :'a',\n:"b";`)).toEqual({
      code: 'invalid-migration',
      message: ':"b" is not among the variables that this section declares',
      line: 4,
    })
  })

  test('what is declared and not used', () => {
    expect(up(`-- nself: variables a, shcema\nSELECT :'a';`)).toMatchObject({
      message: 'the variable shcema is declared but not used',
      line: 2,
    })
  })

  test('a name that is none, and a header without names', () => {
    expect(up('-- nself: variables a-b\nSELECT 1;')?.message).toContain('unknown header')
    expect(up('-- nself: variables\nSELECT 1;')?.message).toContain('unknown header')
    expect(up('-- nself variables a\nSELECT 1;')?.message).toContain('looks like a header')
  })

  test('what has no value', () => {
    expect(up(`-- nself: variables a, b, c\nSELECT :'a',\n :'b', :'c';`, { a: '1' })).toEqual({
      code: 'usage',
      message: 'the variables b, c are not set',
      line: 4,
    })
  })

  test.each([
    ['a\0b', 'contains a NUL byte'],
    ['', 'is empty'],
    ['ü'.repeat(32), 'is longer than the 63 bytes of a name'],
  ])('a value that cannot be a name: %j', (value, why) => {
    expect(up(`-- nself: variables t\nDROP TABLE :"t";`, { t: value })).toMatchObject({
      code: 'usage',
      message: `the value of the variable t ${why}`,
      line: 3,
    })
  })
})

test('without the header nothing is filled in', () => {
  expect(filled(`SELECT x[1:"b"], :'a';`, { a: '1', b: '2' }).sql).toContain(`x[1:"b"], :'a'`)
})
