import { certain } from '../certain.ts'
import { NselfError } from '../errors.ts'
import { locate } from '../location.ts'
import { Lexer, SqlError, type Token } from '../sql/lexer.ts'
import { isTransactionControl, kindOf, type Statement, type Stretch } from '../sql/statement-list.ts'
import { withBatchParameters } from './batch-section.ts'
import { checksumOf } from './checksum.ts'
import { refuseUnused, usesIn } from './declared-variables.ts'
import { FileGrammar } from './file-grammar.ts'
import { isMarker } from './marker.ts'
import type { Migration } from './migration.ts'
import type { OpenSection } from './open-section.ts'
import { replacedBy } from './replaces-header.ts'
import type { HeldSection } from './section.ts'

/** Parses a whole migration file. @throws NselfError `invalid-migration` with the place of the fault. */
export function parseMigration(path: string, name: { version: string; name: string }, text: string): Migration {
  return parseNamed(path, name, text, false)
}

/** The same of a file that is named by its name alone, as are those that it depends on. */
export function parseUnnumbered(path: string, name: string, text: string): Migration {
  return parseNamed(path, { version: '', name }, text, true)
}

function parseNamed(path: string, name: Pick<Migration, 'version' | 'name'>, text: string, byName: boolean): Migration {
  try {
    return { ...name, path, ...parse(text, byName) }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    throw invalidFile(error, (offset) => locate(path, text, offset))
  }
}

/** What a person is told of a fault in the text of a file. */
export function invalidFile(error: SqlError, at: (offset: number) => NselfError['location']): NselfError {
  const location = at(error.offset)
  return new NselfError('invalid-migration', error.message, {
    ...(location === undefined ? {} : { location }),
    hint: error.hint ?? 'fix the file; nothing was run',
  })
}

/** PostgreSQL's texts have no NUL: its parser would take it for the end of the file, and say nothing. */
export const nulFault = (offset: number) =>
  new SqlError(offset, 'the file contains a NUL byte', 'save it as UTF-8 text')

function parse(
  text: string,
  byName: boolean,
): Pick<Migration, 'checksum' | 'dependsOn' | 'allows' | 'phase' | 'replaces' | 'reruns' | 'up' | 'down'> {
  const nul = text.indexOf('\0')
  if (nul !== -1) throw nulFault(nul)
  const lexer = new Lexer(isMarker)
  const grammar = new FileGrammar(
    {
      slice: (start, end) => text.slice(start, end),
      lineAt: (offset) => () => lineOf(text, offset),
    },
    byName,
  )
  const contents = new Map<OpenSection, SectionContent>()
  for (const read of [...lexer.push(text), ...lexer.finish()]) {
    grammar.take(read)
    const section = grammar.current
    const content = contents.get(section) ?? { statements: [], skipped: [] }
    contents.set(section, content)
    collect(read, section, content)
  }
  const { up, down } = grammar.finish(text.length)
  const held = (section: OpenSection) =>
    heldSection(text.slice(section.start, section.end), section, contents.get(section))
  const sections = { up: held(up), down: down !== null && isRunnable(down) ? held(down) : null }
  refuseUnused(grammar.declared, [[up, sections.up], ...(down === null ? [] : [[down, sections.down] as const])])
  return {
    checksum: checksumOf(text.slice(up.start, up.end)),
    dependsOn: grammar.dependsOn,
    allows: grammar.allows,
    phase: grammar.phase,
    replaces: replacedBy(grammar.replaces),
    reruns: sections.up.reruns,
    ...sections,
  }
}

/** Without a statement, and without saying that it means to have none, a section is not there. */
export function isRunnable({ count, nothingToDo }: OpenSection): boolean {
  return count > 0 || nothingToDo
}

function lineOf(text: string, offset: number): number {
  let line = 1
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) line++
  return line
}

/** What the text of a section holds, counted from its beginning. */
export interface SectionContent {
  readonly statements: Statement[]
  /** What no server understands, to be blanked. */
  readonly skipped: Stretch[]
}

/** Adds what a token says of the section it stands in. */
export function collect(token: Token, section: OpenSection, { statements, skipped }: SectionContent): void {
  const [start, end] = [token.start - section.start, token.end - section.start]
  if (token.kind === 'statement') {
    statements.push({ start, end, kind: kindOf(token), data: null, apart: false })
  } else if (token.kind === 'skip') {
    skipped.push({ start, end })
  } else if (token.kind === 'copy-data') {
    const copy = certain(statements.pop())
    statements.push({ ...copy, data: { start: copy.data?.start ?? start, end } })
  }
}

/** How a section runs, as its headers and its own transactions say. */
export function howOf(section: OpenSection) {
  const { transaction, begin, blocks, lockTimeout, statementTimeout, role, nothingToDo, batch, reruns } = section
  return { transaction, begin, blocks, lockTimeout, statementTimeout, role, nothingToDo, batch, reruns }
}

/** A section whose text is in memory. */
export function heldSection(text: string, section: OpenSection, content?: SectionContent): HeldSection {
  const all = content?.statements ?? []
  const skipped = [...(content?.skipped ?? []), ...(section.wrapped ? all.filter(isTransactionControl) : [])]
  let sql = text
  // Blanks take its place, so that all else keeps its own.
  for (const { start, end } of skipped) {
    sql = sql.slice(0, start) + sql.slice(start, end).replace(/[^\n]/g, ' ') + sql.slice(end)
  }
  const statements = section.wrapped ? all.filter((statement) => !isTransactionControl(statement)) : all
  const source = section.batch === null ? {} : { source: sql }
  return {
    kind: 'held',
    sql: withBatchParameters(sql, statements, section),
    ...source,
    statements,
    uses: usesIn(sql, { statements }, section),
    ...howOf(section),
    // Counted where it is asked for: of a large file it takes reading it again.
    get line() {
      return section.line()
    },
  }
}
