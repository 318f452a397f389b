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
    const { bytes, giveBack } = text.raw(statement)
    if (typeof bytes !== 'string') places.add(bytes.buffer)
    giveBack()
    giveBack()
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
