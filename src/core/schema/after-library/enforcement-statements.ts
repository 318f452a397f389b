import { keyOf, splitDotted } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import type { Catalog } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { stateOfDefinition, stateVerbs } from './other-statements.ts'

/**
 * Statements for the triggers by which PostgreSQL itself keeps references and deferred keys. They have no names that last,
 * so all of a table are set at once, its other triggers too, which are then set as they shall be. None where one table, or
 * one constraint of it, has them in several states.
 */
export function enforcementStatements(have: Catalog, want: Catalog): Change[] {
  const [now, then] = [statesOf(have), statesOf(want)]
  if (now.size + then.size === 0) return []
  const constraints = constraintsByTable(want)
  return want.tables.flatMap((table) => {
    const key = keyOf(table)
    const mine = constraints.get(key) ?? []
    const state = (states: States, constraint: string) => states.get(JSON.stringify([constraint, key])) ?? 'ENABLED'
    if (mine.every((one) => state(now, one) === state(then, one))) return []
    const [fresh, ...more] = new Set(mine.map((one) => state(then, one)))
    if (fresh === undefined || more.length > 0 || (fresh !== 'ENABLED' && fresh !== 'DISABLED')) return []
    const alter = `ALTER TABLE ${quoteQualified(table.schema, table.name)}`
    const own = want.others.flatMap((item) => {
      const wanted = stateOfDefinition(item.definition) ?? 'ENABLED'
      return item.kind !== 'trigger' || item.table !== key || wanted === fresh
        ? []
        : [`${alter} ${stateVerbs[wanted]} TRIGGER ${quoteIdentifier(item.name)}`]
    })
    return [`${alter} ${stateVerbs[fresh]} TRIGGER ALL`, ...own].map((sql) => plainChange(sql, key))
  })
}

/** By constraint and table, where they are not as usual. */
type States = ReadonlyMap<string, string>

function statesOf({ details }: Catalog): States {
  return new Map(
    details.flatMap(({ kind, table, path, properties: { enforcement } }) =>
      kind !== 'constraint' || enforcement === undefined
        ? []
        : [...enforcement.matchAll(/(?:^|, )on ((?:"(?:[^"]|"")*"|[^" ])+) (.+?)(?=, on |$)/g)].map(
            ([, on = '', state = '']) => [JSON.stringify([`${table} ${path[1]}`, keyOfPath(on)]), state] as const,
          ),
    ),
  )
}

function keyOfPath(path: string): string {
  const [schema = '', name = ''] = splitDotted(path) ?? []
  return keyOf({ schema, name })
}

/** The constraints that have such triggers on a table, by its key: references to and from it, and its deferred keys. */
function constraintsByTable({ tables }: Catalog): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const add = (key: string, constraint: string) => {
    const known = found.get(key)
    if (known === undefined) found.set(key, [constraint])
    else known.push(constraint)
  }
  for (const table of tables) {
    const key = keyOf(table)
    for (const { name, definition, references } of table.constraints) {
      const other = references === null ? key : keyOf({ schema: references.schema, name: references.table })
      if (references !== null || / DEFERRABLE/.test(definition)) add(key, `${key} ${name}`)
      if (other !== key) add(other, `${key} ${name}`)
    }
  }
  return found
}
