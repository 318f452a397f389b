import { describe, expect, test } from 'vitest'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { loadParser, parserMajor } from '../../../src/parsers/postgres/parser.ts'
import { findUnparsable } from '../../../src/parsers/postgres/syntax.ts'

async function faultsOf(text: string, major = parserMajor): Promise<string[]> {
  const { path, name, up, down } = parseMigration('1_a.sql', { version: '1', name: '1_a' }, text)
  const sections = down === null ? [up] : [up, down]
  const found = await findUnparsable(
    sections.map((section) => ({ path, name, section })),
    major,
  )
  return found.map(
    ({ location: { line, column }, message, leftToServer }) =>
      `${line}:${column} ${message}${leftToServer ? ', perhaps' : ''}`,
  )
}

const plpgsql = (body: string) => `CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql AS $$\n${body}\n$$;`

describe('what cannot be parsed is found at its place', () => {
  test.each([
    ['a statement', 'CREATE TABLE a ();\nCREAT TABLE b ();', ['2:1 syntax error at or near "CREAT"']],
    ['one after an emoji', "SELECT '😀😀', FROM FROM;", ['1:14 syntax error at or near "FROM"']],
    ['a DOWN', '-- UP\nSELECT 1;\n-- DOWN\nDROP TABL a;', ['4:6 syntax error at or near "TABL"']],
    [
      'each of several',
      'SELEC 1;\nSELECT 1;\nSELEC 2;',
      ['1:1 syntax error at or near "SELEC"', '3:1 syntax error at or near "SELEC"'],
    ],
    [
      'one after the data of COPY',
      'COPY a FROM stdin;\n1 2 3 (\n\\.\nSELEC 1;',
      ['4:1 syntax error at or near "SELEC"'],
    ],
    [
      'a body of SQL',
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n  SELEC 1 $$;',
      ['2:3 syntax error at or near "SELEC"'],
    ],
    ['a body of PL/pgSQL', plpgsql('BEGIN\n  RETRN 1;\nEND'), ['3:3 syntax error at or near "RETRN"']],
    [
      'a word that is right before',
      plpgsql('BEGIN\n  IF true THEN RETURN 1; END IF;\n  NULL\nEND'),
      ['5:1 syntax error at or near "END"'],
    ],
    [
      'SQL in PL/pgSQL',
      plpgsql("BEGIN\n  -- FRO\n  PERFORM 'FRO';\n  SELECT 1 FRO m;\nEND"),
      ['5:16 syntax error at or near "m"'],
    ],
    [
      'a block that ends too early',
      plpgsql('BEGIN\n  IF true THEN RETURN 1;\nEND;'),
      ['4:4 syntax error at or near ";"'],
    ],
    ['a DO block', 'DO $$\nBEGIN\n  nonsense here;\nEND $$;', ['3:3 syntax error at or near "nonsense"']],
    [
      'a body in single quotes',
      "CREATE FUNCTION f() RETURNS int AS 'BEGIN RETRN ''a''; END' LANGUAGE 'plpgsql';",
      ['1:1 syntax error at or near "RETRN"'],
    ],
  ])('%s', async (_, sql, expected) => {
    expect(await faultsOf(sql)).toEqual(expected)
  })
})

describe('what a server understands is left alone', () => {
  test.each([
    ['data of COPY that look like SQL', 'COPY a FROM stdin;\nSELEC\n\\.\n'],
    ['comments and empty statements', '-- x\n;;\n/* y */'],
    [
      'names that PL/pgSQL knows only with a catalog',
      plpgsql('DECLARE r other%rowtype; BEGIN r.x := 1; RETURN 1; END'),
    ],
    ['what the type of a function forbids', plpgsql('BEGIN RETURN NEXT 1; END')],
    [
      'a body that the server is told not to look at',
      `SET check_function_bodies = off;\n${plpgsql('BEGIN RETRN 1; END')}`,
    ],
    ['a body in another language', "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'return 1 +';"],
    [
      'a trigger',
      'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.x := TG_OP; RETURN NEW; END $$',
    ],
    ['a body of the standard', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;'],
    [
      'transactions of its own',
      'BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 2;\nCOMMIT AND CHAIN;\nCOMMIT;',
    ],
    ['an expression that is too deep for the parser', `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)};`],
  ])('%s', async (_, sql) => {
    expect(await faultsOf(sql)).toEqual([])
  })
})

test('of another major it is left to the server where that may know more', async () => {
  const sql = 'CREATE FUNCTION json_query(a text) RETURNS int LANGUAGE c;\nCREAT TABLE a ();'
  expect(await faultsOf(sql, 15)).toEqual([
    '1:27 syntax error at or near "(", perhaps',
    '2:1 syntax error at or near "CREAT"',
  ])
  expect(await faultsOf('CREAT TABLE a ();', 19)).toEqual(['1:1 syntax error at or near "CREAT", perhaps'])
})

test('the major that we say is the one of the parser', async () => {
  const parser = await loadParser()
  expect(parser.parse('SELECT 1')).toMatchObject({ version: expect.closeTo(parserMajor * 10_000, -3) })
})
