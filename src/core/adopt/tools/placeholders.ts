import { choice, note } from './files.ts'
import { type Spot, spotsIn } from './placeholder-spots.ts'
import type { Placeholders, Problem, SourceFile } from './tool.ts'

/** The files with the values that a person has given, as text. */
export function fillIn(
  files: readonly SourceFile[],
  { form }: Placeholders,
  values: ReadonlyMap<string, string>,
): SourceFile[] {
  return files.map(({ path, text }) => ({
    path,
    text: text.replace(form, (found, ...groups) => values.get(nameIn(groups)) ?? found),
  }))
}

/** A file that still has some; null for one without. Those in comments are none. */
export function openPlaceholders({ path, text }: SourceFile, placeholders: Placeholders): Problem | null {
  const { form, by, asVariables } = placeholders
  const spots = spotsIn(text, form).filter(({ as }) => as !== 'comment')
  const names = [...new Set(spots.map(({ name }) => name))]
  if (names.length === 0) return null
  const lineOf = ({ start }: Spot) => text.slice(0, start).split('\n').length
  const shown = asVariables ? spots.map((spot) => `${spot.name} in line ${lineOf(spot)}`).join(', ') : names.join(', ')
  const why = asVariables ? ', where no variable can stand' : ''
  return choice(
    path,
    `has placeholders, which ${by} fills in${why}: ${shown}`,
    'they are kept as they are',
    `to have their values filled in as text: nself db adopt ${names.map((name) => `--set ${name}=…`).join(' ')}`,
  )
}

/** A file in which variables of ours stand for placeholders. */
export interface WithVariables {
  readonly file: SourceFile
  readonly problem: Problem | null
  /** Of the variables. */
  readonly names: readonly string[]
}

/** What a variable of ours is called that stands for a placeholder: `flyway:user` becomes `flyway_user`. */
export const variableNameOf = (placeholder: string) => placeholder.replace(/\W/g, '_').replace(/^(?=\d)/, '_')

/**
 * Writes `:'name'` and `:"name"` for placeholders that are all of a string or of a name.
 * @param isName whether one that stands alone in the code is a name for PostgreSQL.
 */
export function withVariables(
  file: SourceFile,
  spots: readonly Spot[],
  by: string,
  isName: (spot: Spot) => boolean,
): WithVariables {
  const { path } = file
  const taken = spots.filter((spot) => spot.as === 'literal' || spot.as === 'identifier' || isName(spot))
  if (taken.length === 0) return { file, problem: null, names: [] }
  let text = ''
  let done = 0
  for (const { start, end, name, as } of taken) {
    // With the quotes around it.
    const reach = as === 'code' ? 0 : 1
    const quote = as === 'literal' ? "'" : '"'
    text += `${file.text.slice(done, start - reach)}:${quote}${variableNameOf(name)}${quote}`
    done = end + reach
  }
  text += file.text.slice(done)
  const names = [...new Set(taken.map(({ name }) => variableNameOf(name)))]
  const problem = note(
    path,
    `has placeholders, which ${by} fills in: ${names.join(', ')}`,
    'variables stand for them',
    `give their values: nself db adopt ${names.map((name) => `--set ${name}=…`).join(' ')}, or in an env file ${names.map((name) => `NSELF_VAR_${name.toUpperCase()}=…`).join(' ')}`,
  )
  return { file: { path, text }, problem, names }
}

function nameIn(groups: readonly unknown[]): string {
  const name = groups.find((group) => typeof group === 'string')
  return typeof name === 'string' ? name : ''
}
