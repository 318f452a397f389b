import { spotsIn } from '../../core/adopt/tools/placeholder-spots.ts'
import { fillIn, withVariables } from '../../core/adopt/tools/placeholders.ts'
import type { Problem, SourceFile, Tool } from '../../core/adopt/tools/tool.ts'
import { arePlacesOfNames } from '../../parsers/postgres/name-places.ts'

/** The files of a tool without what it fills in before it runs them, as far as that can be done. */
export interface FilledFiles {
  readonly files: readonly SourceFile[]
  readonly problems: readonly Problem[]
  /** Those that stand for placeholders. */
  readonly variables: ReadonlySet<string>
}

/** Puts variables in the place of placeholders where they can stand, elsewhere the values that a person has given. */
export async function withoutPlaceholders(
  { placeholders }: Tool,
  files: readonly SourceFile[],
  values: ReadonlyMap<string, string>,
): Promise<FilledFiles> {
  if (placeholders === undefined) return { files, problems: [], variables: new Set() }
  if (!placeholders.asVariables)
    return { files: fillIn(files, placeholders, values), problems: [], variables: new Set() }
  const found = await Promise.all(
    files.map(async (file) => {
      const spots = file.path.endsWith('.sql') ? spotsIn(file.text, placeholders.form) : []
      const codes = spots.filter(({ as }) => as === 'code')
      const names = await arePlacesOfNames(file.text, codes)
      return withVariables(file, spots, placeholders.by, (spot) => names[codes.indexOf(spot)] === true)
    }),
  )
  return {
    files: fillIn(
      found.map(({ file }) => file),
      placeholders,
      values,
    ),
    problems: found.flatMap(({ problem, names }) => {
      const isGiven = names.every((name) => values.has(name))
      return problem === null ? [] : [isGiven ? { ...problem, choice: null } : problem]
    }),
    variables: new Set(found.flatMap(({ names }) => names)),
  }
}
