import { describe, expect, test, vi } from 'vitest'
import type { Applied, Migration } from '../../../src/core/migration/migration.ts'
import { recognise } from '../../../src/core/migration/recognise.ts'
import { compare } from '../../../src/core/migration/state.ts'
import { errorOf, file, row, rows } from '../../helpers/history.ts'

/** `name status` of each entry, in order; `!` marks those out of order. */
function statuses(files: Migration[], history: Applied[] = []): string[] {
  return compare(files, history).entries.map(
    ({ name, status, outOfOrder }) => `${name} ${status}${outOfOrder ? '!' : ''}`,
  )
}

const [a, b, c] = [file('001_a'), file('002_b'), file('003_c')] as const

describe('each version is', () => {
  test.each<[what: string, files: Migration[], history: Applied[], expected: string[]]>([
    ['nothing where there is nothing', [], [], []],
    ['pending without a row', [a, b], [], ['001_a pending', '002_b pending']],
    ['applied with a row of its checksum', [a, b], rows(a), ['001_a applied', '002_b pending']],
    ['edited with a row of another checksum', [file('001_a', { up: 'x' })], rows(a), ['001_a edited']],
    ['not edited by another DOWN', [file('001_a', { down: null })], rows(a), ['001_a applied']],
    ['applied under its new name after a rename', [file('01_z', { up: "SELECT 'a';" })], rows(a), ['01_z applied']],
    ['applied where its number is written differently', [file('1_a', { up: 'x' })], rows(a), ['1_a edited']],
    [
      'another one than the row of its number and another name',
      [file('1_z')],
      rows(a),
      ['1_z pending', '001_a missing'],
    ],
    [
      'applied though comments and blanks changed',
      [file('1_a', { up: "-- a\nSELECT  'a' ;;" })],
      rows(a),
      ['1_a applied'],
    ],
    [
      'edited by a comment where an older program applied it',
      [file('1_a', { up: "SELECT 'a'; -- a" })],
      [row(a, 1, { seenChecksum: null })],
      ['1_a edited'],
    ],
    ['empty without a statement', [file('1_a', { up: '-- later' })], [], ['1_a empty']],
    [
      'pending when it says that it does nothing',
      [file('1_a', { up: '-- nself: nothing-to-do' })],
      [],
      ['1_a pending'],
    ],
    ['one of two with its number', [file('2_c'), b], rows(b), ['002_b applied', '2_c pending']],
    ['missing without a file', [b], rows(a, b), ['001_a missing', '002_b applied']],
    ['missing at the end', [a], rows(a, b, c), ['001_a applied', '002_b missing', '003_c missing']],
    ['failed when it is partially applied', [a], [row(a, 1, { state: 'failed' })], ['001_a failed']],
    ['failed when it is partially reverted', [a], [row(a, 1, { state: 'reverting' })], ['001_a failed']],
    ['failed even when edited', [a], [row(a, 1, { state: 'failed', checksum: 'x' })], ['001_a failed']],
    ['failed even without a file', [], [row(a, 1, { state: 'failed' })], ['001_a failed']],
    [
      'out of order before one that is applied',
      [a, b, c],
      rows(b),
      ['001_a pending!', '002_b applied', '003_c pending'],
    ],
    [
      'out of order before one that is edited',
      [a, file('002_b', { up: 'x' })],
      rows(b),
      ['001_a pending!', '002_b edited'],
    ],
    ['out of order before one that is missing', [a, c], rows(b), ['001_a pending!', '002_b missing', '003_c pending']],
    [
      'not out of order before a failed one',
      [a, b],
      [row(b, 1, { state: 'failed' })],
      ['001_a pending', '002_b failed'],
    ],
  ])('%s', (_, files, history, expected) => {
    expect(statuses(files, history)).toEqual(expected)
  })

  test('laid side by side with its file and its row', () => {
    const history = rows(b)
    expect(compare([a, b], history).entries).toMatchObject([
      { version: '1', file: a, applied: null },
      { version: '2', file: b, applied: history[0] },
    ])
  })
})

describe('the order', () => {
  const needs = (name: string, dependsOn: string) => file(name, { dependsOn })
  const order = (...files: Migration[]) => compare(files, []).entries.map((entry) => entry.name)

  test.each<[what: string, files: Migration[], expected: string[]]>([
    ['is that of the numbers', [file('10_j'), file('9_i'), file('002_b')], ['002_b', '9_i', '10_j']],
    ['is that of numbers of any length', [file('20250806140000_x'), file('99_a')], ['99_a', '20250806140000_x']],
    ['follows a dependency on a later one', [needs('1_a', '3'), b, c], ['003_c', '1_a', '002_b']],
    ['is left alone by one on an earlier one', [a, needs('2_b', '001'), c], ['001_a', '2_b', '003_c']],
    ['follows a chain', [needs('1_a', '2'), needs('2_b', '3_c'), file('3_c')], ['3_c', '2_b', '1_a']],
    [
      'follows a diamond once',
      [needs('1_a', '2,3'), needs('2_b', '4'), needs('3_c', '4'), file('4_d')],
      ['4_d', '2_b', '3_c', '1_a'],
    ],
    ['takes a dependency named twice', [needs('1_a', '2, 2_b, 2_b.sql'), file('2_b')], ['2_b', '1_a']],
  ])('%s', (_, files, expected) => {
    expect(order(...files)).toEqual(expected)
    expect(order(...[...files].reverse())).toEqual(expected)
  })

  test('follows a chain of ten thousand', () => {
    const files = Array.from({ length: 10_000 }, (_, i) => {
      const next = `${i + 1}`
      return { ...a, version: `${i}`, name: `${i}_a`, dependsOn: i < 9_999 ? [{ version: next, text: next }] : [] }
    })
    expect(order(...files).slice(0, 2)).toEqual(['9999_a', '9998_a'])
  })

  test('one that must wait for an applied one of a later number is not out of order', () => {
    expect(statuses([a, needs('2_b', '3'), c], rows(a, c))).toEqual(['001_a applied', '003_c applied', '2_b pending'])
  })

  test('a dependency may be applied though its file is missing', () => {
    for (const text of ['1', '001_a']) expect(statuses([needs('2_b', text)], rows(a))).toHaveLength(2)
  })
})

describe('the files are refused', () => {
  test.each<[what: string, files: Migration[], history: Applied[], message: string, hint: RegExp]>([
    [
      'with an unknown dependency',
      [file('1_a', { dependsOn: '7' })],
      [],
      '1_a.sql depends on 7, which does not exist',
      /fix the depends_on/,
    ],
    [
      'with a dependency on a name that differs',
      [file('1_a', { dependsOn: '2_c' }), file('2_b')],
      [],
      '1_a.sql depends on 2_c, which does not exist',
      /did you mean 2_b\?/,
    ],
    [
      'with a dependency on the old name of a missing one',
      [file('2_b', { dependsOn: '1_z' })],
      rows(a),
      '2_b.sql depends on 1_z, which does not exist',
      /did you mean 001_a\?/,
    ],
    [
      'with a dependency on a missing one that only failed',
      [file('2_b', { dependsOn: '1' })],
      [row(a, 1, { state: 'failed' })],
      '2_b.sql depends on 1, which does not exist',
      /bring the file back/,
    ],
    [
      'with one that depends on itself',
      [file('1_a', { dependsOn: '1' })],
      [],
      'circular depends_on: 1_a → 1_a',
      /remove/,
    ],
    [
      'with a circle, even when all are applied',
      [file('1_a', { dependsOn: '2' }), file('2_b', { dependsOn: '3' }), file('3_c', { dependsOn: '2' })],
      rows(a, b, c),
      'circular depends_on: 2_b → 3_c → 2_b',
      /remove/,
    ],
  ])('%s', (_, files, history, message, hint) => {
    const error = errorOf(() => compare(files, history))
    expect(error).toMatchObject({ message, hint: expect.stringMatching(hint), exitStatus: 2 })
  })
})

test('of a file that is known from its row nothing is parsed: a thousand of them would take longer than all else', () => {
  const text = "-- UP\nSELECT 'a';\n-- DOWN\nSELECT 2;\n"
  const known = recognise('001_a.sql', { version: '1', name: '001_a' }, text, row(a, 1))
  if (known === null) throw new Error('it is not known from its row')
  const parses = vi.spyOn(known, 'up', 'get')
  expect(statuses([known], rows(a))).toEqual(['001_a applied'])
  expect(parses).not.toHaveBeenCalled()
})
