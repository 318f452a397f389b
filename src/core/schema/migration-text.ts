import { ofKey, shortName } from '../sql/qualified-name.ts'
import type { Change } from './generated-statement.ts'
import { partsOf } from './joined-alterations.ts'
import { forReading } from './reading-order.ts'

/** One migration to be written: what it does, and what takes it back. */
export interface Draft {
  readonly up: readonly Change[]
  readonly down: readonly Change[]
  /** How its sections are to run, a header each without the dashes: `nself: no-transaction`. */
  readonly headers?: { readonly up: readonly string[]; readonly down: readonly string[] }
  /** What its file is called behind the name of the whole, where there are several: `validate`. */
  readonly suffix?: string
  /** What it does, as its head says it. */
  readonly says?: string
  /** It waits until the new release is out. */
  readonly contract?: boolean
}

export interface TextOptions {
  /** What stands at its head, a line each. */
  readonly head: readonly string[]
  /** Writes a statement for a reader. */
  readonly format: (sql: string) => string
  /** Lines to stand above a statement of UP, and of DOWN. */
  readonly effects: (change: Change) => readonly string[]
  readonly obstacles: (change: Change) => readonly string[]
  /** The keys of tables in the order in which UP is to have them. */
  readonly order?: readonly string[]
}

/** The file of a generated migration: a head, UP and DOWN, the statements of one table together under its name. */
export function migrationText(
  { up, down, headers }: Draft,
  { head, format, effects, obstacles, order }: TextOptions,
): string {
  return [
    ...head.map(comment),
    '',
    '-- UP',
    ...headerLines(up, headers?.up),
    ...sectionLines(up, format, effects, order),
    '-- DOWN',
    ...headerLines(down, apartWhereNeeded(down, headers?.down)),
    ...sectionLines(down, format, obstacles),
  ].join('\n')
}

const addsValue = /^ALTER TYPE .* ADD VALUE (?:IF NOT EXISTS )?('(?:[^']|'')*')/s
const apart = 'nself: no-transaction'

/** A value that comes back to an enum must be committed before what uses it, which UP has files of its own for. */
function apartWhereNeeded(down: readonly Change[], headers: readonly string[] | undefined) {
  const values = down.flatMap(({ commitsFirst, sql }) => (commitsFirst ? (addsValue.exec(sql)?.[1] ?? []) : []))
  const isUsed = down.some(({ commitsFirst, sql }) => !commitsFirst && values.some((value) => sql.includes(value)))
  return isUsed && !headers?.includes(apart) ? [apart, ...(headers ?? [])] : headers
}

function headerLines(changes: readonly Change[], headers: readonly string[] | undefined): string[] {
  const isIdle = changes.length === 0 && headers !== undefined
  return [...(headers ?? []), ...(isIdle ? ['nself: nothing-to-do'] : [])].map(comment).concat('')
}

/** The statements alone, each with the lines that stand above it. */
export function sectionLines(
  changes: readonly Change[],
  format: TextOptions['format'],
  effects: TextOptions['effects'],
  order: readonly string[] = [],
): string[] {
  const lines: string[] = []
  let last: string | null = null
  for (const change of forReading(changes, order)) {
    const { table } = change
    if (table !== last && table !== null) lines.push(comment(`table ${titleOf(table)}`))
    last = table
    lines.push(...effects(change).map((line) => comment(`! ${line}`)), `${formatted(change, format)};`, '')
  }
  return lines
}

const name = '(?:"(?:[^"]|"")*"|[^\\s".]+)'
const alterTable = new RegExp(`^ALTER TABLE (?:ONLY )?${name}(?:\\.${name})?\\s`)

/** Each part of a statement on lines of its own, below the head that they have in common. */
function formatted(change: Change, format: TextOptions['format']): string {
  const [first = '', ...more] = partsOf(change).map(format)
  const [head] = alterTable.exec(first) ?? []
  if (head === undefined || !more.every((part) => part.startsWith(head))) return more.length === 0 ? first : change.sql
  return [first, ...more.map((part) => `  ${part.slice(head.length).trimStart()}`)].join(',\n')
}

function titleOf(table: string): string {
  const { schema, name } = ofKey(table)
  return shortName(schema, name)
}

/** A line of comment: a name in it may hold line breaks, and what stands behind one would be SQL. */
function comment(text: string): string {
  return `-- ${text.replace(/[\r\n]+/g, ' ')}`
}
