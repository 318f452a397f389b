import { join, relative } from 'node:path'
import { type ChosenSource, chooseSource, type RecognisedFolder, recognise } from '../../core/adopt/choose-source.ts'
import { noToolObjects } from '../../core/adopt/own-objects.ts'
import { type AdoptPlan, adoptPlan } from '../../core/adopt/plan.ts'
import type { Numbering } from '../../core/adopt/target-names.ts'
import { knownTools } from '../../core/adopt/tools/known-tools.ts'
import { nselfBash } from '../../core/adopt/tools/nself-bash.ts'
import type { TableRow, Tool } from '../../core/adopt/tools/tool.ts'
import { NselfError } from '../../core/errors.ts'
import { countOtherTables, type FoundTable, findToolTables, readToolRows } from '../../postgres/adopt/tool-tables.ts'
import { connect } from '../../postgres/driver/connect.ts'
import { placeOf, type Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { type History, readHistory } from '../../postgres/tracking/history.ts'
import { isThere, ownFiles } from '../../project/adopt/own-files.ts'
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
  const recognised = [...recognise(folders, knownTools), ...(options.from === null ? ownFolder(context) : [])]
  const found = { recognised, tables, wanted, from: options.from }
  const source = chooseSource(found)
  if (source === null) return adoptBaseline(context, options, { server, history, otherTables })
  const plan = await planFor(context, options, source, await rowsOf(source.table))
  const task: AdoptTask = {
    server,
    setAside: isOwnFolder(context, source) ? setAside(migrationsDir) : null,
    history,
    plan,
    source: {
      tool: source.tool.name,
      folder: folderOf(context, source),
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

/** The files of the shell script that had this name are where ours are. */
function ownFolder({ settings }: Context): RecognisedFolder[] {
  const { root, migrationsDir } = settings
  return isThere(migrationsDir) ? recognise([sourceFolder(root, migrationsDir)], [nselfBash]) : []
}

const isOwnFolder = ({ settings }: Context, { folder }: Pick<ChosenSource<FoundTable>, 'folder'>) =>
  join(settings.root, folder.path) === settings.migrationsDir

/** Where the files of a tool are once they are taken over: those that are in our folder go beside it. */
function folderOf(context: Context, source: ChosenSource<FoundTable>): string {
  const { root, migrationsDir } = context.settings
  return isOwnFolder(context, source) ? relative(root, setAside(migrationsDir)) : source.folder.path
}

const setAside = (folder: string) => `${folder}_bash`

async function planFor(
  context: Context,
  { numbering, failed }: AdoptOptions,
  chosen: ChosenSource<FoundTable>,
  rows: readonly TableRow[],
): Promise<AdoptPlan> {
  const { root, migrationsDir } = context.settings
  const { tool, folder } = chosen
  const isOwn = isOwnFolder(context, chosen)
  if (isOwn && tool !== nselfBash) throw sameFolder(relative(root, migrationsDir))
  const source = tool.parse(readSourceFiles(root, folder, tool.reads))
  return adoptPlan({
    tool: tool.name,
    folder: folderOf(context, chosen),
    source,
    rows: tool.rowsOf(rows, source.migrations),
    own: isOwn ? [] : ownFiles(migrationsDir, root),
    numbering,
    failed,
    now: timestamp(),
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

/** No tool was here: the schema that is there becomes the first migration. */
async function adoptBaseline(
  context: Context,
  options: AdoptOptions,
  { server, history, otherTables }: Pick<TablesLook, 'server' | 'history' | 'otherTables'>,
): Promise<AdoptResult> {
  const { root, migrationsDir } = context.settings
  if (options.from !== null || otherTables === 0) throw nothingFound(options.from)
  if (history.rows.length > 0 || ownFiles(migrationsDir, root).length > 0) throw isOurs(server, history)
  const { baselinePlan } = await import('../shared/adopt-baseline.ts')
  const plan = await baselinePlan(context, server, options.numbering, timestamp())
  const source = { tool: null, folder: null, table: null, others: [], objects: noToolObjects }
  return carryOut(context, { server, history, plan, source, options, setAside: null })
}

const timestamp = () => new Date().toISOString().replace(/\D/g, '').slice(0, 14)

function nothingFound(from: string | null): NselfError {
  const where = from === null ? 'in this project' : `in ${from}`
  return new NselfError('usage', `no migrations of another tool were found ${where}, and no table of one`, {
    hint: 'to begin: nself db migrate create create_users; to name the folder: nself db adopt --from FOLDER',
  })
}

function isOurs(server: Server, { rows }: History): NselfError {
  const what = rows.length > 0 ? `${placeOf(server)} has a history of nself` : "nself's folder has migrations"
  return new NselfError('usage', `no other tool was here, and ${what} already`, {
    hint:
      rows.length > 0
        ? 'see nself db migrate status'
        : 'to find which of them the schema is at: nself db migrate repair --infer',
  })
}
