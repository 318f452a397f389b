import { certain } from '../certain.ts'
import { SqlError } from '../sql/lexer.ts'
import { seenChecksumOf } from './checksum.ts'
import type { Migration, Replaced } from './migration.ts'
import { canonicalVersion } from './version.ts'

// `-- replaces: 001_create_users@3f2a9c1b7d40, 002_…`: one name after the other, in as many lines as it takes.

const one = /^((\d+)_[^@]+?)(?:\.sql)?(?:@([0-9a-f]{8,64}))?$/

/** How much of a checksum is written: enough to tell texts of one name apart. */
const written = 12

/** Whether a comment that begins so names migrations: it may be a sentence of its author's. */
export function isReplacing(value: string): boolean {
  return /^\d+_/.test(value)
}

/** What a header names. @throws SqlError for a word that is no name of a migration. */
export function replacedIn(value: string, start: number): Replaced[] {
  const words = value.split(/[\s,]+/).filter((word) => word !== '')
  return words.map((word) => {
    const match = one.exec(word)
    if (match === null) {
      throw new SqlError(
        start,
        `${word} is no name of a migration that this file could stand for`,
        'write -- replaces: 001_create_users, 002_create_orders',
      )
    }
    const [, name, number, checksum = null] = match
    return { version: canonicalVersion(certain(number)), name: certain(name), checksum }
  })
}

/** Whether a header can name a migration: blanks and commas stand between names. */
export function isNameable(name: string): boolean {
  return !/[\s,@]/.test(name)
}

/** The lines of a file that stands for these, some on each line. */
export function replacesLines(files: readonly Migration[], width = 110): string[] {
  const lines: string[] = []
  for (const file of files) {
    const word = `${file.name}@${(seenChecksumOf(file.up) ?? file.checksum).slice(0, written)}`
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 2 > width) lines.push(`-- replaces: ${word}`)
    else lines[lines.length - 1] = `${last}, ${word}`
  }
  return lines
}
