import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { recognise } from '../../../src/core/migration/recognise.ts'
import { storedDown } from '../../../src/core/migration/stored-down.ts'
import { row } from '../../helpers/history.ts'

const name = { version: '1', name: '001_a' }
const parse = (text: string) => parseMigration('001_a.sql', name, text)
/** What is told of a file by the row of another, which is the one that was applied. */
const known = (text: string, applied = text) => recognise('001_a.sql', name, text, row(parse(applied), 1))

describe('a file is known from its row', () => {
  test.each([
    ['with UP and DOWN', '-- a\n\n-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;\n'],
    ['with labels and blanks', '  --up: this \r\nSELECT 1;\r\n\t-- Down : that\r\nSELECT 2;\r\n'],
    ['without DOWN', '-- UP\nSELECT 1;\n'],
    ['without markers', 'SELECT 1;\nSELECT 2;'],
    ['with strings, quotes and comments', `-- UP\nSELECT 'a''', $$ -- x\n $$; /* ' */\n-- DOWN\nSELECT '"';`],
  ])('%s', (_, text) => {
    const file = known(text)
    expect(file).not.toBeNull()
    expect({ ...file, up: file?.up, down: file?.down }).toMatchObject({ ...parse(text) })
  })

  test('also with other line ends than the one that was applied, where it has no DOWN', () => {
    expect(known('-- UP\r\nSELECT 1;\r\nSELECT 2;\r\n', '-- UP\nSELECT 1;\nSELECT 2;\n')).not.toBeNull()
  })
})

describe('a file is parsed anew', () => {
  const applied = '-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;\n'
  test.each([
    ['when its UP is another', '-- UP\nSELECT 3;\n-- DOWN\nSELECT 2;\n'],
    ['when its DOWN is another', '-- UP\nSELECT 1;\n-- DOWN\nSELECT 3;\n'],
    ['when it lost its DOWN', '-- UP\nSELECT 1;\n'],
    ['when its DOWN is broken', "-- UP\nSELECT 1;\n-- DOWN\nSELECT '2;\n"],
    ['when it has a third section', `${applied}-- DOWN\n`],
    ['when a statement stands before its first marker', `SELECT 0;\n${applied}`],
    ['when its marker may stand in a comment', `/*\n${applied}*/`],
    ['when it begins with DOWN', '-- DOWN\nSELECT 2;\n-- UP\nSELECT 1;\n'],
    ['when it depends on another', `-- depends_on: 002\n${applied}`],
    ['when it has a limit', `-- nself: lock-timeout 1s\n${applied}`],
    ['when a NUL stands in its comment', `-- \0\n${applied}`],
  ])('%s', (_, text) => {
    expect(known(text, applied)).toBeNull()
  })

  test('when a line that looks like a marker is a part of its UP', () => {
    const text = '-- UP\nSELECT $$\n-- DOWN\n$$;\n'
    expect(known(text)).toBeNull()
  })
})

const piece = fc.constantFrom(
  ...['-- UP', '-- DOWN', '--up: a', 'SELECT 1;', "'", '"', '$$', '/*', '*/', '--', ';', '\n', '\r\n', ' ', '\t', '\0'],
  ...['-- depends_on: 2', '-- nself: no-transaction', 'COPY t FROM stdin;', '\\.', '\\restrict a', 'x', 'é', '😀', '('],
)
const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''))

function faultOf(text: string): string {
  try {
    parse(text)
    return ''
  } catch (error) {
    return String((error as Error).message)
  }
}

test('whatever is known from its row is what the parser would say', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      let applied: ReturnType<typeof parse>
      try {
        applied = parse(one)
      } catch {
        return
      }
      for (const now of [one, other, `${one}${other}`, `${other}${one}`]) {
        const file = recognise('001_a.sql', name, now, row(applied, 1))
        if (file === null) continue
        // Above the first marker of a file that is applied a line may look like one by now.
        if (/marker/.test(faultOf(now))) continue
        const parsed = parse(now)
        expect({ ...file, up: file.up, down: file.down }).toMatchObject({ ...parsed })
        expect(storedDown(parsed)).toBe(storedDown(applied))
      }
    }),
    { numRuns: 3_000 },
  )
})
