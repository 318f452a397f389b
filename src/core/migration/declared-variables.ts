import { SqlError } from '../sql/lexer.ts'
import { type VariableUse, variableUses } from '../sql/variable-uses.ts'
import type { DeclaredVariables } from './file-grammar.ts'
import type { OpenSection } from './open-section.ts'
import type { HeldSection } from './section.ts'

/**
 * Where a section is filled in. Without a header that says so nowhere: a slice may look like it.
 * @throws SqlError for a use of what is not declared.
 */
export function usesIn(
  sql: string,
  { statements }: Pick<HeldSection, 'statements'>,
  { variables, start: from }: Pick<OpenSection, 'variables' | 'start'>,
): VariableUse[] {
  if (variables.length === 0) return []
  const uses: VariableUse[] = []
  for (const { start, end } of statements) uses.push(...variableUses(sql.slice(start, end), start))
  const unknown = uses.find(({ name }) => !variables.includes(name))
  if (unknown === undefined) return uses
  const written = sql.slice(unknown.start, unknown.end)
  throw new SqlError(
    from + unknown.start,
    `${written} is not among the variables that this section declares`,
    `declare it: -- nself: variables ${[...variables, unknown.name].join(', ')}; in a slice, put a blank behind the colon`,
  )
}

/**
 * A name that is declared and used nowhere is most likely misspelt.
 * @param used the sections of the file, with the names that each of them uses.
 * @throws SqlError
 */
export function refuseUnused(
  declared: readonly DeclaredVariables[],
  used: readonly (readonly [OpenSection, HeldSection | null])[],
): void {
  for (const { names, start, section } of declared) {
    const uses = used.flatMap(([open, held]) => (section === null || section === open ? (held?.uses ?? []) : []))
    const unused = names.find((name) => !uses.some((use) => use.name === name))
    if (unused === undefined) continue
    throw new SqlError(
      start,
      `the variable ${unused} is declared but not used`,
      `write :'${unused}' where its value is a text, :"${unused}" where it is a name, or take it out of the header`,
    )
  }
}

/** What of a section that is not held can be filled in: nothing. @throws SqlError */
export function refuseDeclared(declared: readonly DeclaredVariables[]): void {
  const [first] = declared
  if (first === undefined) return
  throw new SqlError(
    first.start,
    'variables cannot be filled into a file of this size, which is read in pieces as it runs',
    'put the statements that need them into a migration of their own',
  )
}
