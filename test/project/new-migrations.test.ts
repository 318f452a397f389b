import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMigration, nextPaths, slugOf, writeMigrations } from '../../src/project/new-migrations.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nself-new-migrations-'))
  mkdirSync(join(root, 'migrations'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const files = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ path: `migrations/${i + 1}_made.sql`, text: '-- UP\nSELECT 1;\n' }))
const inFolder = () => readdirSync(join(root, 'migrations'))

describe('writing several migrations at once', () => {
  it('writes all of them, and no other number is in their way', () => {
    writeFileSync(join(root, 'migrations', '51_later.sql'), '-- UP\n')
    writeMigrations(root, files(50))
    expect(inFolder()).toHaveLength(51)
  })

  it('writes none of them when a file that sorts before has the number of one', () => {
    writeFileSync(join(root, 'migrations', '2_before.sql'), '-- UP\n')
    expect(() => writeMigrations(root, files(3))).toThrow('migrations/2_made.sql was not written: its number was taken')
    expect(inFolder()).toEqual(['2_before.sql'])
  })

  it('keeps all of them when the file with the same number sorts behind', () => {
    writeFileSync(join(root, 'migrations', '2_zebra.sql'), '-- UP\n')
    writeMigrations(root, files(3))
    expect(inFolder()).toHaveLength(4)
  })

  it('lets a file that has no number stand beside any other', () => {
    writeFileSync(join(root, 'migrations', 'R_a.sql'), '-- UP\n')
    writeMigrations(root, [{ path: 'migrations/R_made.sql', text: '-- UP\n', isNumbered: false }])
    expect(inFolder()).toHaveLength(2)
  })
})

describe('the name of a new migration', () => {
  const next = (name: string) => nextPaths(join(root, 'migrations'), root, [name], '20260601120000')[0]

  it.each([
    ['001_create_users', 'migrations/002_create_users.sql'],
    ['002_create_users.sql', 'migrations/002_create_users.sql'],
    ['20260101120000 create users', 'migrations/002_create_users.sql'],
    ['2024_prices', 'migrations/002_2024_prices.sql'],
    ['2_factor', 'migrations/002_2_factor.sql'],
  ])('takes off what %s has of the name of a file', (typed, expected) => {
    writeFileSync(join(root, 'migrations', '001_a.sql'), '-- UP\n')
    expect(next(typed)).toBe(expected)
  })

  it('loses a number without leading zeros only where it is the next one', () => {
    writeFileSync(join(root, 'migrations', '101_a.sql'), '-- UP\n')
    expect(next('102_b')).toBe('migrations/102_b.sql')
    expect(next('103_b')).toBe('migrations/102_103_b.sql')
  })

  it.each(['001', '12', '2024_01'])(
    'is refused when it is only a number (%s), and nothing is written',
    async (name) => {
      const made = createMigration(join(root, 'migrations'), root, name, { timestamp: false, now: '20260601120000' })
      await expect(made).rejects.toThrow(`"${name}" has no letter, so it does not say what the file does`)
      expect(() => slugOf(name)).toThrow('has no letter')
      expect(inFolder()).toEqual([])
    },
  )

  it('keeps its number for a repeatable, which has no other', () => {
    expect(slugOf('01_views.sql')).toBe('01_views')
  })
})
