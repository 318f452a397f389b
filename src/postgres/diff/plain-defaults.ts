import type { Action } from '@supabase/pg-delta'
import type { FactBase } from './facts.ts'

const name = '(?:"(?:[^"]|"")*"|[a-z_][\\w$]*)'
const literal = "'(?:[^']|'')*'"
const cast = `(?:${name}\\.${name}|[a-z][a-z ]*?)(?:\\[\\])*`
const ofColumn = new RegExp(`((?: NOT NULL)? DEFAULT ${literal})::(${cast})(?=,|\\)|\\n| NOT NULL|$)`, 'g')
const ofAlter = new RegExp(`^(ALTER TABLE .* ALTER COLUMN .* SET DEFAULT ${literal})::(${cast})$`, 's')

/** A default without the cast that PostgreSQL adds to it: a literal takes the type of its column by itself. */
export function withPlainDefault(sql: string, { produces, consumes }: Action, to: FactBase): string {
  if (/^(?:CREATE (?:UNLOGGED )?TABLE|ALTER TABLE .* ADD COLUMN) /s.test(sql)) {
    return sql.replace(ofColumn, (whole, start: string, type: string, at: number) =>
      isTypeAtEnd(sql.slice(0, at), type) ? start : whole,
    )
  }
  const [, start, type = ''] = ofAlter.exec(sql) ?? []
  const id = [...produces, ...consumes].find(({ kind }) => kind === 'default' || kind === 'column')
  if (start === undefined || id === undefined || !('table' in id) || !('schema' in id) || !('name' in id)) return sql
  const column = to.get({ kind: 'column', schema: id.schema, table: id.table, name: id.name })
  return isTypeAtEnd(` ${column?.payload.type}`, type) ? start : sql
}

/** Whether the text ends with the type; of varchar(80) the cast says nothing of the length. */
function isTypeAtEnd(text: string, type: string): boolean {
  const plain = (one: string) => one.replaceAll('"', '')
  const before = plain(text.replace(/ COLLATE (?:"(?:[^"]|"")*"|[\w.])+$/, ''))
  const bare = type === 'character varying' ? before.replace(/\(\d+\)$/, '') : before
  return bare.endsWith(` ${plain(type)}`)
}
