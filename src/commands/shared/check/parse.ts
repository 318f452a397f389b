import { type CheckFinding, finding } from '../../../core/check/finding.ts'
import type { RuleName } from '../../../core/check-rules.ts'
import { parserMajor } from '../../../parsers/postgres/parser.ts'
import type { Unparsable } from '../../../parsers/postgres/section-parser.ts'
import { findUnparsable } from '../../../parsers/postgres/syntax.ts'
import type { Context } from '../context.ts'
import { scriptsOfFiles } from '../refuse-unparsable.ts'
import type { CheckScope } from './scope.ts'

/** What of UP, DOWN and function bodies PostgreSQL cannot parse. */
export async function checkSyntax({ settings }: Context, scope: CheckScope): Promise<CheckFinding[]> {
  const { wanted, repeatables, major } = scope
  const scripts = scriptsOfFiles([...wanted, ...repeatables], settings.variables)
  return (await findUnparsable(scripts, major)).map((found) => findingOf(found, major))
}

function findingOf({ script, location, message, inBody, leftToServer }: Unparsable, major: number): CheckFinding {
  const rule: RuleName = leftToServer ? 'parse/other-major' : inBody ? 'parse/function-body' : 'parse/syntax'
  const { path, line, column, excerpt } = location
  return finding(rule, {
    migration: script.name,
    place: { path, line, column },
    message: leftToServer ? `the parser of PostgreSQL ${parserMajor} says: ${message}` : message,
    instead: leftToServer ? `the server, PostgreSQL ${major}, decides when it runs` : 'fix the statement',
    evidence: [excerpt],
  })
}
