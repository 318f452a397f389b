import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMigration } from '../../src/core/migration/parse-file.ts'
import { openSection } from '../../src/core/migration/section-text.ts'
import { parseLarge, sqlOf } from '../helpers/sections.ts'

const name = { version: '1', name: '1_a' }
const parse = (text: string) => parseMigration('1_a.sql', name, text)

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
        expect(migration.up.statements).toHaveLength(up.length)
        expect(sqlOf(migration.up).trim()).toBe(up.join(by).trim())
        expect(migration.down?.statements).toHaveLength(down.length)
        expect(migration.down?.sql.trim()).toBe(down.join(by).trim())
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
      expect(windows.up).toMatchObject({ line: unix.up.line })
      expect(windows.up.statements).toHaveLength(unix.up.statements.length)
      expect(windows.down).toMatchObject({ line: unix.down?.line })
      expect(windows.down?.statements).toHaveLength(unix.down?.statements.length ?? 0)
      expect(sqlOf(windows.up).replaceAll('\r\n', '\n')).toBe(sqlOf(unix.up))
    }),
    { numRuns: 300 },
  )
})

test('a file that is too large to hold has the same statements, data, places and checksum as one that is held', () => {
  fc.assert(
    fc.property(body, body, separator, fc.nat(), (up, down, by, cut) => {
      const text = `-- é\n-- UP\n${up.join(by)}\n-- DOWN\n${down.join(by)}\n`
      const lines = text.split(/(?<=\n)/)
      const at = cut % lines.length
      const pieces = [lines.slice(0, at).join(''), lines.slice(at).join('')].filter((piece) => piece !== '')
      const [held, large] = [parse(text), parseLarge('1_a.sql', name, pieces)]
      expect(large.checksum).toBe(held.checksum)
      expect(large.up).toMatchObject({ kind: 'streamed', line: held.up.line })
      expect(large.down).toMatchObject({ sql: held.down?.sql, line: held.down?.line })
      const [here, there] = [openSection(held.up), openSection(large.up)]
      const texts = [...held.up.statements].map((statement) => here.sql(statement))
      const data = (open: typeof here, list: typeof held.up.statements) =>
        [...list].map(({ data }) => data && [...open.data(data)].map(({ bytes }) => bytes.toString()).join(''))
      expect([...large.up.statements].map((statement) => there.sql(statement))).toEqual(texts)
      expect(data(openSection(large.up), large.up.statements)).toEqual(data(here, held.up.statements))
      expect(there.isUnchanged()).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('a marker without a line end is no part of the section before it, in a file that is too large to hold', () => {
  const text = '-- UP\nSELECT 1;\n-- DOWN'
  expect(parseLarge('1_a.sql', name, [text]).checksum).toBe(parse(text).checksum)
})
