import { splitDotted } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import type { Catalog } from './catalog.ts'
import { type Change, plainChange } from './generated-statement.ts'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const owned = new RegExp(`^ALTER SEQUENCE (${name}\\.${name}) OWNED BY (${name}\\.${name})\\.${name}$`)

/**
 * The same statements, where a sequence gets the owner of the table that it is to belong to first: one of somebody else's
 * it cannot belong to.
 * @param have the catalog that they find, with owners.
 * @param role who makes the sequence.
 */
export function withOwnedSequences(changes: readonly Change[], have: Catalog, role: string): Change[] {
  return changes.flatMap((change) => {
    const [, sequence, path = ''] = owned.exec(change.sql) ?? []
    if (sequence === undefined) return [change]
    const [schema, table] = splitDotted(path) ?? []
    const item = have.access.find((one) => one.kind === 'table' && one.schema === schema && one.path[0] === table)
    const owner = item?.owner ?? role
    if (owner === role) return [change]
    return [plainChange(`ALTER SEQUENCE ${sequence} OWNER TO ${quoteIdentifier(owner)}`, change.table), change]
  })
}
