import { ofKey, shortName } from '../sql/qualified-name.ts'
import { type Change, forReading } from './generated-statement.ts'

/** One migration to be written: what it does, and what takes it back. */
export interface Draft {
  readonly up: readonly Change[]
  readonly down: readonly Change[]
}

export interface TextOptions {
  /** What stands at its head, a line each. */
  readonly head: readonly string[]
  /** Writes a statement for a reader. */
  readonly format: (sql: string) => string
  /** Lines to stand above a statement of UP, and of DOWN. */
  readonly effects: (sql: string) => readonly string[]
  readonly obstacles: (sql: string) => readonly string[]
}

/** The file of a generated migration: a head, UP and DOWN, the statements of one table together under its name. */
export function migrationText({ up, down }: Draft, { head, format, effects, obstacles }: TextOptions): string {
  return [
    ...head.map(comment),
    '',
    '-- UP',
    '',
    ...sectionLines(up, format, effects),
    '-- DOWN',
    '',
    ...sectionLines(down, format, obstacles),
  ].join('\n')
}

/** The statements alone, each with the lines that stand above it. */
export function sectionLines(
  changes: readonly Change[],
  format: TextOptions['format'],
  effects: TextOptions['effects'],
): string[] {
  const lines: string[] = []
  let last: string | null = null
  for (const { sql, table } of forReading(changes)) {
    if (table !== last && table !== null) lines.push(comment(`table ${titleOf(table)}`))
    last = table
    lines.push(...effects(sql).map((line) => comment(`! ${line}`)), `${format(sql)};`, '')
  }
  return lines
}

function titleOf(table: string): string {
  const { schema, name } = ofKey(table)
  return shortName(schema, name)
}

/** A line of comment: a name in it may hold line breaks, and what stands behind one would be SQL. */
function comment(text: string): string {
  return `-- ${text.replace(/[\r\n]+/g, ' ')}`
}
