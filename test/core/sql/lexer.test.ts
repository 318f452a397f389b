import { describe, expect, test } from 'vitest'
import { Lexer, SqlError, type Token } from '../../../src/core/sql/lexer.ts'

const isMarker = (comment: string) => /^--\s*(UP|DOWN)$/i.test(comment)

function lex(...pieces: string[]): Token[] {
  const lexer = new Lexer(isMarker)
  return [...pieces.flatMap((piece) => lexer.push(piece)), ...lexer.finish()]
}

/** The text of each statement. */
function statements(sql: string): string[] {
  return lex(sql).flatMap((token) => (token.kind === 'statement' ? [sql.slice(token.start, token.end)] : []))
}

function words(sql: string): readonly string[] | undefined {
  return lex(sql).find((token) => token.kind === 'statement')?.words
}

function fault(...pieces: string[]): SqlError {
  try {
    lex(...pieces)
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error('no fault found')
}

function lines(sql: string): string[] {
  return sql.match(/[^\n]*\n|[^\n]+/g) ?? []
}

/** Joins the pieces of one run of COPY data, which depend on how the text was split. */
function joined(tokens: Token[]): Token[] {
  const result: Token[] = []
  for (const token of tokens) {
    const before = result.at(-1)
    if (token.kind === 'copy-data' && before?.kind === 'copy-data' && !before.last) {
      const start = before.start
      result[result.length - 1] = { ...token, start }
    } else result.push(token)
  }
  return result
}

/** Each is one statement, its last semicolon taken off; whatever else is inside does not end it. */
const whole: [what: string, sql: string][] = [
  ['a quoted string', "SELECT ';'"],
  ['a doubled quote', "SELECT 'it''s; -- fine'"],
  ['an empty string', "SELECT '', ';'"],
  ['a backslash at the end of a plain string', "SELECT 'C:\\', ';'"],
  ['a string over several lines', "SELECT 'a;\nb;\r\nc'"],
  ["E'' with an escaped quote", "SELECT E'it\\'s; fine'"],
  ["e'' with an escaped backslash", "SELECT e'\\\\', ';'"],
  ["E'' with a doubled quote", "SELECT E'a'';'"],
  ["E'' whose backslash stands before a line end", "SELECT E'a\\\n;'"],
  ["E'' continued on the next line", "SELECT E'a'\n 'it\\'s; fine'"],
  ["E'' continued after a line end of \\r\\n", "SELECT E'a'\r\n\t'\\';'"],
  ["E'' continued twice", "SELECT E'a'\n'\\';'\n'\\';'"],
  ["E'' continued after comments", "SELECT E'a' -- it's\n -- ;\n '\\';'"],
  ["E'' followed by a string on the same line", "SELECT E'a' '\\'"],
  ["E'' followed by a plain string after a comma", "SELECT E'a',\n '\\'"],
  ["E'' followed by a plain string after a block comment", "SELECT E'a' /*\n*/\n '\\'"],
  ["E'' continued far below", `SELECT E'a'${'\n-- b\n\n'.repeat(20)}'\\';'`],
  ['a plain string continued on the next line', "SELECT 'a\\'\n'\\'"],
  ['a word that ends in e before a string', "SELECT date'\\'"],
  ["U&''", "SELECT U&'d\\0061;t'' \\'"],
  ["B'', X'' and N''", "SELECT B'1', X'F', N';\\'"],
  ['a quoted identifier', 'SELECT 1 AS "a;b\'c--d"'],
  ['a doubled quote in an identifier', 'SELECT 1 AS "id"";""x"'],
  ['U&""', 'SELECT U&"d\\0061;t" FROM t'],
  ['$$', 'DO $$ BEGIN; it\'s "; END $$'],
  ['an empty $$', "SELECT $$$$, ';'"],
  ['$tag$', 'DO $tag$ a; $$ ; $$ $other$ ; $tag$'],
  ['a tag of letters outside ASCII', 'DO $été_1$ ; $$ ; $été_1$'],
  ['a tag whose case differs inside', 'DO $Tag$ ; $tag$ ; $Tag$'],
  ['$ inside an identifier', 'SELECT a$b$c, d$$'],
  ['$ inside an identifier in parentheses', 'SELECT f(a$b$c, d$$)'],
  ['$ inside an identifier after the kept words', 'INSERT INTO t SELECT a$b$c, d$$'],
  ['a parameter', 'SELECT $1, $2$$;$$'],
  ['a parameter in a PREPARE', "PREPARE p AS SELECT $1 || $2 || ';'"],
  ['a dollar quote after a number', 'SELECT 1$$;$$'],
  ['a dollar quote right after another', "DO $$ a $$$$ it's; $$"],
  ['a dollar quote right after another that ends in a word', "DO $a$ word$a$$b$ it's; $b$"],
  ['a dollar quote right after a parameter', "SELECT $1$$ it's; $$"],
  ["E'' right after a dollar quote", "SELECT $$a$$E'\\';'"],
  ["E'' right after a dollar that opens nothing", "SELECT $E'\\';'"],
  ['a comment', 'SELECT /* ; */ 1'],
  ['a nested comment', "SELECT /* a /* b; */ it's; */ 1"],
  ['a comment that opens with /*/', 'SELECT /*/ ; */ 1'],
  ['a comment over several lines', 'SELECT /*\n;\n-- */ 1'],
  ['a line comment', 'SELECT 1 -- it\'s; "fine" $$ /*\n + 1'],
  ['a line comment ended by \\r', "SELECT 1 -- it's;\r + 1"],
  ['a line comment ended by \\r\\n', "SELECT 1 -- it's;\r\n + 1"],
  ['a line comment right after an operator', 'SELECT 1+-- ;\n1'],
  ['parentheses', 'CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; SELECT f(1); DELETE FROM b)'],
  ['a parenthesis in a string', "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT ')'; SELECT 2)"],
  ['BEGIN ATOMIC', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END'],
  ['BEGIN ATOMIC of a procedure', 'create or replace procedure p(a int) language sql begin atomic select 1; end'],
  ['BEGIN ATOMIC with comments between', 'CREATE FUNCTION f() RETURNS int BEGIN /* ; */ ATOMIC -- ;\n SELECT 1; END'],
  ['CASE in BEGIN ATOMIC', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END'],
  [
    'CASE in CASE and in parentheses in BEGIN ATOMIC',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT (CASE a WHEN CASE b WHEN 1 THEN 2 END THEN 1 END); SELECT 2; END',
  ],
  ['`AS end` in BEGIN ATOMIC', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT 2; END'],
  ['`AS case` in BEGIN ATOMIC', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS case; SELECT 2; END'],
  [
    'a column named end in BEGIN ATOMIC',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT t.end, t.case FROM t; END',
  ],
  [
    'an identifier "end" in BEGIN ATOMIC',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS "end"; SELECT "end"; END',
  ],
  ['a number that ends in a dot in BEGIN ATOMIC', 'CREATE FUNCTION f() RETURNS float BEGIN ATOMIC SELECT 1.; END'],
  [
    'CASE … 1. END in BEGIN ATOMIC',
    'CREATE FUNCTION f() RETURNS float BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 1. END; END',
  ],
  ['an emoji', "SELECT '😀;', $$😀;$$ AS 😀"],
]

describe('a semicolon does not end a statement inside', () => {
  test.each(whole)('%s', (_, sql) => {
    expect(statements(`${sql};\nSELECT 'next';\n`)).toEqual([sql, "SELECT 'next'"])
  })
})

describe('statements', () => {
  test.each<[what: string, sql: string, expected: string[]]>([
    ['are none in an empty text', '', []],
    ['are none in blanks, comments and semicolons', ' ;;\n-- a;\n/* b; */ ;', []],
    ['may stand on one line', 'SELECT 1;SELECT 2', ['SELECT 1', 'SELECT 2']],
    ['begin after the comments before them', '-- a\n/* b */ SELECT 1;', ['SELECT 1']],
    ['end without the blanks before the semicolon', 'SELECT 1 \n ;', ['SELECT 1']],
    ['need no semicolon at the end of the text', 'SELECT 1;\n SELECT 2\n', ['SELECT 1', 'SELECT 2']],
    ['may begin with a parenthesis', '(SELECT 1);(SELECT 2);', ['(SELECT 1)', '(SELECT 2)']],
    ['are not joined by a parenthesis closed too often', 'SELECT 1); SELECT (2);', ['SELECT 1)', 'SELECT (2)']],
    ['BEGIN outside a routine opens no body', 'BEGIN; SELECT 1; END;', ['BEGIN', 'SELECT 1', 'END']],
    ['keep what only looks blank', 'SELECT 1 AS a\u00a0 ;', ['SELECT 1 AS a\u00a0']],
    ['end before any number of blank lines', 'SELECT 1\n\n \n\t\n;', ['SELECT 1']],
    ['a trailing E string does not escape the next', "SELECT E'a';\nSELECT\n'\\';", ["SELECT E'a'", "SELECT\n'\\'"]],
  ])('%s', (_, sql, expected) => {
    expect(statements(sql)).toEqual(expected)
  })

  test('offsets count UTF-16 units from the start of the whole text', () => {
    const first = "-- 😀\nSELECT '😀';\n"
    const second = '/* 😀 */ SELECT 2; -- 😀\n'
    expect(lex(first, second)).toMatchObject([
      { kind: 'comment', start: 0, end: 5, text: '-- 😀' },
      { kind: 'statement', start: 6, end: 17 },
      { kind: 'comment', start: 19, end: 27, text: '/* 😀 */' },
      { kind: 'statement', start: 28, end: 36 },
      { kind: 'comment', start: 38, end: 43 },
    ])
  })

  test('are returned by the push that completes them', () => {
    const lexer = new Lexer()
    expect(lexer.push('SELECT\n')).toEqual([])
    expect(lexer.push('1;\n')).toMatchObject([{ kind: 'statement', start: 0, end: 8 }])
    expect(lexer.push('SELECT 2\n')).toEqual([])
    expect(lexer.finish()).toMatchObject([{ kind: 'statement', start: 10, end: 18 }])
  })

  test('end before the blanks that came in pieces of their own', () => {
    const lexer = new Lexer()
    const pieces = ['SELECT\n', '1 -- a\n', '\n', ' \r\n', '\t;\n']
    expect(pieces.flatMap((piece) => lexer.push(piece)).at(-1)).toMatchObject({ start: 0, end: 13 })
    expect(lexer.slice(0, 13)).toBe('SELECT\n1 -- a')
  })

  test.each<[what: string, line: string]>([
    ['a statement', 'SELECT\n'],
    ['a string', "'\n"],
    ['a dollar quote', '$$\n'],
    ['a comment', '/*\n'],
    ['blank lines', '\n'],
    ["an E'' string and comments", "E'a'\n--\n"],
    ['COPY data', 'COPY t FROM stdin;\n'],
    ['a single line', 'SELECT '],
  ])('of a size that only reading each piece once can manage: %s', (_, head) => {
    const lexer = new Lexer()
    const tail = head.endsWith('\n') ? '\n' : ' '
    lexer.push(head)
    for (let i = 0; i < 200_000; i++) lexer.push(`--------${tail}`)
    expect(lexer.push(`\n`).length).toBeLessThan(2)
  })

  test('comments on lines that end in \\r alone are each read once', () => {
    expect(lex(`SELECT 1${'\r-- a'.repeat(200_000)}`)).toHaveLength(200_001)
  })

  test('dollars inside one long identifier are each read once', () => {
    const sql = `SELECT (${'a$'.repeat(500_000)})`
    expect(statements(sql)).toEqual([sql])
  })

  test('can be sliced out right after they were returned', () => {
    const lexer = new Lexer()
    const found: string[] = []
    for (const line of ['SELECT 1;\n', 'SELECT\n', '  2; SELECT\n', '3;\n']) {
      for (const token of lexer.push(line)) found.push(lexer.slice(token.start, token.end))
    }
    expect(found).toEqual(['SELECT 1', 'SELECT\n  2', 'SELECT\n3'])
  })

  test('a ruler of dashes after an E string costs no time', () => {
    const sql = `SELECT E'a' ${'-'.repeat(5000)}\n, 'b'`
    expect(statements(`${sql};`)).toEqual([sql])
  })
})

describe('words', () => {
  test.each<[what: string, sql: string, expected: string[]]>([
    ['are upper case', 'create Table t', ['CREATE', 'TABLE', 'T']],
    ['leave out comments and strings', "ALTER /* x */ SYSTEM -- y\n SET a = 'b'", ['ALTER', 'SYSTEM', 'SET', 'A']],
    ['show quoted identifiers as one quote', 'DROP TABLE "database"', ['DROP', 'TABLE', '"']],
    ['leave out parentheses', 'COPY t (a, b) FROM x', ['COPY', 'T', 'FROM', 'X']],
    [
      'of REINDEX keep its options',
      'REINDEX (VERBOSE, CONCURRENTLY) TABLE t',
      ['REINDEX', 'VERBOSE', 'CONCURRENTLY', 'TABLE', 'T'],
    ],
    ['take a number as one', 'SET a TO 12.5', ['SET', 'A', 'TO', '12.5']],
  ])('%s', (_, sql, expected) => {
    expect(words(sql)).toEqual(expected)
  })
})

describe('comments', () => {
  test.each<[what: string, sql: string, expected: object]>([
    ['alone on their line', '  -- a  \nSELECT 1', { start: 2, end: 6, text: '-- a', alone: true, inStatement: false }],
    ['after a statement', 'SELECT 1; -- a', { start: 10, text: '-- a', alone: false, inStatement: false }],
    ['between the words of a statement', 'SELECT\n-- a\n1', { text: '-- a', alone: true, inStatement: true }],
    ['after a block comment', '/* x */ -- a', { text: '-- a', alone: false, inStatement: false }],
    ['after the end of a block comment of more lines', '/*\n*/ -- a', { text: '-- a', alone: false }],
    ['in a block on one line', 'SELECT 1; /* a */', { start: 10, end: 17, text: '/* a */', alone: false }],
    ['ended by \\r', '-- a\r-- b', { text: '-- a', end: 4, alone: true }],
    ['ended by \\r\\n', '-- a\r\nSELECT 1', { text: '-- a', end: 4 }],
  ])('%s', (_, sql, expected) => {
    expect(lex(sql).find((token) => token.kind === 'comment' && token.text !== '/* x */')).toMatchObject(expected)
  })

  test('a line ended by \\r alone makes the next comment stand alone', () => {
    expect(lex('SELECT 1;\r-- a').at(-1)).toMatchObject({ kind: 'comment', text: '-- a', alone: true })
  })
})

describe('COPY', () => {
  /** The data of the first COPY and what follows it. */
  function copied(sql: string) {
    const tokens = joined(lex(sql))
    const at = tokens.findIndex((token) => token.kind === 'copy-data')
    const data = tokens[at]
    if (data?.kind !== 'copy-data') return null
    const rest = tokens.slice(at + 1).map((token) => sql.slice(token.start, token.end))
    return { data: sql.slice(data.start, data.end), end: sql.slice(data.end, data.terminatorEnd), rest }
  }

  test.each<[what: string, head: string, data: string, end: string]>([
    ['takes its data up to the line \\.', 'COPY t FROM stdin;\n', '1\ta\n2\tb\n', '\\.\n'],
    ['may have no data', 'COPY t FROM stdin;\n', '', '\\.\n'],
    ['takes quotes, semicolons and markers as data', 'COPY t FROM STDIN;\n', 'it\'s; "$$ /*\n-- DOWN\n\\d\n', '\\.\n'],
    ['takes \\. with blanks around it as data', 'COPY t FROM stdin;\n', '\\. \n \\.\n\\.\t\r\n', '\\.\n'],
    ['takes \\. before a bare \\r as data', 'COPY t FROM stdin;\n', '1\n\\.\r2\n\\.\r\r\n', '\\.\r\n'],
    ['takes \\N and \\.x as data', 'copy t from stdin;\n', '\\N\n\\.x\nx\\.\n \\.\n', '\\.\n'],
    ['takes CSV', "COPY t (a, b) FROM stdin WITH (FORMAT csv, DELIMITER ';');\n", '"a;""b";\'\n"x\ny";2\n', '\\.\n'],
    ['takes lines ended by \\r\\n', 'COPY t FROM stdin;\r\n', '1\r\n2\r\n', '\\.\r\n'],
    ['allows a comment on its line', 'COPY t FROM stdin; -- data\n', '1\n', '\\.\n'],
    ['may span lines', 'COPY t\n(a)\nFROM /* x */\n"pg_catalog".stdin, x FROM stdin;\n', '1\n', '\\.\n'],
    ['may carry a WHERE', 'COPY t FROM stdin WHERE a > 1;\n', '1\n', '\\.\n'],
  ])('%s', (_, head, data, end) => {
    expect(copied(`${head}${data}${end}SELECT 1;\n`)).toEqual({ data, end, rest: ['SELECT 1'] })
  })

  test('may end with \\. at the end of the text', () => {
    expect(copied('COPY t FROM stdin;\n1\n\\.')).toEqual({ data: '1\n', end: '\\.', rest: [] })
  })

  test.each(['\\. ', '\\.\r', '\\.a'])('does not end with %j at the end of the text', (end) => {
    expect(fault(`COPY t FROM stdin;\n1\n${end}`).message).toMatch(/without the line/)
  })

  test.each([
    ['to stdout', 'COPY t TO stdout;\nSELECT 1;'],
    ['from a file', "COPY t FROM 'stdin';\nSELECT 1;"],
    ['from a program', "COPY t FROM PROGRAM 'stdin';\nSELECT 1;"],
    ['of a query that reads stdin', 'COPY (SELECT * FROM stdin) TO stdout;\nSELECT 1;'],
    ['of quoted names', 'COPY "FROM" TO "stdin";\nSELECT 1;'],
  ])('%s has no data', (_, sql) => {
    expect(lex(sql)).toMatchObject([{ copiesIn: false }, { kind: 'statement' }])
  })

  test('INSERT … FROM stdin has no data', () => {
    expect(lex('INSERT INTO t SELECT * FROM stdin;\nSELECT 1;')).toMatchObject([
      { copiesIn: false },
      { kind: 'statement' },
    ])
  })

  test('the data of two COPY are kept apart', () => {
    const tokens = lex('COPY a FROM stdin;\n1\n\\.\nCOPY b FROM stdin;\n2\n\\.\n')
    expect(tokens.map((token) => token.kind)).toEqual(['statement', 'copy-data', 'statement', 'copy-data'])
  })

  test('data come in pieces, only the last of which is marked', () => {
    const data = lex('COPY t FROM stdin;\n', '1\n', '2\n', '\\.\n').filter((token) => token.kind === 'copy-data')
    expect(data).toMatchObject([
      { start: 19, end: 21, last: false, terminatorEnd: 21 },
      { start: 21, end: 23, last: false, terminatorEnd: 23 },
      { start: 23, end: 23, last: true, terminatorEnd: 26 },
    ])
  })

  test.each<[what: string, sql: string, offset: number, message: RegExp]>([
    ['data without \\.', 'SELECT 1;\nCOPY t FROM stdin;\n1\n', 28, /without the line \\\./],
    ['no line after it', 'COPY t FROM stdin;', 18, /without the line \\\./],
    ['no line after the comment', 'COPY t FROM stdin; -- a', 23, /without the line \\\./],
    ['no semicolon at the end of the text', 'COPY t FROM stdin\n', 18, /without the line \\\./],
    ['no semicolon before a marker', 'COPY t FROM stdin\n-- DOWN\nSELECT 1;\n', 18, /without the line \\\./],
    ['another statement on its line', 'COPY t FROM stdin; SELECT 1;\n\\.\n', 19, /on the same line/],
    ['a statement after a comment that \\r ends', 'COPY t FROM stdin; -- a\rSELECT 1;\n\\.\n', 19, /on the same line/],
    ['text after a long run of blanks', `COPY t FROM stdin;${' '.repeat(200_000)}1\n`, 200_018, /on the same line/],
    ['data on its line', 'COPY t FROM stdin;1\n\\.\n', 18, /on the same line/],
  ])('with %s is refused', (_, sql, offset, message) => {
    expect(fault(sql)).toMatchObject({ offset, message: expect.stringMatching(message) })
  })
})

test('a byte order mark between statements is skipped, one in a statement is part of it', () => {
  expect(lex('SELECT 1;\n\ufeffSELECT 2;\n')).toMatchObject([
    { kind: 'statement', start: 0, end: 8 },
    { kind: 'skip', start: 10, end: 11 },
    { kind: 'statement', start: 11, end: 19 },
  ])
  // Blanked for the server, it is no part of what follows.
  expect(() => lex('\ufeff$$ a')).toThrow('unterminated dollar-quoted string')
  expect(lex('SELECT \ufeffa;')).toMatchObject([{ kind: 'statement', start: 0, end: 9 }])
})

describe('psql commands', () => {
  test.each(['\\restrict', '\\restrict aBc123', '\\unrestrict aBc123'])('%s is one token', (line) => {
    expect(lex(`SELECT 1;\n${line}\nSELECT 2;\n`)[1]).toEqual({ kind: 'skip', start: 10, end: 10 + line.length })
  })

  test('a line \\restrict may end with \\r\\n', () => {
    expect(lex('\\restrict a\r\nSELECT 1;\r\n')).toMatchObject([
      { kind: 'skip', start: 0, end: 11 },
      { start: 13, end: 21 },
    ])
  })

  test.each<[sql: string, offset: number, name: string]>([
    ['\\d', 0, '\\d'],
    ['SELECT 1;\n  \\d t\n', 12, '\\d'],
    ["SELECT '😀'; \\i a.sql\n", 13, '\\i'],
    ['SELECT 1 \\gexec\n', 9, '\\gexec'],
    ['SELECT 1\n\\restrict a\n', 9, '\\restrict'],
    ['\\restricted a\n', 0, '\\restricted'],
    ['INSERT INTO t VALUES (1) \\;', 25, '\\;'],
  ])('%j is refused where it stands', (sql, offset, name) => {
    expect(fault(sql)).toMatchObject({ offset, message: `psql command ${name} is not SQL` })
  })
})

describe('what is never closed is refused where it opened', () => {
  test.each<[sql: string, offset: number, message: string]>([
    ["SELECT 'a''", 7, 'unterminated quoted string'],
    ["SELECT E'a\\'", 8, 'unterminated quoted string'],
    ["SELECT E'a\\", 8, 'unterminated quoted string'],
    ["SELECT 'a', 'b;\nSELECT 2;\n", 12, 'unterminated quoted string'],
    ['SELECT "a""', 7, 'unterminated quoted identifier'],
    ['SELECT $$ a $b$ $', 7, 'unterminated dollar-quoted string'],
    ['SELECT $a$ $$ $A$', 7, 'unterminated dollar-quoted string'],
    ['SELECT 1;\n/* a /* b */', 10, 'unterminated /* comment'],
    ["SELECT '😀', 'b", 13, 'unterminated quoted string'],
  ])('%j', (sql, offset, message) => {
    expect(fault(sql)).toMatchObject({ name: 'SqlError', offset, message })
    expect(fault(...lines(sql))).toMatchObject({ offset, message })
  })

  test('at the offset of the whole text when it opened in an earlier piece', () => {
    expect(fault('SELECT 1;\n', 'SELECT 2;\n', "SELECT '\n", 'a\n').offset).toBe(27)
  })
})

describe('a marker', () => {
  test.each([
    ['a string', "SELECT 'a\n-- DOWN\nb';"],
    ['an E string', "SELECT E'a\\'\n-- DOWN\nb';"],
    ['an identifier', 'SELECT "a\n-- DOWN\nb";'],
    ['a dollar quote', 'DO $$\n-- DOWN\n$$;'],
    ['a comment', '/*\n-- DOWN\n*/ SELECT 1;'],
    ['COPY data', 'COPY t FROM stdin;\n-- DOWN\n\\.\n'],
  ])('inside %s does not count', (_, sql) => {
    expect(lex(sql).map((token) => token.kind)).not.toContain('comment')
    expect(statements(sql)).toHaveLength(1)
  })

  test('ends an unfinished statement', () => {
    expect(statements('SELECT 1\n\n-- DOWN\nSELECT 2\n')).toEqual(['SELECT 1', 'SELECT 2'])
    expect(lex('SELECT 1\n  -- DOWN\n')).toMatchObject([
      { kind: 'statement', start: 0, end: 8 },
      { kind: 'comment', text: '-- DOWN', alone: true, inStatement: false },
    ])
  })

  test('of another letter case, ended by \\r\\n, ends a statement too', () => {
    expect(statements('SELECT 1\r\n-- down \r\nSELECT 2')).toEqual(['SELECT 1', 'SELECT 2'])
  })

  test('after a statement on the same line does not end it', () => {
    expect(statements('SELECT 1 -- DOWN\n+ 2;')).toEqual(['SELECT 1 -- DOWN\n+ 2'])
  })

  test('is an ordinary comment when no markers are asked for', () => {
    const lexer = new Lexer()
    expect(lexer.push('SELECT (\n-- DOWN\n1);\n')).toMatchObject([
      { kind: 'comment', inStatement: true },
      { kind: 'statement', start: 0, end: 19 },
    ])
  })

  test.each<[what: string, sql: string, offset: number]>([
    ['a parenthesis', 'CREATE TABLE t (\n  a int\n  -- DOWN\n);', 27],
    ['a parenthesis of a statement whose words no longer matter', 'INSERT INTO t VALUES (1\n-- DOWN\n);', 24],
    ['BEGIN ATOMIC', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;\n-- DOWN\nEND;', 55],
  ])('inside %s is refused', (_, sql, offset) => {
    expect(fault(sql)).toMatchObject({ offset, message: 'section marker inside an unfinished statement' })
  })
})

describe('the tokens do not depend on how the text is split', () => {
  const dump = `${whole.map(([what, sql]) => `-- ${what.replace(/\s+/g, ' ')}\n${sql};\n`).join('\n')}
\\restrict abc
COPY a FROM stdin;
it's;\t$$
-- DOWN
\\.
CREATE TABLE "a;b" (
  a int, -- 😀
  b text DEFAULT ';'
);
COPY b (x) FROM stdin WITH (FORMAT csv);\r
"1;\r
2"\r
\\.\r
\\unrestrict abc
SELECT 1
-- DOWN
REINDEX (VERBOSE,
  CONCURRENTLY) TABLE t`

  const once = () => joined(lex(dump))

  test('pushed line by line', () => {
    expect(joined(lex(...lines(dump)))).toEqual(once())
  })

  test.each([2, 3, 5, 7, 20])('pushed in pieces of %i lines', (size) => {
    const all = lines(dump)
    const pieces: string[] = []
    for (let i = 0; i < all.length; i += size) pieces.push(all.slice(i, i + size).join(''))
    expect(joined(lex(...pieces))).toEqual(once())
  })

  test('pushed in two pieces, wherever they are split', () => {
    const all = lines(dump)
    for (let i = 1; i < all.length; i++) {
      expect(joined(lex(all.slice(0, i).join(''), all.slice(i).join('')))).toEqual(once())
    }
  })

  test.each([1, 2, 3, 17])('pushed in pieces of %i characters', (size) => {
    const pieces: string[] = []
    for (let i = 0; i < dump.length; i += size) pieces.push(dump.slice(i, i + size))
    expect(joined(lex(...pieces))).toEqual(once())
  })
})
