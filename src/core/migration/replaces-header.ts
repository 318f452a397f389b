import { certain } from '../certain.ts'
import { SqlError } from '../sql/lexer.ts'
import { seenChecksumOf } from './checksum.ts'
import type { Migration, Replaced } from './migration.ts'
import { canonicalVersion } from './version.ts'

// `-- replaces: 001_create_users@3f2a9c1b7d40, 002_…`: one name after the other, in as many lines as it takes. Of one that
// stands for others itself, lines of their own say for which: `-- replaces: 003_squashed = 001_create_users@3f2a9c1b7d40, …`.

const one = /^((\d+)_[^@]+?)(?:\.sql)?(?:@([0-9a-f]{8,64}))?$/
const standing = /^(\d+_[^\s=]+)\s*=\s*(.*)$/s

/** What one header names. */
export interface ReplacesHeader {
  /** The one that stands for these, where that is not the file itself. */
  readonly of: string | null
  readonly names: readonly Replaced[]
}

/** How much of a checksum is written: enough to tell texts of one name apart. */
const written = 12

/** Whether a comment that begins so names migrations: it may be a sentence of its author's. */
export function isReplacing(value: string): boolean {
  return /^\d+_/.test(value)
}

/** What a header names. @throws SqlError for a word that is no name of a migration. */
export function replacedIn(value: string, start: number): ReplacesHeader {
  const [, of = null, list = value] = standing.exec(value) ?? []
  const words = list.split(/[\s,]+/).filter((word) => word !== '')
  const names = words.map((word) => {
    const match = one.exec(word)
    if (match === null) {
      throw new SqlError(
        start,
        `${word} is not the name of a migration that this file could stand for`,
        'write -- replaces: 001_create_users, 002_create_orders',
      )
    }
    const [, name, number, checksum = null] = match
    return { version: canonicalVersion(certain(number)), name: certain(name), checksum, parts: [] }
  })
  return { of, names }
}

/** What a file stands for, each with what it stands for itself. */
export function replacedBy(headers: readonly ReplacesHeader[]): Replaced[] {
  const namedOf = (name: string | null) => headers.flatMap(({ of, names }) => (of === name ? names : []))
  const within = (names: readonly Replaced[], outer: readonly string[]): Replaced[] =>
    names.map((part) => ({
      ...part,
      parts: outer.includes(part.name) ? [] : within(namedOf(part.name), [...outer, part.name]),
    }))
  return within(namedOf(null), [])
}

/** Whether a header can name a migration: blanks, commas and equals signs stand between names. */
export function isNameable(name: string): boolean {
  return !/[\s,@=]/.test(name)
}

/** The lines of a file that stands for these, some on each line. */
export function replacesLines(files: readonly Migration[], width = 110): string[] {
  const checksumOf = (file: Migration) => (seenChecksumOf(file.up) ?? file.checksum).slice(0, written)
  return [
    ...linesOf(
      '-- replaces: ',
      files.map((file) => `${file.name}@${checksumOf(file)}`),
      width,
    ),
    ...files.flatMap((file) => nestedLines(file.name, file.replaces, width)),
  ]
}

function nestedLines(name: string, parts: readonly Replaced[], width: number): string[] {
  const words = parts.map((part) => (part.checksum === null ? part.name : `${part.name}@${part.checksum}`))
  return [
    ...linesOf(`-- replaces: ${name} = `, words, width),
    ...parts.flatMap((part) => nestedLines(part.name, part.parts, width)),
  ]
}

function linesOf(begin: string, words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 2 > width) lines.push(`${begin}${word}`)
    else lines[lines.length - 1] = `${last}, ${word}`
  }
  return lines
}
