import { join, relative } from 'node:path'
import { type ChosenSource, chooseSource, recognise } from '../../core/adopt/choose-source.ts'
import { type AdoptPlan, adoptPlan } from '../../core/adopt/plan.ts'
import type { Numbering } from '../../core/adopt/target-names.ts'
import { knownTools } from '../../core/adopt/tools/known-tools.ts'
import type { TableRow, Tool } from '../../core/adopt/tools/tool.ts'
import { NselfError } from '../../core/errors.ts'
import { countOtherTables, type FoundTable, findToolTables, readToolRows } from '../../postgres/adopt/tool-tables.ts'
import { connect } from '../../postgres/driver/connect.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { type History, readHistory } from '../../postgres/tracking/history.ts'
import { ownFiles } from '../../project/adopt/own-files.ts'
import { readSourceFiles, sourceFolder, sourceFolders } from '../../project/adopt/source-folders.ts'
import { type AdoptTask, carryOut } from '../shared/adopt-plan.ts'
import type { AdoptResult } from '../shared/adopt-results.ts'
import {
  type Context,
  refuseHalfDropped,
  refuseLost,
  refuseOtherEnvironment,
  refuseReadOnly,
  resolveServer,
} from '../shared/context.ts'

export interface AdoptOptions {
  /** As it was typed; null to find out. */
  readonly tool: string | null
  /** The folder of its files, where the person names one. */
  readonly from: string | null
  readonly numbering: Numbering
  readonly failed: 'applied' | 'pending' | null
  readonly dryRun: boolean
  /** Go on although something is left out, or differs. */
  readonly force: boolean
  readonly lockWaitMs: number
}

/**
 * Takes over the migrations of another tool: converts its files, records what its table says is applied, and proves on
 * a scratch database that the files make the schema that is there. The other tool's files and table stay as they are.
 */
export async function adopt(context: Context, options: AdoptOptions): Promise<AdoptResult> {
  const { root, migrationsDir, environment } = context.settings
  const wanted = options.tool === null ? null : toolNamed(options.tool)
  const { server, history, tables, otherTables, rowsOf } = await lookAtTables(context)
  refuseLost(server, history)
  refuseHalfDropped(server, history)
  refuseOtherEnvironment(server, history.facts, environment)
  if (!options.dryRun) refuseReadOnly(server, history)
  const folders = options.from === null ? sourceFolders(root, migrationsDir) : [sourceFolder(root, options.from)]
  const found = { recognised: recognise(folders, knownTools), tables, wanted, from: options.from }
  const source = chooseSource(found)
  if (source === null) throw nothingFound(otherTables)
  const plan = await planFor(context, options, source, await rowsOf(source.table))
  const task: AdoptTask = {
    server,
    history,
    plan,
    source: {
      tool: source.tool.name,
      folder: source.folder.path,
      table: source.table?.key ?? null,
      others: source.others,
      objects: { tables: source.table === null ? [] : [source.table.key], schemas: source.tool.schemas },
    },
    options,
  }
  return carryOut(context, task)
}

function toolNamed(name: string): Tool {
  const tool = knownTools.find((one) => one.name === name.toLowerCase())
  if (tool !== undefined) return tool
  throw new NselfError('usage', `"${name}" is no tool that nself knows`, {
    hint: `known: ${knownTools.map((one) => one.name).join(', ')}`,
  })
}

interface TablesLook {
  readonly server: Server
  readonly history: History
  readonly tables: readonly FoundTable[]
  readonly otherTables: number
  readonly rowsOf: (table: FoundTable | null) => Promise<TableRow[]>
}

async function lookAtTables(context: Context): Promise<TablesLook> {
  const server = await resolveServer(context)
  const found = await withConnection(connect(server, 'nself'), null, async (client) => {
    const history = await readHistory(client)
    const tables = await findToolTables(client, knownTools)
    const otherTables = await countOtherTables(
      client,
      tables.map(({ key }) => key),
    )
    return { history, tables, otherTables }
  })
  const rowsOf = async (table: FoundTable | null) =>
    table === null ? [] : withConnection(connect(server, 'nself'), null, (client) => readToolRows(client, table))
  return { server, ...found, rowsOf }
}

async function planFor(
  { settings }: Context,
  { numbering, failed }: AdoptOptions,
  { tool, folder }: ChosenSource<FoundTable>,
  rows: readonly TableRow[],
): Promise<AdoptPlan> {
  const { root, migrationsDir } = settings
  if (join(root, folder.path) === migrationsDir) throw sameFolder(relative(root, migrationsDir))
  const source = tool.parse(readSourceFiles(root, folder, tool.reads))
  return adoptPlan({
    tool: tool.name,
    folder: folder.path,
    source,
    rows: tool.rowsOf(rows, source.migrations),
    own: ownFiles(migrationsDir, root),
    numbering,
    failed,
    now: new Date().toISOString().replace(/\D/g, '').slice(0, 14),
  })
}

function sameFolder(folder: string): NselfError {
  return new NselfError(
    'usage',
    `${folder} holds the other tool's files, and is nself's own folder of migrations too`,
    {
      hint: 'let NSELF_MIGRATIONS_DIR name another folder for the converted files; nothing was written',
    },
  )
}

function nothingFound(tables: number): NselfError {
  return new NselfError('usage', 'no migrations of another tool were found, and no table of one', {
    hint:
      tables === 0 ? 'to begin: nself db migrate create create_users' : 'name the folder: nself db adopt --from FOLDER',
  })
}
