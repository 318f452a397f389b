import { type CodeTable, codeToolNamed } from '../../core/adopt/code-tools.ts'
import type { LiveExtension } from '../../core/adopt/extension-statements.ts'
import { knownTools } from '../../core/adopt/tools/known-tools.ts'
import type { Tool } from '../../core/adopt/tools/tool.ts'
import { NselfError } from '../../core/errors.ts'
import { splitDotted } from '../../core/sql/qualified-name.ts'
import { liveExtensions } from '../../postgres/adopt/live-extensions.ts'
import {
  countOtherTables,
  type FoundTable,
  findCodeTables,
  findToolTables,
  type NamedTable,
} from '../../postgres/adopt/tool-tables.ts'
import { connect } from '../../postgres/driver/connect.ts'
import { type Server, spokenPlace } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { type History, readHistory } from '../../postgres/tracking/history.ts'
import { type Context, resolveServer } from './context.ts'

export interface ToolsLook {
  readonly server: Server
  readonly history: History
  readonly tables: readonly FoundTable[]
  /** Of tools whose migrations are no SQL: nothing of theirs can be converted. */
  readonly codeTables: readonly CodeTable[]
  /** How many tables and views there are besides. */
  readonly otherTables: number
  readonly extensions: readonly LiveExtension[]
}

/** What the database has of other tools, and besides. @throws NselfError `usage` for a named table that is not there. */
export async function lookForTools(context: Context, wanted: Tool | null, table: string | null): Promise<ToolsLook> {
  const named = table === null ? null : namedTable(wanted, table)
  const server = await resolveServer(context)
  return withConnection(connect(server, 'nself'), null, async (client) => {
    const history = await readHistory(client)
    const codeTables = named === null ? await findCodeTables(client) : []
    const isCode = ({ key }: FoundTable) => codeTables.some((one) => one.key === key)
    // One of them keeps a table of the same form; whoever names the other tool means that.
    const tables = (await findToolTables(client, knownTools, named)).filter(
      (one) => one.tool === wanted || !isCode(one),
    )
    if (named !== null && tables.length === 0) {
      const what = `${spokenPlace(server)} has no table ${table} with the columns of ${named.tool.name}`
      throw new NselfError('usage', what, { hint: 'name it as schema.table; nothing was written' })
    }
    const keys = [...tables, ...codeTables].map(({ key }) => key)
    const otherTables = await countOtherTables(client, keys)
    return { server, history, tables, codeTables, otherTables, extensions: await liveExtensions(client) }
  })
}

function namedTable(tool: Tool | null, text: string): NamedTable {
  const names = splitDotted(text) ?? []
  const [name, schema = null] = names.toReversed()
  if (tool !== null && name !== undefined && names.length <= 2) return { tool, schema, name }
  throw new NselfError(
    'usage',
    tool === null ? '--table is for a tool that is named' : `"${text}" is not the name of a table`,
    {
      hint: 'such as: nself db adopt goose --table public.my_versions; nothing was written',
    },
  )
}

/** @throws NselfError `usage` for one that nobody knows. */
export function toolNamed(name: string): Tool {
  const tool = knownTools.find((one) => one.name === name.toLowerCase())
  if (tool !== undefined) return tool
  const code = codeToolNamed(name)
  const what =
    code === null
      ? `nself does not know the migration tool "${name}"`
      : `nself does not convert the migrations of ${code}`
  throw new NselfError('usage', what, {
    hint: `nself db adopt baseline   (takes over the schema that is there as one file)\ntools whose files are converted: ${knownTools.map((one) => one.name).join(', ')}`,
  })
}
