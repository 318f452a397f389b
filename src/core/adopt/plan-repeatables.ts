import type { OwnFile, PlannedFile, PlanRequest } from './planned-file.ts'
import { titleOf } from './target-names.ts'
import { repeatableText } from './target-text.ts'
import { note, obstacle } from './tools/files.ts'
import type { Problem, SourceMigration } from './tools/tool.ts'

/** What becomes of the files that the other tool runs again whenever they are edited. */
export interface PlannedRepeatables {
  readonly files: readonly PlannedFile[]
  readonly problems: readonly Problem[]
}

interface Placed {
  readonly sources: readonly string[]
  /** How the file says what it was. */
  readonly from: string
}

/**
 * One that was edited since it ran has no row, but a position.
 * @param own the files that are in our folder of repeatables.
 */
export function planRepeatables(
  { source, rows, variables }: Pick<PlanRequest, 'source' | 'rows' | 'variables'>,
  own: readonly OwnFile[],
  placeOf: (one: SourceMigration) => Placed,
): PlannedRepeatables {
  const problems: Problem[] = []
  const taken = new Map(own.map(({ name, from }) => [name.toLowerCase(), from ?? name]))
  const files = (source.repeatables ?? []).map((one): PlannedFile => {
    const { sources, from } = placeOf(one)
    const there = own.find((file) => file.from === from)
    const name = there?.name ?? titleOf(one)
    const twin = there === undefined ? taken.get(name.toLowerCase()) : undefined
    const file = sources[0] ?? name
    if (twin !== undefined) {
      problems.push(obstacle(file, `has the name of ${twin}`, 'neither is touched', 'rename one of the files'))
    }
    taken.set(name.toLowerCase(), file)
    const { text, notes, faults } = repeatableText(one, { name, from, variables })
    const [fault] = there === undefined ? faults : []
    if (fault !== undefined) problems.push(unreadable(file, fault.error))
    const row = rows.find(({ key }) => key === one.key) ?? null
    if (row?.edited && there === undefined) {
      problems.push(note(file, 'was edited after it ran', 'it is pending: the next nself db migrate up runs it'))
    }
    const ran = row !== null && row.fault === null
    const base = { key: one.key, name, version: '', sources, text, isThere: there !== undefined }
    return { ...base, row: ran && row.edited !== true ? row : null, position: ran ? 0 : -1, notes }
  })
  return { files, problems }
}

const unreadable = (file: string, { message, hint }: Error & { hint?: string | undefined }) =>
  obstacle(file, `cannot be read: ${message}`, 'nothing is written', hint ?? 'fix it there')
