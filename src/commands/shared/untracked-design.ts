import { databaseName } from '../../core/database-name.ts'
import { NselfError } from '../../core/errors.ts'
import { counted } from '../../core/quantities.ts'
import type { Design, DesignTable } from '../../core/schema/design.ts'
import { quoteQualified } from '../../core/sql/quoting.ts'
import { readUntracked } from '../../postgres/catalog/untracked.ts'
import { connect } from '../../postgres/driver/connect.ts'
import { placeOf } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { readHistory } from '../../postgres/tracking/history.ts'
import { type Context, runningServer } from './context.ts'

const shown = ({ schema, name }: DesignTable) => (schema === 'public' ? name : `${schema}.${name}`)

/**
 * Where there is no migration yet, a design would become one that makes everything, also what the database has already:
 * the way to take that over is told.
 * @throws NselfError `refused` where the design has tables that are there.
 */
export async function refuseUntrackedDesign(context: Context, design: Design): Promise<void> {
  const server = await runningServer(context)
  if (server === null) return
  const found = await withConnection(connect(server, 'nself'), null, async (client) => {
    const { facts, rows } = await readHistory(client)
    if (!facts.hasTables || facts.movedTo !== null || rows.length > 0) return null
    const { findToolTables } = await import('../../postgres/adopt/tool-tables.ts')
    const { knownTools } = await import('../../core/adopt/tools/known-tools.ts')
    const tools = (await findToolTables(client, knownTools, null)).map(({ tool }) => tool.name)
    const names = new Map(design.tables.map((table) => [quoteQualified(table.schema, table.name), shown(table)]))
    const { taken, ...there } = await readUntracked(client, [...names.keys()])
    return { ...there, taken: taken === null ? null : names.get(taken), tools }
  }).catch((error) => {
    // A design can be worked on while no server answers.
    if (error instanceof NselfError && error.code === 'connection') return null
    throw error
  })
  if (found === null || found.tables === 0) return
  const { tables, some, taken, tools } = found
  const few = `${some.join(', ')}${tables > some.length ? ', …' : ''}`
  const history = tools.length === 0 ? '' : `, among them the history of ${[...new Set(tools)].join(' or ')}`
  const place = databaseName(placeOf(server))
  const what = `${place} has ${counted(tables, 'table')} (${few}) that nself does not track${history}`
  if (taken === null) {
    context.tell(`Note: ${what}; to take the database over as it is: nself db adopt`)
    return
  }
  throw new NselfError('refused', `the first migration would create ${taken}, which already exists: ${what}`, {
    hint: 'nself db adopt takes the database over as it is; then run the same command again, and it writes what the design changes',
  })
}
