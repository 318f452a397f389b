import { quoteIdentifier } from '../../sql/quoting.ts'
import type { Access, Catalog } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { rightsStatements } from './rights.ts'

/** Statements that make the default privileges of one catalog those of the other. */
export function defaultPrivilegeStatements(have: Catalog, want: Catalog): Change[] {
  const [before, after] = [defaultsIn(have), defaultsIn(want)]
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [now, then] = [before.get(key), after.get(key)]
    const item = then ?? now
    if (item === undefined) return []
    const schema = item.schema === null ? '' : ` IN SCHEMA ${quoteIdentifier(item.schema)}`
    const prefix = `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdentifier(item.owner ?? '')}${schema} `
    const place = { prefix, on: `ON ${String(item.path).toUpperCase()}`, columns: '' }
    return rightsStatements(place, now ?? usual(item), then ?? usual(item)).map((sql) => plainChange(sql, null))
  })
}

function defaultsIn({ access }: Catalog): Map<string, Access> {
  const defaults = access.filter(({ kind }) => kind === 'default privileges')
  return new Map(defaults.map((item) => [JSON.stringify([item.owner, item.schema, item.path]), item]))
}

const usualRights: Readonly<Record<string, string>> = { functions: 'EXECUTE', types: 'USAGE' }

/** What holds where nobody has set anything. */
function usual(item: Access): Access {
  const what = usualRights[String(item.path)]
  const grants = item.schema === null && what !== undefined ? [{ to: null, what }] : []
  return { ...item, grants, withheld: null }
}
