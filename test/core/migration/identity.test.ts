import { describe, expect, test } from 'vitest'
import { findRenumbered, isSameText, rowsOfFiles } from '../../../src/core/migration/identity.ts'
import { file, row } from '../../helpers/history.ts'

describe('the row of a file is the one of its number', () => {
  test.each([
    ['and name', file('001_users'), file('001_users', { up: 'SELECT 9;' })],
    ['and name, however its number is written', file('1_users'), file('001_users', { up: 'SELECT 9;' })],
    ['and text, under another name', file('001_people', { up: 'SELECT 1;' }), file('001_users', { up: 'SELECT 1;' })],
    [
      'and text, but for comments and blanks',
      file('001_people', { up: 'SELECT  1; -- now' }),
      file('001_users', { up: 'SELECT 1;' }),
    ],
  ])('%s', (_, now, before) => {
    const applied = row(before, 1)
    expect(rowsOfFiles([now], [applied]).get(now)).toBe(applied)
  })

  test('but not one of another name and another text', () => {
    expect(rowsOfFiles([file('001_users')], [row(file('001_orders'), 1)]).size).toBe(0)
  })

  test('of two files with one number the one of its name', () => {
    const [mine, other] = [file('001_users'), file('001_orders')]
    const applied = row(mine, 1)
    expect([...rowsOfFiles([other, mine], [applied])]).toEqual([[mine, applied]])
  })
})

test('a row of an older version, which knows no text without comments, is compared by its raw text alone', () => {
  const before = row(file('001_a', { up: 'SELECT 1;' }), 1, { seenChecksum: null })
  expect(isSameText(file('001_b', { up: 'SELECT 1;' }), before)).toBe(true)
  expect(isSameText(file('001_b', { up: 'SELECT 1; -- now' }), before)).toBe(false)
})

describe('a pending file that did its work under another number', () => {
  const up = 'CREATE TABLE users ();'
  const gone = row(file('001_users', { up }), 1)

  test('is found by its text', () => {
    const pending = file('007_people', { up: `-- moved\n${up}` })
    expect([...findRenumbered([pending], [gone])]).toEqual([[pending, gone]])
  })

  test('is one of its name first, where several have its text', () => {
    const [other, same] = [file('005_other', { up }), file('007_users', { up })]
    expect([...findRenumbered([other, same], [gone])]).toEqual([[same, gone]])
  })

  test('is one for each row at the most', () => {
    const [a, b] = [file('005_a', { up }), file('007_b', { up })]
    expect(findRenumbered([a, b], [gone]).size).toBe(1)
    expect(findRenumbered([a, b], [gone, row(file('002_users', { up }), 2)]).size).toBe(2)
  })

  test.each([
    ['has another text', file('007_users', { up: 'SELECT 1;' })],
    ['does nothing at all', file('007_users', { up: '' })],
    ['says that it runs again', file('007_users', { up: `-- nself: allow same-text because it is idempotent\n${up}` })],
  ])('is none that %s', (_, pending) => {
    expect(findRenumbered([pending], [gone]).size).toBe(0)
  })
})
