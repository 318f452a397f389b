import { expect, test } from 'vitest'
import { openSection } from '../../../src/core/migration/section-text.ts'
import { parseLarge } from '../../helpers/sections.ts'

const name = { version: '1', name: '1_a' }
const line = (n: number) => `INSERT INTO t VALUES (${n}, '${'x'.repeat(1000)}');`
const statements = Array.from({ length: 2000 }, (_, n) => line(n))
const file = () => parseLarge('1_a.sql', name, ['-- UP\n', ...statements.map((text) => `${text}\n`)])

test('what is lent stays as it is until it is given back, however much is taken after it', () => {
  const { up } = file()
  const text = openSection(up)
  const lent = [...up.statements].map((statement) => text.raw(statement))
  expect(lent.map(({ bytes }) => `${bytes};`)).toEqual(statements)
})

test('what is given back makes room for what is taken next', () => {
  const { up } = file()
  const text = openSection(up)
  const places = new Set<ArrayBufferLike>()
  for (const statement of up.statements) {
    const { bytes, release } = text.raw(statement)
    if (typeof bytes !== 'string') places.add(bytes.buffer)
    release()
    release()
  }
  // What stands at the end of one place goes on in another.
  expect(places.size).toBeLessThanOrEqual(3)
})

test('the checksum is that of the text that was read, whoever read it', () => {
  const [asked, run] = [file(), file()]
  const text = openSection(run.up)
  expect(text.isUnchanged()).toBe(true)
  expect(run.checksum).toBe(asked.checksum)
})

test('of a file at rest its checksum is the same, and an edit is told without reading it twice', () => {
  const pieces = ['-- UP\n', ...statements.map((text) => `${text}\n`)]
  const atRest = parseLarge('1_a.sql', name, pieces, { isUntouched: true })
  const text = openSection(atRest.up)
  expect(text.isUnchanged()).toBe(true)
  expect(atRest.checksum).toBe(file().checksum)
  const written = parseLarge('1_a.sql', name, pieces, { isUntouched: false })
  expect(openSection(written.up).isUnchanged()).toBe(false)
  expect(written.checksum).toMatch('edited meanwhile')
})

test.each([
  ['INSERTs', ['-- UP\n', ...statements.map((text) => `${text}\n`), '-- DOWN\nDROP TABLE t;\n']],
  [
    'COPY data between statements',
    ['-- UP\n', 'COPY t FROM stdin;\n', ...statements.map((text) => `${text}\n`), '\\.\n', line(1)],
  ],
  ['a line longer than a block', ['-- UP\n', `INSERT INTO t VALUES ('${'y'.repeat(300_000)}');\n`, line(1)]],
])('a large file of %s means the same in whatever blocks it is read', (_, lines) => {
  const [byLine, atOnce] = [parseLarge('1_a.sql', name, lines), parseLarge('1_a.sql', name, [lines.join('')])]
  expect([...atOnce.up.statements]).toEqual([...byLine.up.statements])
  expect(atOnce.checksum).toBe(byLine.checksum)
  expect(atOnce.down).toEqual(byLine.down)
})

test('a NUL far inside a block is found at its line', () => {
  const text = `-- UP\n${statements.slice(0, 200).join('\n')}\nSELECT '\0';\n`
  expect(() => parseLarge('1_a.sql', name, [text])).toThrowError(
    expect.objectContaining({ location: expect.objectContaining({ line: 202, column: 9 }) }),
  )
})
