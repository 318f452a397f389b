import { describe, expect, test } from 'vitest'
import { withDown } from '../../../src/core/migration/add-down.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'

const name = { version: '1', name: '001_a' }
const parsed = (text: string) => parseMigration('001_a.sql', name, text.replace(/^\ufeff/, ''))

describe('a DOWN that is written into a file', () => {
  test.each([
    ['a file of one section', '-- UP\nCREATE TABLE a ();\n', '-- UP\nCREATE TABLE a ();\n\n-- DOWN\n\nDROP TABLE a;\n'],
    ['an empty DOWN', '-- UP\nSELECT 1;\n\n-- DOWN\n\n', '-- UP\nSELECT 1;\n\n-- DOWN\n\nDROP TABLE a;\n'],
    ['no line end', '-- UP\nSELECT 1;\n-- end', '-- UP\nSELECT 1;\n-- end\n\n-- DOWN\n\nDROP TABLE a;\n'],
    ['no marker', 'SELECT 1', '-- UP\nSELECT 1\n\n-- DOWN\n\nDROP TABLE a;\n'],
    ['an empty DOWN first', '-- DOWN\n\n-- UP\nSELECT 1;\n', '-- DOWN\n\nDROP TABLE a;\n\n-- UP\nSELECT 1;\n'],
    ['CRLF', '\ufeff-- UP\r\nSELECT 1;\r\n', '\ufeff-- UP\r\nSELECT 1;\r\n\r\n-- DOWN\r\n\r\nDROP TABLE a;\r\n'],
  ])('keeps all that stands there, and the checksum of UP: %s', (_, before, after) => {
    expect(withDown(before, ['DROP TABLE a;'])).toBe(after)
    expect(parsed(after).down).not.toBeNull()
    expect(parsed(after).checksum).toBe(parsed(before).checksum)
  })

  test('is not mistaken where a string holds a line that reads like a marker', () => {
    const text = "-- UP\nSELECT '\n-- DOWN\n';\n"
    expect(withDown(text, ['DROP TABLE a;'])).toBe(`${text}\n-- DOWN\n\nDROP TABLE a;\n`)
  })
})
