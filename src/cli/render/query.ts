import type { QueryResult } from '../../commands/shared/results.ts'
import { displayWidth } from '../../core/display-width.ts'
import { counted } from '../../core/quantities.ts'
import { visible } from './aligned.ts'
import type { Paint } from './paint.ts'

type One = QueryResult['results'][number]

/** A table for people, or CSV as RFC 4180 has it: CRLF, quotes doubled; NULL is empty, an empty text is "". */
export function renderQuery({ results, format }: QueryResult, paint: Paint): string {
  if (format === 'csv') return results.map(csv).join('')
  return results.map((result) => table(result, paint)).join('\n\n')
}

function table({ command, rowCount, columns, rows }: One, paint: Paint): string {
  const count = `(${counted(rowCount, 'row')})`
  if (columns.length === 0)
    return /^(INSERT|UPDATE|DELETE|MERGE|COPY|SELECT)$/.test(command) ? `${command} ${count}` : command
  const heads = columns.map((column) => visible(column.name))
  const cells = rows.map((row) => row.map((value) => (value === null ? '' : visible(value))))
  // Not by Math.max of all: so many arguments are too many for a large table.
  const widths = heads.map((head, i) =>
    cells.reduce((width, row) => Math.max(width, displayWidth(row[i] ?? '')), displayWidth(head)),
  )
  const right = columns.map(({ type }) => numeric.has(type))
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => pad(cell, widths[i] ?? 0, right[i] === true))
      .join('  ')
      .trimEnd()
  return [paint.bold(line(heads)), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(line), count].join(
    '\n',
  )
}

const pad = (text: string, width: number, right: boolean) => {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return right ? blanks + text : text + blanks
}

function csv({ columns, rows }: One): string {
  if (columns.length === 0) return ''
  const field = (value: string | null) => {
    if (value === null) return ''
    return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
  }
  return [columns.map((column) => column.name), ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('')
}

/** Type numbers of pg_type: int2, int4 and what JSON can hold as it is. */
const int = new Set([21, 23])
const float = new Set([700, 701])
const json = new Set([114, 3802])
const boolean = 16
const numeric = new Set([20, 21, 23, 26, 700, 701, 790, 1700])

/** Rows as objects. What a JSON number cannot hold exactly stays text, and two columns of one name become `n` and `n_2`. */
export function jsonQuery({ kind, results }: QueryResult): unknown {
  const each = results.map(({ command, rowCount, columns, rows }) => {
    const names: string[] = []
    for (const { name } of columns) {
      let unique = name
      for (let n = 2; names.includes(unique); n++) unique = `${name}_${n}`
      names.push(unique)
    }
    const object = (row: readonly (string | null)[]) =>
      Object.fromEntries(names.map((name, i) => [name, jsonValue(row[i] ?? null, columns[i]?.type ?? 0)]))
    return { command, rowCount, columns: names, rows: rows.map(object) }
  })
  return each.length === 1 ? { kind, ...each[0] } : { kind, results: each }
}

function jsonValue(value: string | null, type: number): unknown {
  if (value === null) return null
  if (type === boolean) return value === 't'
  if (int.has(type) || (float.has(type) && Number.isFinite(Number(value)))) return Number(value)
  return json.has(type) ? JSON.parse(value) : value
}
