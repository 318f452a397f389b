import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeMigrations } from '../../src/project/new-migrations.ts'

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
