import { join, relative } from 'node:path'
import { type ChosenSource, chooseSource, type RecognisedFolder, recognise } from '../../core/adopt/choose-source.ts'
import { codeToolsAmong, saidCodeFiles, saidCodeTables } from '../../core/adopt/code-tools.ts'
import { withLiveExtensions } from '../../core/adopt/live-extensions.ts'
import { type AdoptPlan, adoptPlan } from '../../core/adopt/plan.ts'
import { usedPlatform, withPlatform } from '../../core/adopt/platform.ts'
import { schemaProblems } from '../../core/adopt/schema-problems.ts'
import { baselineNumber, type Numbering } from '../../core/adopt/target-names.ts'
import { knownTools } from '../../core/adopt/tools/known-tools.ts'
import { nselfBash } from '../../core/adopt/tools/nself-bash.ts'
import type { SourceMigrations } from '../../core/adopt/tools/tool.ts'
import { shellWord } from '../../core/shell-word.ts'
import type { FoundTable } from '../../postgres/adopt/tool-tables.ts'
import { isThere, ownFiles } from '../../project/adopt/own-files.ts'
import { projectFiles, readSourceFiles, sourceFolder, sourceFolders } from '../../project/adopt/source-folders.ts'
import { withoutPlaceholders } from '../shared/adopt-placeholders.ts'
import { carryOut } from '../shared/adopt-plan.ts'
import { platformOf } from '../shared/adopt-platform.ts'
import { isOurs, nothingFound, ofDatabaseAlone, sameFolder } from '../shared/adopt-refusals.ts'
import type { AdoptResult } from '../shared/adopt-results.ts'
import type { AdoptTask } from '../shared/adopt-task.ts'
import {
  type Context,
  refuseHalfDropped,
  refuseLost,
  refuseOtherEnvironment,
  refuseReadOnly,
} from '../shared/context.ts'
import { lookForTools, type ToolsLook, toolNamed } from '../shared/look-for-tools.ts'

export interface AdoptOptions {
  /** As it was typed; null to find out. */
  readonly tool: string | null
  /** Its table, where the person names one. */
  readonly table: string | null
  /** The folder of its files, where the person names one. */
  readonly from: string | null
  readonly numbering: Numbering
  /** Of placeholders that the tool fills in, by name. */
  readonly values: ReadonlyMap<string, string>
  readonly failed: 'applied' | 'pending' | null
  readonly dryRun: boolean
  /** Go on although something is left out, or differs. */
  readonly force: boolean
  /** The DOWNs that migrations lack are written. */
  readonly writeDowns: boolean
  readonly lockWaitMs: number
}

/**
 * Takes over the migrations of another tool: converts its files, records what its table says is applied, and proves on
 * a scratch database that the files make the schema that is there. The other tool's files and table stay as they are.
 */
export async function adopt(context: Context, options: AdoptOptions): Promise<AdoptResult> {
  const { root, migrationsDir, environment } = context.settings
  const isBaseline = options.tool === 'baseline'
  if (isBaseline && options.from !== null) throw ofDatabaseAlone()
  const wanted = options.tool === null || isBaseline ? null : toolNamed(options.tool)
  const look = await lookForTools(context, wanted, options.table)
  const { server, history, tables, otherTables } = look
  refuseLost(server, history)
  refuseHalfDropped(server, history)
  refuseOtherEnvironment(server, history.facts, environment)
  if (!options.dryRun) refuseReadOnly(server, history)
  const folders = options.from === null ? sourceFolders(root, migrationsDir) : [sourceFolder(root, options.from)]
  const recognised = [...recognise(folders, knownTools), ...(options.from === null ? ownFolder(context) : [])]
  const matches = (one: RecognisedFolder) => matchingRows(context, one, tables)
  const found = { recognised, tables, wanted, from: options.from, matches }
  const source = isBaseline ? null : chooseSource(found)
  if (source === null) return adoptBaseline(context, options, look)
  const plan = await planFor(context, options, source, look)
  const task: AdoptTask = {
    server,
    setAside: isOwnFolder(context, source) ? setAside(migrationsDir) : null,
    isUntold: source.table === null && otherTables > 0 && history.rows.length === 0,
    history,
    plan,
    command: commandOf(options),
    source: {
      tool: source.tool.name,
      folder: folderOf(context, source),
      table: source.table?.key ?? null,
      others: [...source.others, ...saidCodeTables(look.codeTables)],
      objects: {
        tables: [...(source.table === null ? [] : [source.table]), ...look.codeTables].map(({ key }) => key),
        schemas: source.tool.schemas,
      },
    },
    options,
  }
  return carryOut(context, task)
}

/** How many rows of the tool's table have their file in a folder: of several it tells which one is meant. */
function matchingRows(
  { settings }: Context,
  { tool, folder }: RecognisedFolder,
  tables: readonly FoundTable[],
): number {
  const rows = tables.find((table) => table.tool === tool)?.rows ?? []
  if (rows.length === 0) return 0
  const files = readSourceFiles(settings.root, folder, tool.reads, settings.migrationsDir)
  const migrations = allOf(tool.parse(files))
  const keys = new Set(migrations.map(({ key }) => key))
  return tool.rowsOf(rows, migrations).filter(({ key }) => keys.has(key)).length
}

const allOf = ({ migrations, repeatables }: SourceMigrations) => [...migrations, ...(repeatables ?? [])]

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
  options: AdoptOptions,
  chosen: ChosenSource<FoundTable>,
  { server, history, extensions }: ToolsLook,
): Promise<AdoptPlan> {
  const { root, migrationsDir, repeatableDir } = context.settings
  const { tool, folder } = chosen
  const isOwn = isOwnFolder(context, chosen)
  if (isOwn && tool !== nselfBash) throw sameFolder(relative(root, migrationsDir))
  const read = readSourceFiles(root, folder, tool.reads, migrationsDir)
  const { files, problems, variables } = await withoutPlaceholders(tool, read, options.values)
  const parsed = tool.parse(files)
  const all = { ...parsed, problems: [...parsed.problems, ...problems, ...schemaProblems(tool, chosen.table?.key)] }
  const told = chosen.table === null ? null : tool.rowsOf(chosen.table.rows, allOf(all))
  const own = isOwn ? [] : ownFiles(migrationsDir, root)
  const extended = withLiveExtensions({ migrations: all, rows: told }, tool, extensions, own)
  const platform = await platformOf(context, server, usedPlatform(tool, all, own), extensions)
  const { migrations: source, rows } = withPlatform(extended, platform)
  return adoptPlan({
    tool: tool.name,
    folder: folderOf(context, chosen),
    source,
    rows: rows ?? [],
    ownRepeatables: ownFiles(repeatableDir, root),
    own,
    numbering: options.numbering,
    variables,
    failed: options.failed,
    recorded: new Set(history.rows.flatMap(({ name, state }) => (state === 'applied' ? [name] : []))),
    command: commandOf(options),
    now: timestamp(),
  })
}

/** No tool was here: the schema that is there becomes the first migration. */
async function adoptBaseline(context: Context, options: AdoptOptions, look: ToolsLook): Promise<AdoptResult> {
  const { server, history, tables, codeTables, otherTables } = look
  const { root, migrationsDir } = context.settings
  const known = codeTables.map(({ tool }) => tool)
  const code = options.from === null ? saidCodeFiles(codeToolsAmong(projectFiles(root, migrationsDir), known)) : []
  if (options.from !== null || otherTables === 0) throw nothingFound(options.from, code)
  const now = timestamp()
  const own = ownFiles(migrationsDir, root).map(({ name }) => name)
  const number = baselineNumber(own, options.numbering === 'timestamp' ? now : '001')
  if (history.rows.length > 0 || number === null) throw isOurs(server, history)
  const { baselinePlan } = await import('../shared/adopt-baseline.ts')
  const objects = {
    tables: [...tables, ...codeTables].map(({ key }) => key),
    schemas: tables.flatMap(({ tool }) => tool.schemas),
  }
  const plan = await baselinePlan(context, server, objects, number, now)
  const sql = tables.map(({ tool, key }) => `the table ${key} of ${tool.name}`)
  const others = [...sql, ...saidCodeTables(codeTables), ...code]
  const source = { tool: null, folder: null, table: null, others, objects }
  return carryOut(context, {
    server,
    history,
    plan,
    source,
    options,
    command: commandOf(options),
    setAside: null,
    isUntold: false,
  })
}

function commandOf({ tool, from, table, numbering, failed, values, writeDowns }: AdoptOptions): string {
  const number = { found: [], sequence: ['--renumber'], timestamp: ['--timestamp'] }[numbering]
  const flags = Object.entries({ '--from': from, '--table': table, '--failed': failed })
  const given = flags.flatMap(([flag, value]) => (value === null ? [] : [flag, shellWord(value)]))
  const set = [...values].flatMap(([name, value]) => ['--set', shellWord(`${name}=${value}`)])
  const downs = writeDowns ? ['--write-downs'] : []
  return ['nself db adopt', ...(tool === null ? [] : [shellWord(tool)]), ...given, ...number, ...set, ...downs].join(
    ' ',
  )
}

const timestamp = () => new Date().toISOString().replace(/\D/g, '').slice(0, 14)
