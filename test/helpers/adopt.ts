import { type AdoptPlan, adoptPlan } from '../../src/core/adopt/plan.ts'
import type { PlanRequest } from '../../src/core/adopt/planned-file.ts'
import { knownTools } from '../../src/core/adopt/tools/known-tools.ts'
import type { Recognised, SourceFolder, TableRow, Tool } from '../../src/core/adopt/tools/tool.ts'

export type Files = Readonly<Record<string, string>>

export function toolNamed(name: string): Tool {
  const tool = knownTools.find((one) => one.name === name)
  if (tool === undefined) throw new Error(`no tool ${name}`)
  return tool
}

/** A folder with these files, as it is found in a project. */
export const folderWith = (files: Files, path = 'db'): SourceFolder => ({
  path,
  names: Object.keys(files),
  head: (name) => files[name] ?? '',
})

/** Which tools say of a folder that its files are theirs. */
export function recognisedBy(files: Files, path = 'db'): Record<string, Recognised> {
  const found = knownTools.flatMap((tool) => {
    const how = tool.recognises(folderWith(files, path))
    return how === null ? [] : [[tool.name, how] as const]
  })
  return Object.fromEntries(found)
}

/** The plan for the files and rows of a tool. */
export function planOf(
  name: string,
  files: Files,
  rows: readonly TableRow[] = [],
  more: Partial<PlanRequest> = {},
): AdoptPlan {
  const tool = toolNamed(name)
  const read = Object.entries(files).filter(([path]) => tool.reads(path))
  const source = tool.parse(read.map(([path, text]) => ({ path, text })))
  return adoptPlan({
    tool: name,
    folder: 'db',
    source,
    rows: tool.rowsOf(rows, [...source.migrations, ...(source.repeatables ?? [])]),
    own: [],
    ownRepeatables: [],
    numbering: 'found',
    variables: new Set(),
    failed: null,
    recorded: new Set(),
    command: `nself db adopt ${name}`,
    now: '20260122143000',
    ...more,
  })
}

/** The sections of each file of a plan, without its head. */
export function bodiesOf({ files, repeatables }: AdoptPlan): Record<string, string> {
  return Object.fromEntries(
    [...files, ...repeatables].map(({ name, text }) => [name, text.slice(text.indexOf('-- UP'))]),
  )
}

/** What is applied, and when. */
export function appliedIn({ files, repeatables }: AdoptPlan): Record<string, string | null> {
  return Object.fromEntries(
    [...files, ...repeatables].flatMap(({ name, row }) => (row === null ? [] : [[name, row.appliedAt]])),
  )
}
