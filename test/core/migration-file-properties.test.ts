import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMigration } from '../../src/core/migration/file-reader.ts'
import { splitStatements } from '../../src/core/sql/statement.ts'

const parse = (text: string) => parseMigration('1_a.sql', { version: '1', name: '1_a' }, text)

/** Text that would mean something where it does not. */
const noise = fc
  .array(
    fc.constantFrom('a', ' ', '\n', '\n-- UP\n', '\n-- DOWN: x\n', ';', '--', '(', '\\.', '\\d', '😀', '"', '/', '$1'),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))

/** One whole statement, its semicolon included. */
const statement = fc.oneof(
  fc.constantFrom(
    'SELECT 1;',
    'CREATE TABLE a (\n  b int\n);',
    'VALUES (1), (2);',
    'DROP TABLE "a";',
    'DO $$ BEGIN END $$;',
  ),
  noise.map((text) => `SELECT '${text}';`),
  noise.map((text) => `SELECT E'\\'${text.replaceAll('\\', '\\\\')}' AS b;`),
  noise.map((text) => `INSERT INTO a VALUES (E'a'\n'\\'${text.replaceAll('\\', '\\\\')}', $$${text}$$);`),
  noise.map((text) => `DO $a$ it's $$ ${text} $a$ LANGUAGE plpgsql;`),
  noise.map((text) => `/* ' /* " */ ${text.replaceAll('/', '')} */ SELECT /* ${text.replaceAll('/', '')} */ 1;`),
  noise.map((text) => `SELECT "${text.replaceAll('"', '""')}" -- ${text.replaceAll('\n', ' ')}\n;`),
  noise.map((text) => `COPY a FROM stdin;\n${text.replaceAll('\\.', '\\N')}x\n\\.\n`),
  noise.map(
    (text) => `CREATE FUNCTION f() RETURNS text BEGIN ATOMIC SELECT '${text}'; SELECT CASE WHEN b THEN 1 END; END;`,
  ),
)
const body = fc.array(statement, { minLength: 1, maxLength: 5 })
const marker = (word: string) =>
  fc
    .tuple(
      fc.constantFrom('', ' ', '\t'),
      fc.constantFrom('', ' ', '  '),
      fc.boolean(),
      fc.constantFrom('', ' ', ': a', ' : -- b'),
    )
    .map(([before, between, lower, after]) => `${before}--${between}${lower ? word.toLowerCase() : word}${after}`)
const separator = fc.constantFrom('\n', '\n\n', '\n -- c\n', '\n/* d\n-- DOWN */\n')

test('a file falls into its sections, whatever its statements hold', () => {
  fc.assert(
    fc.property(
      body,
      body,
      marker('UP'),
      marker('DOWN'),
      separator,
      fc.boolean(),
      (up, down, upMarker, downMarker, by, swap) => {
        const sections = [`${upMarker}\n${up.join(by)}`, `${downMarker}\n${down.join(by)}`]
        const migration = parse(`-- first\n${(swap ? sections.reverse() : sections).join('\n')}\n`)
        expect(migration.up).toMatchObject({ statements: up.length })
        expect(migration.up.sql?.trim()).toBe(up.join(by).trim())
        expect(migration.down).toMatchObject({ statements: down.length })
        expect(migration.down?.sql?.trim()).toBe(down.join(by).trim())
        expect(splitStatements(migration.up.sql ?? '')).toHaveLength(up.length)
      },
    ),
    { numRuns: 500 },
  )
})

test('a file with other line ends is the same migration', () => {
  fc.assert(
    fc.property(body, body, separator, (up, down, by) => {
      const text = `-- UP\n${up.join(by)}\n-- DOWN\n${down.join(by)}\n`
      const [unix, windows] = [parse(text), parse(text.replaceAll('\n', '\r\n'))]
      expect(windows.checksum).toBe(unix.checksum)
      expect(windows.up).toMatchObject({ line: unix.up.line, statements: unix.up.statements })
      expect(windows.down).toMatchObject({ line: unix.down?.line, statements: unix.down?.statements })
      expect(windows.up.sql?.replaceAll('\r\n', '\n')).toBe(unix.up.sql)
    }),
    { numRuns: 300 },
  )
})
