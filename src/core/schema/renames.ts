import { NselfError } from '../errors.ts'
import { dotted, keyOf, shortName, splitDotted } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../sql/quoting.ts'
import { type Catalog, type Table, tablesByKey } from './catalog.ts'
import type { TargetSchema } from './target-schema.ts'

/** A table, or a column of one, that gets another name and keeps its rows. */
export interface Rename {
  readonly schema: string
  readonly table: string
  /** Null when it is the table itself that gets the name. */
  readonly column: string | null
  readonly to: string
}

/** `users.name to users.full_name` */
export function renameText({ schema, table, column, to }: Rename): string {
  const from = pathOf(schema, table, column)
  return `${from} to ${column === null ? shortName(schema, to) : shortName(schema, table, to)}`
}

/** As `--rename` takes it: `users.name=full_name`. */
export function renameFlag({ schema, table, column, to }: Rename): string {
  return `${pathOf(schema, table, column)}=${dotted(to)}`
}

function pathOf(schema: string, table: string, column: string | null): string {
  return column === null ? shortName(schema, table) : shortName(schema, table, column)
}

/** What may be a rename: one thing that goes and one that comes, alike in type, or in most of its columns. */
export function renameCandidates(current: Catalog, wanted: TargetSchema): Rename[] {
  const [have, want] = [tablesByKey(current), new Map(wanted.tables.map((table) => [keyOf(table), table]))]
  const candidates: Rename[] = []
  const isOurs = ({ kind }: Table) => kind === 'table' || kind === 'partitioned'
  const coming = [...want.values()].filter((table) => !have.has(keyOf(table)))
  for (const table of have.values()) {
    const { schema, name } = table
    if (!isOurs(table)) continue
    const after = want.get(keyOf(table))
    if (after === undefined) {
      const like = coming.find((other) => other.schema === schema && areAlike(table, other))
      if (like !== undefined) {
        coming.splice(coming.indexOf(like), 1)
        candidates.push({ schema, table: name, column: null, to: like.name })
      }
      continue
    }
    const added = after.columns.filter((column) => !table.columns.some((item) => item.name === column.name))
    for (const column of table.columns) {
      if (after.columns.some((item) => item.name === column.name)) continue
      const at = added.findIndex((item) => item.type === column.type)
      if (at !== -1)
        candidates.push({
          schema,
          table: name,
          column: column.name,
          to: (added.splice(at, 1)[0] as { name: string }).name,
        })
    }
  }
  return candidates
}

function areAlike(a: Table, b: Table): boolean {
  const columns = new Set(b.columns.map(({ name, type }) => `${name} ${type}`))
  const same = a.columns.filter(({ name, type }) => columns.has(`${name} ${type}`)).length
  return same > 0 && same * 2 > Math.max(a.columns.length, b.columns.length)
}

/**
 * What `--rename` asks for, such as `users.name=full_name` or `users=people`.
 * @throws NselfError `usage` for a name that the database does not have, or the new one that it has.
 */
export function parseRename(text: string, current: Catalog): Rename {
  const [, path = '', to = ''] = /^((?:"(?:[^"]|"")*"|[^"=])*)=((?:"(?:[^"]|"")*"|[^"=])*)$/.exec(text) ?? []
  const words = splitDotted(path) ?? []
  const newName = splitDotted(to)?.at(-1)
  const wrong = (why: string) =>
    new NselfError('usage', `--rename ${text}: ${why}`, {
      hint: 'write --rename users.name=full_name, or --rename users=people; a name with a dot in double quotes',
    })
  if (newName === undefined || words.length === 0 || words.length > 3) throw wrong('not understood')
  const readings = [
    { schema: 'public', table: words[0], column: words[1] ?? null, fits: words.length <= 2 },
    { schema: words[0], table: words[1], column: words[2] ?? null, fits: words.length >= 2 },
  ]
  for (const { schema, table: name, column, fits } of readings) {
    const table = current.tables.find((item) => fits && item.schema === schema && item.name === name)
    if (table === undefined || schema === undefined || name === undefined) continue
    if (column === null || table.columns.some((item) => item.name === column))
      return { schema, table: name, column, to: newName }
  }
  throw wrong('the migrations make no such table or column')
}

/** The statement that does it, and the one that takes it back. */
export function renameSql({ schema, table, column, to }: Rename): { up: string; down: string } {
  const name = quoteQualified(schema, table)
  if (column !== null) {
    const statement = (from: string, into: string) =>
      `ALTER TABLE ${name} RENAME COLUMN ${quoteIdentifier(from)} TO ${quoteIdentifier(into)}`
    return { up: statement(column, to), down: statement(to, column) }
  }
  return {
    up: `ALTER TABLE ${name} RENAME TO ${quoteIdentifier(to)}`,
    down: `ALTER TABLE ${quoteQualified(schema, to)} RENAME TO ${quoteIdentifier(table)}`,
  }
}

/** Columns before the tables they are in. */
export function inOrder(renames: readonly Rename[]): Rename[] {
  return renames.toSorted((a, b) => Number(a.column === null) - Number(b.column === null))
}
