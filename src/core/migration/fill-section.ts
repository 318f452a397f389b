import { NselfError } from '../errors.ts'
import { quoteIdentifier, quoteLiteral } from '../sql/quoting.ts'
import type { Statement, Stretch } from '../sql/statement-list.ts'
import type { VariableUse } from '../sql/variable-uses.ts'
import { saysSecret } from '../variable-name.ts'
import type { HeldSection, WrittenSection } from './section.ts'
import { locateIn, sourceOf } from './section-text.ts'

/** PostgreSQL cuts a longer name, which would then be another one. */
const longestName = 63

/**
 * A section with values where it uses variables, quoted as psql quotes them.
 * @param lookUp the value of a variable; null where it has none.
 * @throws NselfError `usage` for one without a value, and for a value that PostgreSQL cannot take there.
 */
export function fillSection(section: HeldSection, path: string, lookUp: (name: string) => string | null): HeldSection {
  const values = new Map(section.uses.map(({ name }) => [name, lookUp(name)]))
  const unset = section.uses.find(({ name }) => values.get(name) === null)
  if (unset !== undefined)
    throw notSet(
      section,
      path,
      unset,
      [...values].flatMap(([name, value]) => (value === null ? name : [])),
    )
  const texts = section.uses.map((use) => ({ use, text: quoted(section, path, use, values.get(use.name) ?? '') }))
  const { sql, fillings } = withTexts(section.sql, texts)
  const moved = mover(fillings)
  return {
    ...section,
    sql,
    ...(section.source === undefined ? {} : { source: withTexts(section.source, texts).sql }),
    statements: [...section.statements].map((statement): Statement => {
      const data = statement.data === null ? null : moved(statement.data)
      return { ...statement, ...moved(statement), data }
    }),
    written: { sql: sourceOf(section), statements: section.statements, values: shownValues(values), fillings },
  }
}

function withTexts(
  text: string,
  uses: readonly { readonly use: VariableUse; readonly text: string }[],
): Pick<WrittenSection, 'sql' | 'fillings'> {
  const fillings: WrittenSection['fillings'][number][] = []
  let sql = ''
  let taken = 0
  for (const { use, text: filled } of uses) {
    sql += text.slice(taken, use.start)
    const start = sql.length
    sql += filled
    taken = use.end
    fillings.push({ start, end: sql.length, use })
  }
  return { sql: sql + text.slice(taken), fillings }
}

function shownValues(values: ReadonlyMap<string, string | null>): Record<string, string> {
  return Object.fromEntries([...values].map(([name, value]) => [name, saysSecret(name) ? '***' : (value ?? '')]))
}

/** Where a stretch stands once it is filled in. No stretch begins or ends inside a use. */
function mover(fillings: WrittenSection['fillings']): (stretch: Stretch) => Stretch {
  const at = (offset: number) => {
    const before = fillings.findLast(({ use }) => use.end <= offset)
    return before === undefined ? offset : before.end + offset - before.use.end
  }
  return ({ start, end }) => ({ start: at(start), end: at(end) })
}

/** Blanks around it keep it apart from a word or a string that it stands beside. */
function quoted(section: HeldSection, path: string, use: VariableUse, value: string): string {
  const wrong = (what: string, hint: string) =>
    new NselfError('usage', `the value of the variable ${use.name} ${what}`, {
      location: locateIn(section, path, use.start, '', 0),
      hint: `${hint}; nothing was run`,
    })
  if (value.includes('\0')) throw wrong('contains a NUL byte', 'remove it: PostgreSQL cannot hold one')
  if (use.as === 'literal') return ` ${quoteLiteral(value)} `
  if (value === '') throw wrong('is empty', `no name is: give it one, or write :'${use.name}' for a text`)
  if (Buffer.byteLength(value) > longestName)
    throw wrong(`is longer than the ${longestName} bytes of a name`, 'PostgreSQL would cut it: take a shorter one')
  return ` ${quoteIdentifier(value)} `
}

function notSet(section: HeldSection, path: string, use: VariableUse, names: readonly string[]): NselfError {
  const all = [...new Set(names)]
  const what = all.length === 1 ? `the variable ${all[0]} is not set` : `the variables ${all.join(', ')} are not set`
  const flags = all.map((name) => `--set ${name}=…`).join(' ')
  const variables = all.map((name) => `NSELF_VAR_${name.toUpperCase()}`).join(', ')
  return new NselfError('usage', what, {
    location: locateIn(section, path, use.start, '', 0),
    hint: `add ${flags}, or set ${variables} in the environment or an env file; nothing was run`,
  })
}
