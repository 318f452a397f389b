import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NselfError } from '../../src/core/errors.ts'
import type { Migration } from '../../src/core/migration/migration.ts'
import { parseMigration } from '../../src/core/migration/parse-file.ts'
import { splitStatements } from '../../src/core/sql/statement.ts'
import { checkout } from '../helpers/cli.ts'
import { parseLarge } from '../helpers/sections.ts'

/** The same each time. More, and others: FUZZ_INPUTS=1000000 FUZZ_SEED=5 npm run test:faults -- fuzz */
const inputs = Number(process.env.FUZZ_INPUTS ?? 30_000)
const seed = Number(process.env.FUZZ_SEED ?? 1)

const corpus = ['test/faults/corpus', 'nself/migrations'].flatMap((folder) =>
  readdirSync(join(checkout, folder)).map((name) => readFileSync(join(checkout, folder, name), 'utf8').slice(0, 3000)),
)
const atoms = [
  ...[
    "'",
    '"',
    '$$',
    '$a$',
    'E',
    '\\',
    '\\.',
    '\n\\.\n',
    ';',
    '--',
    '/*',
    '*/',
    '(',
    ')',
    '\n',
    '\r',
    '\0',
    '😀',
    '\ufeff',
  ],
  ...[
    '-- UP\n',
    '\n-- DOWN\n',
    '-- nself: ',
    '-- depends_on: ',
    'BEGIN ATOMIC ',
    'END;',
    'CASE ',
    'COPY t FROM stdin;\n',
  ],
  ...['COMMIT;', 'SET standard_conforming_strings = off;', '\\restrict x\n', ' CONCURRENTLY ', 'CREATE FUNCTION '],
]

/** Numbers below a limit, the same for the same seed. */
function chance(from: number): (limit: number) => number {
  let state = from
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % limit
  }
}

/** A file of the corpus with some damage done to it. */
function damaged(next: (limit: number) => number): string {
  const pick = <T>(of: readonly T[]) => of[next(of.length)] as T
  let text = pick(corpus)
  for (let i = 1 + next(6); i > 0; i--) {
    const at = next(text.length + 1)
    const to = at + next(40)
    const other = pick(corpus)
    const from = next(other.length)
    text = pick([
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, at) + pick(atoms) + text.slice(at),
      () => text.slice(0, at) + text.slice(at, to) + text.slice(at),
      () => text.slice(0, at) + other.slice(from, from + next(200)) + text.slice(at),
      () => text.slice(0, at) + other.slice(from),
      () => text.slice(0, at) + pick(atoms) + text.slice(to),
    ])()
  }
  return text.slice(0, 4000)
}

const name = { version: '1', name: '1_a' }

/** What is read of a text, or its fault. */
function read(parse: () => Migration) {
  try {
    return { migration: parse(), fault: null }
  } catch (error) {
    if (!(error instanceof NselfError)) throw error
    return { migration: null, fault: error }
  }
}

test(`the parser reads or refuses ${inputs} damaged files, with a place, whole and in pieces alike (seed ${seed})`, () => {
  let refused = 0
  for (let n = 0; n < inputs; n++) {
    const text = damaged(chance(seed + n))
    const lines = text.split(/(?<=\n)/)
    let result: ReturnType<typeof read>
    try {
      result = read(() => parseMigration('1_a.sql', name, text))
      const pieces = [lines.slice(0, lines.length / 2).join(''), lines.slice(lines.length / 2).join('')]
      const inPieces = read(() => parseLarge('1_a.sql', name, pieces))
      // Of several faults either may be told first.
      expect(inPieces.fault === null).toBe(result.fault === null)
      expect(inPieces.migration?.checksum).toBe(result.migration?.checksum)
    } catch (error) {
      throw new Error(`seed ${seed + n}: ${JSON.stringify(text)}`, { cause: error })
    }
    const { migration, fault } = result
    if (fault !== null) {
      refused++
      if (fault.code !== 'invalid-migration' || fault.location === undefined || fault.location.line > lines.length + 1)
        throw new Error(`seed ${seed + n}: ${JSON.stringify(text)}`, { cause: fault })
      continue
    }
    for (const section of [migration?.up, migration?.down]) {
      if (section?.kind !== 'held') continue
      if (splitStatements(section.sql).length !== section.statements.length)
        throw new Error(`seed ${seed + n}, statements of a section: ${JSON.stringify(text)}`)
    }
  }
  // Both kinds are met: neither is all damage found, nor does any of it go unnoticed.
  expect(refused).toBeGreaterThan(inputs / 20)
  expect(refused).toBeLessThan((inputs * 19) / 20)
}, 3_600_000)
