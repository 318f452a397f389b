import { canonicalVersion, compareVersions } from '../../migration/version.ts'
import type { Problem, SourceFile, SourceMigration, SourceSection, TableRow, ToolRow } from './tool.ts'

/** One direction of a migration, in a transaction unless the tool runs it outside one. */
export const section = (sql: string, transaction = true): SourceSection => ({ sql, transaction })

/** A migration of another tool, without dependencies and notes unless they are given. */
export function migration(
  given: Pick<SourceMigration, 'key' | 'number' | 'title' | 'files' | 'up' | 'down'> & Partial<SourceMigration>,
): SourceMigration {
  return { dependsOn: [], notes: [], ...given }
}

/** A row of another tool's table, with what most of them do not tell left empty. */
export function row(given: Pick<ToolRow, 'key'> & Partial<ToolRow>): ToolRow {
  return { appliedAt: null, durationMs: 0, appliedBy: null, fault: null, ...given }
}

/** A problem that leaves something out and stops nothing. */
export function note(subject: string, what: string, decision: string, choice: string | null = null): Problem {
  return { subject, what, decision, choice, weight: 'note' }
}

/** A problem that a person has to decide: what the decision says is done only then. */
export function choice(subject: string, what: string, decision: string, instead: string | null): Problem {
  return { subject, what, decision, choice: instead, weight: 'choice' }
}

/** A problem that has to go before anything is written. */
export function obstacle(subject: string, what: string, decision: string, choice: string | null): Problem {
  return { subject, what, decision, choice, weight: 'obstacle' }
}

/** Sorts by numbers as numbers, then by name. */
export function byNumber<T extends { readonly number: string | null; readonly files: readonly string[] }>(
  items: readonly T[],
): T[] {
  return items.toSorted((a, b) => {
    const order = compareVersions(canonicalVersion(a.number ?? '0'), canonicalVersion(b.number ?? '0'))
    return order !== 0 ? order : (a.files[0] ?? '') < (b.files[0] ?? '') ? -1 : 1
  })
}

/** Of numbered files without a DOWN those that a form fits, with its number and title; `upOf` takes their text. */
export function upOnly(
  files: readonly SourceFile[],
  form: RegExp,
  upOf: (text: string) => SourceSection,
): SourceMigration[] {
  const found = files.flatMap(({ path, text }): SourceMigration[] => {
    const [, number, title = ''] = form.exec(path) ?? []
    if (number === undefined) return []
    return [migration({ key: String(BigInt(number)), number, title, files: [path], up: upOf(text), down: null })]
  })
  return byNumber(found)
}

/** The lines of a text, each with its place. */
export function linesOf(text: string): string[] {
  return text.split('\n')
}

/** Which of the texts begin with what a pattern finds. */
export function anyHead(
  { names, head }: { readonly names: readonly string[]; readonly head: (name: string) => string },
  fits: RegExp,
  pattern: RegExp,
): boolean {
  return names.some((name) => fits.test(name) && pattern.test(head(name)))
}

/** Files that hold code in place of SQL, which nothing can convert. */
export function codeProblems(files: readonly SourceFile[], isCode: RegExp): Problem[] {
  return files.flatMap(({ path }) =>
    isCode.test(fileOf(path))
      ? [
          choice(
            path,
            'is a migration in code, not in SQL',
            'it is left out',
            'write what it did as an SQL file in nself/migrations, under its number; or begin with one file of the schema: nself db adopt baseline',
          ),
        ]
      : [],
  )
}

/** A value of a row; the empty text where there is none. */
export const textOf = (row: TableRow, column: string) => row[column] ?? ''

/** The name of a file without its folders. */
export const fileOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** Whole milliseconds from what a tool notes. */
export const millis = (value: string | null | undefined, unit = 1) =>
  value == null || !/^\d+(\.\d+)?$/.test(value) ? 0 : Math.min(Math.round(Number(value) / unit), 2_147_483_647)
