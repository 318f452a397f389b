import { choice } from './files.ts'
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

/** A file that still has some; null for one without. */
export function openPlaceholders({ path, text }: SourceFile, { form, by }: Placeholders): Problem | null {
  const found = [...text.matchAll(form)].map((match) => nameIn(match.slice(1)))
  const names = [...new Set(found)]
  if (names.length === 0) return null
  const what = `has placeholders, which ${by} fills in: ${names.join(', ')}`
  return choice(
    path,
    what,
    'they stay as they are',
    `give their values: ${names.map((name) => `--set ${name}=…`).join(' ')}`,
  )
}

function nameIn(groups: readonly unknown[]): string {
  const name = groups.find((group) => typeof group === 'string')
  return typeof name === 'string' ? name : ''
}
