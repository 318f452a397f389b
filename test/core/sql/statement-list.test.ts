import { describe, expect, test } from 'vitest'
import { kindOf, PackedStatements } from '../../../src/core/sql/statement-list.ts'

describe('what a statement is to the runner, by its first words:', () => {
  test.each([
    ['CREATE TABLE', 'plain'],
    ['SET search_path', 'setting'],
    ['RESET ALL', 'setting'],
    ['CALL p', 'commits'],
    ['DO', 'commits'],
    ['VACUUM t', 'outside'],
    ['CREATE INDEX CONCURRENTLY i', 'concurrent'],
  ])('%s: %s', (words, kind) => {
    expect(kindOf({ words: words.split(' '), copiesIn: false })).toBe(kind)
  })

  test('COPY with its data', () => {
    expect(kindOf({ words: ['COPY', 'T', 'FROM'], copiesIn: true })).toBe('copy')
  })
})

test('statements that are kept as numbers come out as they went in, however many', () => {
  const list = new PackedStatements()
  const count = 10_000
  for (let i = 0; i < count; i++)
    list.add(i * 1e6, i * 1e6 + 7, i % 2 === 0 ? 'plain' : 'concurrent', i % 3 === 0, i % 5 === 0)
  list.add(1, 2, 'copy', false, false)
  list.setData({ start: 3, end: 4 })
  expect(list.length).toBe(count + 1)
  expect(list.at(4095)).toEqual({
    start: 4095e6,
    end: 4095e6 + 7,
    kind: 'concurrent',
    data: null,
    apart: true,
    addsRows: true,
  })
  expect(list.at(4096)).toEqual({
    start: 4096e6,
    end: 4096e6 + 7,
    kind: 'plain',
    data: null,
    apart: false,
    addsRows: false,
  })
  expect(list.at(count)).toEqual({
    start: 1,
    end: 2,
    kind: 'copy',
    data: { start: 3, end: 4 },
    apart: false,
    addsRows: false,
  })
  expect([list.at(-1), list.at(count + 1)]).toEqual([undefined, undefined])
  expect([...list].length).toBe(list.length)
})
