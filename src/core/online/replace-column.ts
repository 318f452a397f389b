import { quoteIdentifier, unquoteIdentifier } from '../sql/quoting.ts'

const piece = /'(?:[^']|'')*'|"(?:[^"]|"")*"|::\s*(?:"(?:[^"]|"")*"|[\w$.]+)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g

/**
 * An expression, or a list of columns, with other names for some of its columns. As PostgreSQL writes it: without the
 * name of the table.
 * @param names what a column is to be called; null for one that keeps its name.
 */
export function withColumns(sql: string, names: (column: string) => string | null): string {
  return withValues(sql, (column) => {
    const name = names(column)
    return name === null ? null : quoteIdentifier(name)
  })
}

/** The same with something else in the place of some columns, as it is written. */
export function withValues(sql: string, values: (column: string) => string | null): string {
  return sql.replace(piece, (word: string, offset: number) => {
    if (word.startsWith("'") || word.startsWith('::')) return word
    const next = sql.slice(offset + word.length).trimStart()[0]
    if (sql[offset - 1] === '.' || next === '.' || (next === '(' && !word.startsWith('"'))) return word
    return values(unquoteIdentifier(word)) ?? word
  })
}
