import { NselfError } from '../errors.ts'
import { shellWord } from '../shell-word.ts'
import type { Recognised, SourceFolder, Tool } from './tools/tool.ts'

/** A folder that may hold files of a tool. */
export interface RecognisedFolder {
  readonly tool: Tool
  readonly folder: SourceFolder
  readonly how: Recognised
}

/** The folders in which any of these tools recognises files of its own. */
export function recognise(folders: readonly SourceFolder[], tools: readonly Tool[]): RecognisedFolder[] {
  return folders.flatMap((folder) =>
    tools.flatMap((tool) => {
      const how = tool.recognises(folder)
      return how === null ? [] : [{ tool, folder, how }]
    }),
  )
}

interface Finds<Table> {
  readonly recognised: readonly RecognisedFolder[]
  readonly tables: readonly Table[]
  /** What the person named. */
  readonly wanted: Tool | null
  readonly from: string | null
  /** How many rows of its tool's table have their file in a folder. */
  readonly matches: (found: RecognisedFolder) => number
}

/** What is taken over: the files of one folder, and the table where there is one. */
export interface ChosenSource<Table> {
  readonly tool: Tool
  readonly folder: SourceFolder
  readonly table: Table | null
  /** What else was found, and is left alone. */
  readonly others: readonly string[]
}

/**
 * Which tool was here: one whose table and files are both there, else one whose files can be no other's. Null for none.
 * @throws NselfError `usage` where a person has to say which of several is meant, or where its files are.
 */
export function chooseSource<Table extends { readonly tool: Tool; readonly key: string }>(
  finds: Finds<Table>,
): ChosenSource<Table> | null {
  const { tables, wanted } = finds
  const hasTable = (tool: Tool) => tables.some((table) => table.tool === tool)
  const fit = ({ how, tool }: RecognisedFolder) =>
    wanted !== null ? tool === wanted : hasTable(tool) || how !== 'possible'
  const folders = bestOfEach(finds.recognised.filter(fit), hasTable)
  const strong = folders.filter(({ tool }) => hasTable(tool))
  const chosen = bestMatching(strong.length > 0 ? strong : folders, finds.matches)
  const names = [...new Set(chosen.map(({ tool }) => tool.name))]
  if (names.length > 1) throw severalTools(chosen)
  const [first, ...more] = chosen
  if (first === undefined) {
    if (wanted !== null) throw noFiles(wanted, finds.from)
    const orphan = tables[0]
    if (orphan !== undefined) throw noFilesOf(orphan, finds.from)
    return null
  }
  if (more.length > 0) throw severalFolders(chosen)
  const table = tables.find(({ tool }) => tool === first.tool) ?? null
  const others = [...folders, ...tables].filter(({ tool }) => tool !== first.tool)
  return { ...first, table, others: [...new Set(others.map(describe))] }
}

/** Of several folders of one tool that in which its table finds most of its rows. */
function bestMatching(found: readonly RecognisedFolder[], matches: Finds<unknown>['matches']): RecognisedFolder[] {
  if (found.length < 2 || found.some(({ tool }) => tool !== found[0]?.tool)) return [...found]
  const counted = found.map((one) => ({ one, count: matches(one) }))
  const most = Math.max(...counted.map(({ count }) => count))
  return most === 0 ? [...found] : counted.filter(({ count }) => count === most).map(({ one }) => one)
}

const strength = { certain: 3, likely: 2, possible: 1 }

/** Of the tools that recognise one folder only that which most speaks for. */
function bestOfEach(found: readonly RecognisedFolder[], hasTable: (tool: Tool) => boolean): RecognisedFolder[] {
  const weight = ({ how, tool }: RecognisedFolder) => strength[how] + (hasTable(tool) ? 3 : 0)
  const best = new Map<string, RecognisedFolder>()
  for (const one of found) {
    const known = best.get(one.folder.path)
    if (known === undefined || weight(one) > weight(known)) best.set(one.folder.path, one)
  }
  return [...best.values()]
}

const describe = (found: RecognisedFolder | { readonly tool: Tool; readonly key: string }) =>
  'folder' in found
    ? `${found.tool.name} in ${found.folder.path || '.'}`
    : `the table ${found.key} of ${found.tool.name}`

function severalTools(found: readonly RecognisedFolder[]): NselfError {
  return new NselfError('usage', `several tools were found here: ${found.map(describe).join(', ')}`, {
    hint: `say which one to take over: ${found.map(({ tool }) => `nself db adopt ${tool.name}`).join('; or: ')}; nothing was written`,
  })
}

function severalFolders(found: readonly RecognisedFolder[]): NselfError {
  return new NselfError('usage', `several folders hold migrations: ${found.map(describe).join(', ')}`, {
    hint: `say which one to take over: ${found.map(({ tool, folder }) => `nself db adopt ${tool.name} --from ${shellWord(folder.path || '.')}`).join('; or: ')}; nothing was written`,
  })
}

function noFiles({ name }: Tool, from: string | null): NselfError {
  return new NselfError(
    'usage',
    `no migrations of ${name} were found ${from === null ? 'in this project' : `in ${from}`}`,
    {
      hint: `name the folder that holds them: nself db adopt ${name} --from FOLDER; nothing was written`,
    },
  )
}

function noFilesOf({ tool, key }: { readonly tool: Tool; readonly key: string }, from: string | null): NselfError {
  return new NselfError(
    'usage',
    `the database has the table ${key}, as ${tool.name} keeps it, but no migrations of it were found ${from === null ? 'in this project' : `in ${from}`}`,
    {
      hint: `name the folder that holds them: nself db adopt ${tool.name} --from FOLDER; or take the schema as it is as one file: nself db adopt baseline; nothing was written`,
    },
  )
}
