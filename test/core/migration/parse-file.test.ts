import { describe, expect, test } from 'vitest'
import { parseFileName } from '../../../src/core/migration/file-name.ts'
import type { Migration } from '../../../src/core/migration/migration.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { parseStoredDown, storedDown } from '../../../src/core/migration/stored-down.ts'
import { errorOf } from '../../helpers/history.ts'
import { sqlOf } from '../../helpers/sections.ts'

const name = { version: '1', name: '001_a' }
const parse = (text: string): Migration => parseMigration('001_a.sql', name, text)
const fault = (text: string) => errorOf(() => parse(text))

/** Both sections without the blanks around them. */
function sections(text: string) {
  const { up, down } = parse(text)
  return { up: sqlOf(up).trim(), down: down?.sql.trim() ?? null }
}

describe('the name of a migration file', () => {
  test.each([
    ['001_create_users.sql', '1', '001_create_users'],
    ['20250806140000_a.sql', '20250806140000', '20250806140000_a'],
    ['0_a.sql', '0', '0_a'],
    ['000_a.sql', '0', '000_a'],
    ['12345678901234567890123_long.sql', '12345678901234567890123', '12345678901234567890123_long'],
    ['1_a.b-c d.sql', '1', '1_a.b-c d'],
    ['1_a.sql.sql', '1', '1_a.sql'],
  ])('%s has the version %s', (file, version, expected) => {
    expect(parseFileName(file)).toEqual({ version, name: expected })
  })

  test.each([
    'create_users.sql',
    '001.sql',
    '001_.sql',
    '001-a.sql',
    '001_a.SQL',
    '001_a.sql.bak',
    '1a_b.sql',
    ' 1_a.sql',
    '-1_a.sql',
    '١_a.sql',
    '',
  ])('%j is none', (file) => {
    expect(parseFileName(file)).toBeNull()
  })
})

describe('sections', () => {
  const both = { up: 'SELECT 1;', down: 'SELECT 2;' }

  test.each<[what: string, text: string]>([
    ['begin at -- UP and -- DOWN', '-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;\n'],
    ['may come in the other order', '-- DOWN\nSELECT 2;\n-- UP\nSELECT 1;\n'],
    ['may be marked in any case', '-- up\nSELECT 1;\n-- Down\nSELECT 2;\n'],
    ['may be marked without blanks', '--UP\nSELECT 1;\n--DOWN\nSELECT 2;\n'],
    ['may be marked with blanks everywhere', ' \t--  UP \t\nSELECT 1;\n\f--\tDOWN  \nSELECT 2;\n'],
    ['may carry a label', '-- UP: add users\nSELECT 1;\n-- DOWN : remove -- them: all\nSELECT 2;\n'],
    ['may carry an empty label', '-- UP:\nSELECT 1;\n-- DOWN:\nSELECT 2;\n'],
    ['may carry a label of any characters', '-- UP: 😀\u2028\u00a0x\nSELECT 1;\n--DOWN:DOWN\nSELECT 2;\n'],
    ['may follow comments', '-- by me\n/* -- UP\n-- DOWN */\n\n-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;\n'],
    ['may follow a stray semicolon', ';\n-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;\n'],
    ['may have lines that end with \\r\\n', '-- UP\r\nSELECT 1;\r\n-- DOWN\r\nSELECT 2;\r\n'],
    ['may have lines that end with \\r', '-- UP\rSELECT 1;\r-- DOWN\rSELECT 2;\r'],
    ['need no line end at the end of the file', '-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;'],
  ])('%s', (_, text) => {
    expect(sections(text)).toEqual(both)
  })

  test.each<[what: string, line: string]>([
    ['in a string', "SELECT '\n-- DOWN\n';"],
    ['in a string with escapes', "SELECT E'\\'\n-- DOWN\n';"],
    ['in a quoted identifier', 'SELECT 1 AS "\n-- DOWN\n";'],
    ['in a dollar quote', 'DO $$\n-- DOWN\n$$;'],
    ['in a tagged dollar quote', 'DO $a$ $$\n-- DOWN\n$$ $a$;'],
    ['in a comment', '/*\n-- DOWN\n*/'],
    ['in a comment in a comment', '/* /* */\n-- DOWN\n*/'],
    ['in COPY data', 'COPY t FROM stdin;\n-- DOWN\n-- UP\n\\.'],
    ['after a statement on its line', 'SELECT 1; -- DOWN'],
    ['after a comment on its line', '/* a */ -- DOWN'],
    ['as part of a word', '-- DOWNWARDS'],
    ['with text in front', '-- see DOWN'],
  ])('do not begin at a marker %s', (_, line) => {
    expect(sections(`-- UP\n${line}\nSELECT 2;\n`)).toEqual({ up: `${line}\nSELECT 2;`, down: null })
  })

  test('are all UP without a marker, which cannot be reverted', () => {
    expect(parse('SELECT 1;\nSELECT 2;\n')).toMatchObject({
      up: { sql: 'SELECT 1;\nSELECT 2;\n', line: 1, statements: [{ start: 0 }, { start: 10 }] },
      down: null,
    })
  })

  test.each(['', '\n', '-- nothing yet\n', ' /* nothing */ '])('hold nothing in %j', (text) => {
    expect(parse(text)).toMatchObject({ up: { statements: [], transaction: true }, down: null, dependsOn: [] })
  })

  test.each([
    ['no text', '-- DOWN'],
    ['blank lines', '-- DOWN\n\n \n'],
    ['a comment', '-- DOWN\n-- cannot be undone\n/* DROP TABLE a; */\n'],
    ['semicolons', '-- DOWN\n;;\n'],
    ['headers', '-- DOWN\n-- nself: no-transaction\n'],
    ['a \\restrict line', '-- DOWN\n\\restrict a\n\\unrestrict a\n'],
  ])('a DOWN of %s alone is irreversible', (_, down) => {
    expect(parse(`-- UP\nSELECT 1;\n${down}`).down).toBeNull()
  })

  test('tell their text, place and number of statements', () => {
    const text = '-- 😀\n\n-- UP: a\nSELECT 1;\nSELECT 2;\n-- DOWN\nSELECT 3'
    const { up, down } = parse(text)
    expect(up).toMatchObject({ sql: '\nSELECT 1;\nSELECT 2;\n', line: 3 })
    expect(down).toMatchObject({ sql: '\nSELECT 3', line: 6 })
    expect([...up.statements].map(({ start, end }) => sqlOf(up).slice(start, end))).toEqual(['SELECT 1', 'SELECT 2'])
    expect([...(down?.statements ?? [])].map(({ start, end }) => [start, end])).toEqual([[1, 9]])
  })

  test('a marker ends a statement that has no semicolon', () => {
    expect(sections('-- UP\nSELECT 1\n-- DOWN\nSELECT 2')).toEqual({ up: 'SELECT 1', down: 'SELECT 2' })
  })

  test("psql's own lines are blanked, so that all else keeps its place", () => {
    const dump = (key: string) => `-- UP\n${key}\nCREATE TABLE a ();\n\\unrestrict b\n`
    expect(sqlOf(parse(dump('\\restrict b')).up)).toBe(`\n${' '.repeat(11)}\nCREATE TABLE a ();\n${' '.repeat(13)}\n`)
    expect(sqlOf(parse('\\restrict a\n-- UP\nSELECT 1;\n').up)).toBe('\nSELECT 1;\n')
    expect(sqlOf(parse('\\restrict a\r\nSELECT 1;\r\n').up)).toBe(`${' '.repeat(11)}\r\nSELECT 1;\r\n`)
  })

  test('byte order marks of files that were joined are blanked too', () => {
    expect(sections('-- UP\n\ufeffSELECT 1;\n\ufeff-- DOWN\n\ufeffSELECT 2;')).toEqual({
      up: 'SELECT 1;',
      down: 'SELECT 2;',
    })
  })
})

describe('the checksum', () => {
  const sum = (text: string) => parse(text).checksum

  test.each<[what: string, text: string]>([
    ['line ends', '-- UP\r\nSELECT 1;\r\n\r\nSELECT 2;\r\n-- DOWN\r\nSELECT 3;\r\n'],
    ['blanks at its edges', '-- UP\n\n\n  SELECT 1;\n\nSELECT 2;  \n\n-- DOWN\nSELECT 3;\n'],
    ['DOWN', '-- UP\nSELECT 1;\n\nSELECT 2;\n-- DOWN\nSELECT 4;\n'],
    ['a lost DOWN', '-- UP\nSELECT 1;\n\nSELECT 2;\n'],
    ['the label and the case of the marker', '-- up: a\nSELECT 1;\n\nSELECT 2;\n-- DOWN\nSELECT 3;\n'],
    ['comments before the marker', '-- a\n-- UP\nSELECT 1;\n\nSELECT 2;\n-- DOWN\nSELECT 3;\n'],
    ['the order of the sections', '-- DOWN\nSELECT 3;\n-- UP\nSELECT 1;\n\nSELECT 2;\n'],
    ['a marker that was added', 'SELECT 1;\n\nSELECT 2;\n'],
  ])('does not change with %s', (_, text) => {
    expect(sum(text)).toBe(sum('-- UP\nSELECT 1;\n\nSELECT 2;\n-- DOWN\nSELECT 3;\n'))
  })

  test.each([
    ['a character', '-- UP\nSELECT 1;\n\nSELECT 3;\n'],
    ['a comment', '-- UP\nSELECT 1;\n-- a\nSELECT 2;\n'],
    ['blanks between statements', '-- UP\nSELECT 1;\nSELECT 2;\n'],
    ['a header', '-- UP\n-- nself: no-transaction\nSELECT 1;\n\nSELECT 2;\n'],
  ])('changes with %s of UP', (_, text) => {
    expect(sum(text)).not.toBe(sum('-- UP\nSELECT 1;\n\nSELECT 2;\n'))
  })
})

describe('a section that is wholly wrapped in a transaction', () => {
  test.each([
    ['BEGIN;', 'COMMIT;'],
    ['begin work;', 'commit work;'],
    ['BEGIN TRANSACTION;', 'END TRANSACTION;'],
    ['START TRANSACTION;', 'END'],
    ["set client_min_messages = 'warning'; BEGIN;", 'COMMIT AND NO CHAIN; RESET client_min_messages;'],
  ])('runs as if %s and %s were not there', (begin, commit) => {
    const file = parse(`-- UP\n${begin}\nSELECT 1;\n${commit}\n-- DOWN\n-- back\n${begin}\nSELECT 2;\n${commit}\n`)
    for (const section of [file.up, file.down]) {
      expect(section).toMatchObject({
        kind: 'held',
        transaction: true,
        blocks: 0,
        sql: expect.not.stringMatching(/begin|start|commit|end/i),
      })
    }
    const statements = [...file.up.statements].map(({ start, end }) => sqlOf(file.up).slice(start, end))
    expect(statements.filter((sql) => !/set/i.test(sql))).toEqual(['SELECT 1'])
  })

  test.each([
    ['BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE;', 'SERIALIZABLE', true, true],
    ['START TRANSACTION READ ONLY, READ WRITE, ISOLATION LEVEL REPEATABLE READ;', 'REPEATABLE READ', false, false],
    ['BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SET TRANSACTION READ ONLY;', 'SERIALIZABLE', true, false],
  ])('keeps the options of %s', (begin, isolation, readOnly, deferrable) => {
    const { up } = parse(`${begin}\nSELECT 1;\nCOMMIT;`)
    expect(up).toMatchObject({ transaction: true, begin: { isolation, readOnly, deferrable } })
  })

  test('keeps its lines where its BEGIN takes several', () => {
    expect(sqlOf(parse('BEGIN\nISOLATION LEVEL\nSERIALIZABLE;\nSELECT 1;\nCOMMIT;').up).split('\n')[3]).toBe(
      'SELECT 1;',
    )
  })

  test('is edited when the transaction around it goes', () => {
    expect(parse('BEGIN;\nSELECT 1;\nCOMMIT;').checksum).not.toBe(parse('SELECT 1;').checksum)
  })

  test('may be empty but for it, and then has no statement', () => {
    expect(parse('BEGIN;\nCOMMIT;').up.statements).toHaveLength(0)
  })
})

describe('a section with transactions of its own', () => {
  test.each([
    ['two of them', 'BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN;\nSELECT 2;\nEND;', 2, 'begin plain commit begin plain commit'],
    ['one and a statement before it', 'SELECT 1;\nBEGIN;\nSELECT 2;\nCOMMIT;', 1, 'plain begin plain commit'],
    ['one and a statement after it', 'BEGIN;\nSELECT 1;\nCOMMIT;\nVACUUM;', 1, 'begin plain commit outside'],
    ['a chain of two', 'BEGIN;\nSELECT 1;\nCOMMIT AND CHAIN;\nSELECT 2;\nCOMMIT;', 2, 'begin plain chain plain commit'],
    ['a chain that nobody began', 'SELECT 1;\ncommit and chain;\nSELECT 2;', 2, 'plain chain plain'],
    [
      'one that is to run outside of ours',
      '-- nself: no-transaction\nBEGIN;\nSELECT 1;\nCOMMIT;',
      1,
      'begin plain commit',
    ],
    [
      'a savepoint in one',
      'BEGIN;\nSAVEPOINT a;\nROLLBACK TO a;\nCOMMIT;\nSELECT 1;',
      1,
      'begin plain plain commit plain',
    ],
  ])('runs block by block: %s', (_, text, blocks, kinds) => {
    for (const section of [parse(`-- UP\n${text}`).up, parse(`-- UP\n-- DOWN\n${text}`).down]) {
      expect(section).toMatchObject({ transaction: false, blocks, begin: null })
      expect([...(section?.statements ?? [])].map(({ kind }) => kind).join(' ')).toBe(kinds)
    }
  })

  test('has no statement where there is none in them', () => {
    expect(parse('BEGIN;\nCOMMIT;\nBEGIN;\nCOMMIT;').up).toMatchObject({ statements: [], transaction: true })
  })
})

describe('headers', () => {
  const plain = { transaction: true, lockTimeout: null, statementTimeout: null, role: null, nothingToDo: false }

  test.each<[what: string, text: string, up: object, down: object]>([
    ['are none by default', '-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;', plain, plain],
    [
      'before the first marker hold for both sections',
      '-- nself: no-transaction\n-- nself: lock-timeout 5s\n-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;',
      { ...plain, transaction: false, lockTimeout: '5s' },
      { ...plain, transaction: false, lockTimeout: '5s' },
    ],
    [
      'in a section hold for it',
      '-- UP\n-- nself: statement-timeout 1min\nSELECT 1;\n-- DOWN\n-- nself: no-transaction\nSELECT 2;',
      { ...plain, statementTimeout: '1min' },
      { ...plain, transaction: false },
    ],
    [
      'name the role that a section runs as, as SQL names it',
      '-- nself: role App_Owner\n-- UP\nSELECT 1;\n-- DOWN\n-- nself: role "App ""Owner"\nSELECT 2;',
      { ...plain, role: 'app_owner' },
      { ...plain, role: 'App "Owner' },
    ],
    [
      'of a section outdo those before the first marker',
      '-- nself: lock-timeout 5s\n-- UP\n-- nself: lock-timeout 1h\nSELECT 1;\n-- DOWN\nSELECT 2;',
      { ...plain, lockTimeout: '1h' },
      { ...plain, lockTimeout: '5s' },
    ],
    [
      'may be written in other cases and blanks',
      '-- UP\n--NSELF:no-transaction\n--  nself :  lock-timeout   250ms  \nSELECT 1;\n-- DOWN\nSELECT 2;',
      { ...plain, transaction: false, lockTimeout: '250ms' },
      plain,
    ],
    [
      'do not count in strings and comments',
      "-- UP\n/*\n-- nself: no-transaction\n*/ SELECT '\n-- nself: no-transaction\n';\n-- DOWN\nSELECT 2;",
      plain,
      plain,
    ],
  ])('%s', (_, text, up, down) => {
    expect(parse(text)).toMatchObject({ up, down })
  })

  test('nothing-to-do makes of a DOWN without a statement one that reverts', () => {
    const file = parse('-- UP\nSELECT 1;\n-- DOWN\n-- nself: nothing-to-do\n')
    expect(file.down).toMatchObject({ nothingToDo: true, statements: [] })
    expect(parseStoredDown('1', '001_a', storedDown(file) ?? '')).toMatchObject({ nothingToDo: true, statements: [] })
    expect(parse('-- UP\nSELECT 1;\n-- DOWN\n').down).toBeNull()
  })

  test('hold for a file without markers', () => {
    expect(parse('-- nself: lock-timeout 0\n-- depends_on: 3\nSELECT 1;')).toMatchObject({
      up: { lockTimeout: '0' },
      dependsOn: [{ version: '3' }],
    })
  })

  test('depends_on lists numbers, names and file names', () => {
    const header = '-- depends_on: 20250806140000_create_users, 003,004_a.sql 5\n-- Depends_On:6\n-- depends_on:\n'
    const expected = [
      { version: '20250806140000', text: '20250806140000_create_users' },
      { version: '3', text: '003' },
      { version: '4', text: '004_a.sql' },
      { version: '5', text: '5' },
      { version: '6', text: '6' },
    ]
    for (const text of [`${header}-- UP\nSELECT 1;`, `-- UP\n${header}SELECT 1;`, `${header}SELECT 1;`]) {
      expect(parse(text).dependsOn).toEqual(expected)
    }
  })

  test.each(['100', '100us', '100ms', '5s', '1min', '2h', '1d', '0'])('a timeout may be %s', (value) => {
    const text = `-- nself: lock-timeout ${value}\n-- nself: statement-timeout ${value}\nSELECT 1;`
    expect(parse(text).up).toMatchObject({ lockTimeout: value, statementTimeout: value })
  })

  test.each([
    '-- nself: no-transactions',
    '-- nself: role',
    '-- nself: role a b',
    '-- nself: role "a',
    '-- nself: no-transaction please',
    '-- nself:',
    '-- nself: lock-timeout',
    '-- nself: lock-timeout soon',
    '-- nself: lock-timeout 5 s',
    '-- nself: lock-timeout -5s',
    '-- nself: lock-timeout 1.5s',
    "-- nself: lock-timeout 5s'; DROP TABLE a; --",
    '-- nself: lock-timeout 5s 6s',
    '-- nself: statement-timeout 1 minute',
    '-- nself: statement-timeout 5sec',
    '-- nself: timeout 5s',
    '-- depends_on: users',
    '-- depends_on: 003, users_004',
    '-- depends_on: 3;4',
  ])('%s is not understood', (line) => {
    expect(fault(`-- UP\n  ${line}\nSELECT 1;`)).toMatchObject({
      code: 'invalid-migration',
      message: `unknown header: ${line}`,
      location: { path: '001_a.sql', line: 2, column: 3 },
    })
  })

  test('a long run of blanks in a header or a marker costs no time', () => {
    const blanks = ' '.repeat(300_000)
    expect(sections(`-- UP${blanks}x\n-- x${blanks}UP\n-- UP${blanks}:\nSELECT 1;`).up).toBe('SELECT 1;')
    expect(fault(`-- nself: a${blanks}b\nSELECT 1;`).message).toMatch(/^unknown header/)
  })
})

describe('a section runs', () => {
  test.each([
    ['in a transaction', 'CREATE INDEX a ON t (b);', true],
    ['outside one with CREATE INDEX CONCURRENTLY', 'SELECT 1;\nCREATE INDEX CONCURRENTLY a ON t (b);', false],
    ['outside one with VACUUM at the end of the file', 'VACUUM', false],
    ['outside one with CREATE DATABASE', 'create database d;', false],
    ['in a transaction when such words are only quoted', `SELECT 'VACUUM; CREATE DATABASE d', "VACUUM";`, true],
  ])('%s', (_, sql, transaction) => {
    expect(parse(`-- DOWN\nSELECT 1;\n-- UP\n${sql}`)).toMatchObject({
      up: { transaction },
      down: { transaction: true },
    })
    expect(parse(`-- UP\nSELECT 1;\n-- DOWN\n${sql}`)).toMatchObject({
      up: { transaction: true },
      down: { transaction },
    })
  })

  test('with savepoints of its own', () => {
    expect(parse('SAVEPOINT a;\nROLLBACK TO SAVEPOINT a;\nRELEASE a;').up.statements).toHaveLength(3)
  })
})

describe('a file is refused', () => {
  test.each<[what: string, text: string, message: RegExp, line: number, column: number]>([
    ['with two UP', '-- UP\nSELECT 1;\n -- up: b\nSELECT 2;', /second UP section; the first begins on line 1/, 3, 2],
    ['with two DOWN', '\n-- UP\n-- DOWN\n-- DOWN\n', /second DOWN section; the first begins on line 3/, 4, 1],
    ['with a DOWN but no UP', '-- a\n-- DOWN\nDROP TABLE a;\n', /a DOWN section but no UP/, 2, 1],
    ['with an empty DOWN but no UP', '-- a\n  -- DOWN: b', /a DOWN section but no UP/, 2, 3],
    ['with a statement before the first marker', '\n SELECT 1;\nSELECT 2;\n-- UP\n', /before the first marker/, 2, 2],
    ['with half a statement before it', 'SELECT 1\n-- UP\nSELECT 2;\n', /before the first marker/, 1, 1],
    ['with an unterminated string', "-- UP\nSELECT 'a;\n-- DOWN\n", /unterminated quoted string/, 2, 8],
    ['with an unterminated E string', "-- UP\nSELECT E'a\\';\n", /unterminated quoted string/, 2, 9],
    ['with an unterminated identifier', 'SELECT "a;\n', /unterminated quoted identifier/, 1, 8],
    ['with an unterminated comment', 'SELECT 1;\n/* a /* b */\n-- UP', /unterminated \/\* comment/, 2, 1],
    ['with an unterminated dollar quote', 'DO $a$ BEGIN END $b$;\n', /unterminated dollar-quoted/, 1, 4],
    ['with COPY data without an end', 'COPY a FROM stdin;\n1\n', /COPY data without the line \\\./, 1, 19],
    ['with a NUL', '-- UP\nSELECT 1;\n  \0', /NUL byte/, 3, 3],
    ['with a NUL in a string', "SELECT '\0';", /NUL byte/, 1, 9],
    ['with a psql command', '-- UP\n\\i other.sql\n', /psql command \\i is not SQL/, 2, 1],
    ['with a psql command after a statement', 'SELECT 1 \\gset\n', /psql command \\gset is not SQL/, 1, 10],
    ['with \\connect', '\\connect other\n', /psql command \\connect/, 1, 1],
    ['with \\restrict inside a statement', 'SELECT 1\n\\restrict a\n', /psql command \\restrict/, 2, 1],
    ['with a marker in parentheses', '-- UP\nSELECT (\n-- DOWN\n1);', /marker inside an unfinished/, 3, 1],
    ['with COMMIT', 'SELECT 1;\ncommit;\n', /COMMIT without a BEGIN/, 2, 1],
    ['with a second COMMIT', 'BEGIN;\nSELECT 1;\nCOMMIT;\nCOMMIT;', /COMMIT without a BEGIN/, 4, 1],
    [
      'with a chain after COMMIT',
      'BEGIN;\nSELECT 1;\nCOMMIT;\nCOMMIT AND CHAIN;',
      /COMMIT AND CHAIN without a BEGIN/,
      4,
      1,
    ],
    ['with ROLLBACK in DOWN', '-- UP\n-- DOWN\nSELECT 1; ROLLBACK', /ROLLBACK ends/, 3, 11],
    ['with BEGIN and no COMMIT', '-- UP\n/* a */ begin;\n', /BEGIN without a COMMIT/, 2, 9],
    ['with BEGIN twice', 'BEGIN;\nSELECT 1;\nBEGIN;\nCOMMIT;', /BEGIN stands inside an open transaction/, 3, 1],
    ['with a chain without an end', 'BEGIN;\nSELECT 1;\nCOMMIT AND CHAIN;', /BEGIN without a COMMIT/, 3, 1],
    ['with ROLLBACK at the end of its transaction', 'BEGIN;\nSELECT 1;\nROLLBACK;', /ROLLBACK ends/, 3, 1],
    ['with a transaction around what cannot be in one', 'BEGIN;\nVACUUM;\nEND;', /VACUUM cannot run in a/, 2, 1],
    ['with a chain behind what cannot be in one', 'VACUUM;\nCOMMIT AND CHAIN;', /VACUUM cannot run in a/, 1, 1],
    ['with START TRANSACTION', 'START TRANSACTION READ ONLY;', /BEGIN without a COMMIT/, 1, 1],
    [
      'with a BEGIN of other words',
      'BEGIN ISOLATION SERIALIZABLE;\nCOMMIT;',
      /BEGIN ISOLATION SERIALIZABLE is not/,
      1,
      1,
    ],
    ['with a COMMIT of other words', 'BEGIN;\nSELECT 1;\nCOMMIT NOW;', /COMMIT NOW is not/, 3, 1],
    ['with PREPARE TRANSACTION', "PREPARE TRANSACTION 'a';", /PREPARE TRANSACTION ends/, 1, 1],
    [
      'with markers of dbmate',
      '-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;',
      /migrate:up is a marker of another/,
      1,
      1,
    ],
    ['with markers of goose', '\n-- +goose Up\nSELECT 1;\n', /goose Up is a marker of another/, 2, 1],
    ['with an undo', 'SELECT 1;\n--@UNDO\nSELECT 2;', /another tool/, 2, 1],
    ['with markers of another tool below its own', '-- UP\n-- migrate:up\nSELECT 1;', /marker of another tool/, 2, 1],
    [
      'with a header below a statement',
      '-- UP\nSELECT 1;\n-- nself: no-transaction\n',
      /stands below a statement/,
      3,
      1,
    ],
    ['with a header in a statement', '-- UP\nSELECT\n -- depends_on: 1\n1;', /stands below a statement/, 3, 2],
    ['with a header in a block comment', '/* nself: no-transaction */\nSELECT 1;', /looks like a header/, 1, 1],
    ['with a header that lacks its colon', '-- nself no-transaction\nSELECT 1;', /looks like a header/, 1, 1],
    [
      'with nothing-to-do and a statement',
      '-- UP\nSELECT 1;\n-- DOWN\n-- nself: nothing-to-do\nSELECT 2;',
      /has a statement/,
      3,
      1,
    ],
    ['with depends-on', '-- depends-on: 003\nSELECT 1;', /looks like a header/, 1, 1],
    ['with depend_on', '-- depend_on: 003\nSELECT 1;', /looks like a header/, 1, 1],
    ['with depends on and a name', '-- depends on 003_users, 004\nSELECT 1;', /looks like a header/, 1, 1],
    ['with other quoting', 'SELECT 1;\nSET standard_conforming_strings = off;', /must stay on/, 2, 1],
  ])('%s', (_, text, message, line, column) => {
    expect(fault(text)).toMatchObject({
      code: 'invalid-migration',
      exitStatus: 2,
      message: expect.stringMatching(message),
      location: { path: '001_a.sql', line, column },
    })
  })

  test("not with SET standard_conforming_strings = 'on', as dumps have it", () => {
    expect(
      parse("SET standard_conforming_strings = 'on';\nSET standard_conforming_strings = on;").up.statements,
    ).toHaveLength(2)
  })

  test.each<[what: string, text: string, line: number, column: number, excerpt: string]>([
    ['after an emoji as one character', "SELECT '😀', 'b\n", 1, 13, "SELECT '😀', 'b"],
    ['after tabs as one each', "\t\tSELECT 'b\n", 1, 10, "  SELECT 'b"],
    ['on a line that ends with \\r\\n', "SELECT 1;\r\nSELECT 'b\r\n", 2, 8, "SELECT 'b"],
    ['on the last line without a line end', "SELECT 1;\nSELECT '", 2, 8, "SELECT '"],
  ])('with the place counted %s', (_, text, line, column, excerpt) => {
    expect(fault(text).location).toEqual({ path: '001_a.sql', line, column, excerpt, caret: column })
  })
})
