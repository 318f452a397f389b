import { type CheckFinding, finding } from '../../../core/check/finding.ts'
import type { RuleName } from '../../../core/check-rules.ts'
import { parserMajor } from '../../../parsers/postgres/parser.ts'
import type { Unparsable } from '../../../parsers/postgres/section-parser.ts'
import { findUnparsable } from '../../../parsers/postgres/syntax.ts'
import { readEachSeed } from '../../../project/seeds.ts'
import type { Context } from '../context.ts'
import { scriptsOfFiles } from '../refuse-unparsable.ts'
import { type CheckScope, ofFile, type UnreadableFile } from './scope.ts'

/** What of UP, DOWN, seeds, repeatables and function bodies PostgreSQL cannot parse. */
export async function checkSyntax({ settings }: Context, scope: CheckScope): Promise<CheckFinding[]> {
  const { wanted, repeatables, unreadable, twins, major } = scope
  const { seeds, faults } = await readEachSeed(settings.seedsDir, settings.cwd, scope.seedFolders)
  const files = [...wanted, ...repeatables, ...seeds.map(({ file }) => file)]
  const unparsable = await findUnparsable(scriptsOfFiles(files, settings.variables), major)
  const noSeeds = faults.map(({ fault, ...file }) => ({ ...file, fault: ofFile(fault) }))
  return [
    ...[...unreadable, ...twins, ...noSeeds].map(unreadableFinding),
    ...unparsable.map((found) => findingOf(found, major)),
  ]
}

function unreadableFinding({ path, name, fault }: Omit<UnreadableFile, 'version'>): CheckFinding {
  const { line, column, excerpt } = fault.location ?? { line: 1, column: 1, excerpt: '' }
  return finding('parse/file', {
    migration: name,
    place: { path, line, column },
    message: fault.message,
    instead: fault.hint ?? 'fix the file',
    evidence: excerpt === '' ? [] : [excerpt],
  })
}

function findingOf({ script, location, message, hint, inBody, leftToServer }: Unparsable, major: number): CheckFinding {
  const ofText: RuleName = inBody ? 'parse/function-body' : hint === undefined ? 'parse/syntax' : 'parse/file'
  const rule = leftToServer ? 'parse/other-major' : ofText
  const { path, line, column, excerpt } = location
  return finding(rule, {
    migration: script.name,
    place: { path, line, column },
    message: leftToServer ? `the parser of PostgreSQL ${parserMajor} says: ${message}` : message,
    instead: leftToServer ? `the server, PostgreSQL ${major}, decides when it runs` : (hint ?? 'fix the statement'),
    evidence: [excerpt],
  })
}
