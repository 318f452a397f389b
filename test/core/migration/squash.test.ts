import { describe, expect, test } from 'vitest'
import type { Applied, Migration } from '../../../src/core/migration/migration.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { replacesLines } from '../../../src/core/migration/replaces-header.ts'
import { squashedFolder } from '../../../src/core/migration/squash.ts'
import { compare } from '../../../src/core/migration/state.ts'
import { contradictions } from '../../../src/core/plan/contradictions.ts'
import { planDown } from '../../../src/core/plan/down.ts'
import { planSync } from '../../../src/core/plan/sync.ts'
import { planUp } from '../../../src/core/plan/up.ts'
import { errorOf, file, row, rows } from '../../helpers/history.ts'

const parts = [file('001_a'), file('002_b'), file('003_c')] as const
const [a, b, c] = parts
const later = file('004_later', { dependsOn: '002_b' })

function squashOf(files: readonly Migration[], name = '003_squashed'): Migration {
  const version = String(Number(name.slice(0, 3)))
  const text = [...replacesLines(files), '-- UP', 'CREATE TABLE t ();', '-- DOWN', 'DROP TABLE t;'].join('\n')
  return parseMigration(`nself/migrations/${name}.sql`, { version, name }, text)
}

const squash = squashOf(parts)
const statuses = (files: readonly Migration[], history: readonly Applied[]) =>
  compare(files, history).entries.map(({ name, status, partOf }) =>
    [name, status, ...(partOf ? ['part'] : [])].join(' '),
  )

describe('the header that names what a file stands for', () => {
  test('is read as it is written, however many lines it takes', () => {
    const many = Array.from({ length: 40 }, (_, i) => file(`${String(i + 1).padStart(3, '0')}_change_number_${i}`))
    const written = squashOf(many, '040_squashed')
    expect(replacesLines(many).length).toBeGreaterThan(10)
    expect(written.replaces.map(({ name }) => name)).toEqual(many.map(({ name }) => name))
    expect(written.replaces.every(({ checksum }) => checksum?.length === 12)).toBe(true)
  })

  test('may name files without a checksum', () => {
    const { replaces } = parseMigration(
      '3_s.sql',
      { version: '3', name: '3_s' },
      '-- replaces: 001_a, 002_b.sql\nSELECT 1;',
    )
    expect(replaces).toEqual([
      { version: '1', name: '001_a', checksum: null, parts: [] },
      { version: '2', name: '002_b', checksum: null, parts: [] },
    ])
  })

  test('is a sentence where it names no migration, and a fault where a word of it is none', () => {
    const read = (line: string) => parseMigration('3_s.sql', { version: '3', name: '3_s' }, `${line}\nSELECT 1;`)
    expect(read('-- replaces: the old view').replaces).toEqual([])
    expect(errorOf(() => read('-- replaces: 001_a, b')).message).toContain('b is not the name of a migration')
    expect(errorOf(() => read('SELECT 2;\n-- replaces: 001_a')).message).toContain('below a statement')
  })
})

describe('a file that stands for others', () => {
  test('is pending on a new database, and what depends on one of them comes after it', () => {
    expect(planUp(compare([later, squash], [])).steps.map(({ name }) => name)).toEqual(['003_squashed', '004_later'])
  })

  test('is applied where all of them are, and is to be recorded', () => {
    const state = compare([squash, later], rows(a, b, c, later))
    expect(state.entries.map(({ name, status }) => `${name} ${status}`)).toEqual([
      '003_squashed applied',
      '004_later applied',
    ])
    const plan = planUp(state)
    expect(plan.steps).toEqual([])
    expect(plan.squashed?.map(({ file, parts }) => [file.name, parts.map(({ name }) => name)])).toEqual([
      ['003_squashed', ['001_a', '002_b', '003_c']],
    ])
  })

  test('is reverted after what was applied since the first of them', () => {
    const state = compare([squash, later], [row(a, 1), row(b, 2), row(later, 3), row(c, 4)])
    expect(planDown(state, { to: '0' }).steps.map(({ name }) => name)).toEqual(['004_later', '003_squashed'])
  })

  test('is edited where its own row has another text', () => {
    expect(statuses([squash], [row(squash, 1, { checksum: 'x', seenChecksum: 'y' })])).toEqual(['003_squashed edited'])
  })

  test.each<[string, Applied[], string, string]>([
    [
      'has some of them',
      rows(a, b),
      'stands for 3 migrations, of which this database has 2: 003_c is missing',
      'nself db migrate up',
    ],
    [
      'has one partially',
      [row(a, 1), row(b, 2), row(c, 3, { state: 'failed' })],
      'stands for 003_c, which is only partially applied here',
      'finish it',
    ],
    [
      'has one with another text',
      [row(a, 1), row(b, 2, { checksum: 'x', seenChecksum: 'y' }), row(c, 3)],
      'stands for 002_b, which was applied here with another text',
      'repair --accept 2',
    ],
  ])('runs nothing and reverts nothing in a database that %s', (_, history, message, hint) => {
    const state = compare([squash, later], history)
    for (const plan of [() => planUp(state), () => planSync(state)]) {
      const error = errorOf(plan)
      expect(error.message).toContain(message)
      expect(error.hint).toContain(hint)
      expect(error.hint).toContain('NSELF_MIGRATIONS_DIR=nself/squashed/003_squashed nself db migrate')
      expect(error.code).toBe('refused')
    }
  })

  test('names what is a part of it in a database that has some of them', () => {
    expect(statuses([squash], rows(a, b))).toEqual(['001_a missing part', '002_b missing part', '003_squashed pending'])
  })

  test.each<[string, Partial<Applied>]>([
    ['stopped inside', { state: 'failed' }],
    ['was applied with another text', { checksum: 'x', seenChecksum: 'y' }],
  ])('is no other migration of one number where its last part %s', (_, last) => {
    const told = contradictions(compare([squash, later], [row(a, 1), row(b, 2), row(c, 3, last)]))
    expect(told.map(({ message }) => message)).toEqual([expect.stringContaining('003_squashed stands for 003_c')])
  })

  test('takes a row with comments changed for the same text', () => {
    const commented = row(b, 2, { checksum: 'x' })
    expect(statuses([squash], [row(a, 1), commented, row(c, 3)])).toEqual(['003_squashed applied'])
  })

  test('may not stand beside them', () => {
    const error = errorOf(() => planUp(compare([a, b, squash], rows(a))))
    expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('stands for 001_a, 002_b') })
    expect(error.hint).toContain('nself db migrate squash --to 3')
  })
})

describe('a row that stands for others', () => {
  const recorded = row(squash, 1, { replaced: rows(a, b, c) })

  test('is theirs again in a checkout from before the squash', () => {
    const state = compare([...parts, later], [recorded, row(later, 4)])
    expect(state.entries.map(({ name, status }) => `${name} ${status}`)).toEqual([
      '001_a applied',
      '002_b applied',
      '003_c applied',
      '004_later applied',
    ])
    expect(planSync(state).down.steps).toEqual([])
    expect(planDown(state).split).toEqual([recorded])
  })

  test('stays one where its file is here, and where none of theirs is', () => {
    expect(statuses([squash], [recorded])).toEqual(['003_squashed applied'])
    expect(statuses([later], [recorded])).toEqual(['003_squashed missing', '004_later pending'])
  })
})

describe('a file that stands for one that stands for others', () => {
  const second = squashOf([squash, file('005_e')], '005_squashed')
  const e = file('005_e')

  test('names what that one stands for, too', () => {
    expect(second.replaces.map(({ name, parts }) => [name, parts.map((part) => part.name)])).toEqual([
      ['003_squashed', ['001_a', '002_b', '003_c']],
      ['005_e', []],
    ])
    const third = squashOf([second, file('006_f')], '006_squashed')
    expect(third.replaces[0]?.parts[0]?.parts.map(({ name }) => name)).toEqual(['001_a', '002_b', '003_c'])
  })

  test('counts as applied where the first ones are, though that one was never recorded', () => {
    const { entries, squashes } = compare([second], rows(a, b, c, e))
    expect(entries.map(({ name, status }) => `${name} ${status}`)).toEqual(['005_squashed applied'])
    expect(squashes.squashed[0]?.parts.map(({ name }) => name)).toEqual(['001_a', '002_b', '003_c', '005_e'])
  })

  test('counts as applied where that one is recorded', () => {
    expect(statuses([second], rows(squash, e))).toEqual(['005_squashed applied'])
  })

  test('is refused where some of the first ones are, which no command offers to revert', () => {
    expect(statuses([second], rows(a, b))).toEqual(['001_a missing part', '002_b missing part', '005_squashed pending'])
    const state = compare([second], rows(a, b))
    expect(errorOf(() => planUp(state)).message).toMatch(
      /stands for 4 migrations, of which this database has 2: 003_c .*005_e are missing/,
    )
    expect(errorOf(() => planSync(state)).message).toContain('of which this database has 2')
  })

  test('leads to the folder where the first ones are kept, from its own and from that of what it stands for', () => {
    expect(squashedFolder(second)).toBe('nself/squashed/005_squashed')
    expect(squashedFolder({ path: 'nself/squashed/005_squashed/003_squashed.sql', name: '003_squashed' })).toBe(
      'nself/squashed/003_squashed',
    )
  })

  test('cannot stand beside the first ones', () => {
    expect(errorOf(() => planUp(compare([a, second], []))).message).toContain('005_squashed stands for 001_a')
  })
})
