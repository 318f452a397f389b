import type { Section } from '../../core/migration/section.ts'
import type { Statement } from '../../core/sql/statement-list.ts'
import { loadParser, type Parser } from './parser.ts'
import { type ParsedScript, SectionParser, type Unparsable } from './section-parser.ts'

/** Some statements of a section. */
interface Piece {
  readonly script: ParsedScript
  readonly statements: Iterable<Statement>
  readonly text: string
}

/** So much text is parsed at once: each call costs as much as a small statement. */
const batch = 64 * 1024
const between = '\n;\n'

/**
 * Each statement of these sections that cannot be parsed, in their order. Passed over are the data of COPY, and what
 * only adds rows in a file that is too large to hold.
 * @param major that of the server.
 */
export async function findUnparsable(scripts: Iterable<ParsedScript>, major: number): Promise<Unparsable[]> {
  const parser = await loadParser()
  const found: Unparsable[] = []
  let together: Piece[] = []
  let size = 0
  const look = () => {
    const isFine = parser.isParsable(together.map(({ text }) => text).join(between))
    for (const piece of together) {
      if (!isFine || mayHoldBody(piece) || piece.script.section.batch !== null)
        found.push(...faultsIn(parser, piece, major, isFine))
    }
    ;[together, size] = [[], 0]
  }
  for (const script of scripts) {
    for (const piece of piecesOf(script)) {
      together.push(piece)
      size += piece.text.length
      if (size > batch) look()
    }
  }
  if (together.length > 0) look()
  return found
}

function* piecesOf(script: ParsedScript): Generator<Piece> {
  const { section } = script
  if (section.kind === 'held' && !hasData(section)) {
    yield { script, statements: section.statements, text: section.sql }
    return
  }
  let [statements, texts, size]: [Statement[], string[], number] = [[], [], 0]
  for (const statement of section.statements) {
    if (statement.addsRows === true) continue
    const sql = sqlOf(section, statement)
    statements.push(statement)
    texts.push(sql)
    size += sql.length
    if (size < batch) continue
    yield { script, statements, text: texts.join(between) }
    ;[statements, texts, size] = [[], [], 0]
  }
  yield { script, statements, text: texts.join(between) }
}

function hasData({ statements }: Section): boolean {
  for (const { data } of statements) if (data !== null) return true
  return false
}

function sqlOf(section: Section, { start, end }: Statement): string {
  return section.kind === 'held' ? section.sql.slice(start, end) : section.file.text(start, end)
}

const mayHoldBody = ({ text }: Piece): boolean => /\b(?:function|procedure|do)\b/i.test(text)

/** @param isFine its statements can be parsed, and only the bodies in them may have a fault. */
function* faultsIn(
  parser: Parser,
  { script, statements }: Piece,
  major: number,
  isFine: boolean,
): Generator<Unparsable> {
  const section = new SectionParser(parser, script, major)
  for (const statement of statements) {
    const sql = sqlOf(script.section, statement)
    const hasBody = section.hasBody(statement, sql)
    if (isFine && !hasBody && script.section.batch === null) continue
    const { fault } = section.parse(statement, sql, hasBody)
    if (fault !== null) yield fault
  }
}
