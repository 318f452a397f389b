import { shortName, splitDotted } from '../sql/qualified-name.ts'
import { unquoteIdentifier } from '../sql/quoting.ts'
import type { Change } from './generated-statement.ts'
import { partsOf } from './joined-alterations.ts'

const name = '(?:"(?:[^"]|"")*"|[^\\s".(]+)'
const newTable = new RegExp(`^CREATE (?:UNLOGGED )?TABLE (${name}\\.${name})`)
const newColumn = new RegExp(`^ALTER TABLE (?:ONLY )?(${name}\\.${name}) ADD COLUMN (${name}) `)

/** What a statement of DOWN makes anew that had rows or values before UP took it, a line each. */
export function lossesOfDown(change: Pick<Change, 'sql' | 'parts'>): string[] {
  return partsOf(change).flatMap((sql) => {
    const table = newTable.exec(sql)?.[1]
    if (table !== undefined) return [`The table ${shown(table)} comes back, its rows do not.`]
    const [, of, column] = newColumn.exec(sql) ?? []
    // What is computed comes back by itself.
    if (of === undefined || column === undefined || / GENERATED ALWAYS AS \(/.test(sql)) return []
    return [`The column ${shown(of, unquoteIdentifier(column))} comes back, its values do not.`]
  })
}

function shown(path: string, ...more: readonly string[]): string {
  const [schema, ...names] = splitDotted(path) ?? []
  return shortName(schema ?? null, ...names, ...more)
}
