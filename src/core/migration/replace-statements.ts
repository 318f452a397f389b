import type { Statement } from '../sql/statement-list.ts'
import type { HeldSection, Section, StreamedSection } from './section.ts'

/**
 * A section with some of its statements replaced, in memory. Lines keep their numbers where the new text has as many.
 * @param replaced by the place in the list, from 0; null leaves the statement out.
 */
export function replaceStatements(section: Section, replaced: ReadonlyMap<number, string | null>): HeldSection {
  const held = section.kind === 'held' ? section : inMemory(section)
  const { sql } = held
  const statements: Statement[] = []
  let text = ''
  let taken = 0
  let index = 0
  for (const statement of held.statements) {
    const now = replaced.get(index++)
    text += sql.slice(taken, statement.start)
    const start = text.length
    taken = statement.data?.end ?? statement.end
    const old = sql.slice(statement.start, taken)
    if (now === null) text += blanks(old)
    else if (now !== undefined) {
      text += now
      statements.push({ ...statement, start, end: text.length, kind: 'plain', data: null })
    } else {
      text += old
      statements.push(moved(statement, start - statement.start))
    }
  }
  // Whoever wrote the file gave it something to do.
  const rest = statements.length > 0 ? {} : { nothingToDo: true, transaction: true }
  return { ...held, ...rest, sql: text + sql.slice(taken), statements }
}

const blanks = (text: string) => text.replace(/[^\n]/g, ' ')

function moved({ start, end, data, ...rest }: Statement, by: number): Statement {
  const place = data === null ? null : { start: data.start + by, end: data.end + by }
  return { ...rest, start: start + by, end: end + by, data: place }
}

/** What stands between statements is kept as lines only: of a dump it can be what no server understands. */
function inMemory({
  file,
  start: from,
  end: until,
  open: _open,
  hold: _hold,
  statements,
  ...rest
}: StreamedSection): HeldSection {
  let sql = ''
  let at = from
  const take = (until: number) => {
    const text = file.read(at, until).toString()
    at = until
    return text
  }
  const held: Statement[] = []
  for (const { start, end, data, kind, apart } of statements) {
    const between = blanks(take(start))
    sql += held.length === 0 || between === '' ? between : `;${between.slice(1)}`
    const begin = sql.length
    sql += take(end)
    const stop = sql.length
    if (data === null) held.push({ start: begin, end: stop, kind, apart, data })
    else {
      sql += take(data.start)
      const first = sql.length
      sql += take(data.end)
      held.push({ start: begin, end: stop, kind, apart, data: { start: first, end: sql.length } })
    }
  }
  return { ...rest, kind: 'held', uses: [], sql: sql + blanks(take(until)), statements: held, line: rest.line }
}
