import type { Migration } from '../../core/migration/migration.ts'
import { replaceStatements } from '../../core/migration/replace-statements.ts'
import type { Section } from '../../core/migration/section.ts'
import { openSection } from '../../core/migration/section-text.ts'
import { isPlainDefinition } from '../../core/replay/plain-definition.ts'
import { Named, reachOf } from '../../core/replay/reach.ts'
import type { Verdict } from '../../core/replay/verdict.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { firstStatement, type Tree, visit } from '../../core/sql/tree.ts'
import { loadParser, type Parser } from './parser.ts'
import { blockBody, parseBlock, queryOf, textConstants } from './plpgsql.ts'

/** A statement that a replay does without, or a part of it. */
interface LeftOut {
  readonly migration: string
  readonly what: string
  /** The schema is not whole without it. */
  readonly makesSchema: boolean
  /** The whole statement, as its file has it. */
  readonly sql: string
}

/** Migrations as a replay runs them. */
export interface Replayable {
  readonly files: Migration[]
  readonly leftOut: readonly LeftOut[]
  readonly roles: readonly string[]
  readonly tablespaces: readonly string[]
}

/** A statement that has a superuser run this one. */
export type Elevate = (sql: string) => string

/** Leaves out what reaches beyond the database, and has elevated what only a superuser may do in it. */
export async function replayable(migrations: readonly Migration[], elevate: Elevate): Promise<Replayable> {
  const parser = await loadParser()
  const named = new Named()
  const leftOut: LeftOut[] = []
  const files = migrations.map((file) => {
    const tell = (found: Outside, sql: string) =>
      leftOut.push({ migration: file.name, what: found.what, makesSchema: found.makesSchema === true, sql })
    const up = replayed(parser, file.up, named, elevate, tell)
    const down = file.down === null ? null : replayed(parser, file.down, named, elevate, () => {})
    if (up === file.up && down === file.down) return file
    return { ...file, up, down: down?.kind === 'held' ? down : file.down }
  })
  named.roles.delete(somebody)
  return { files, leftOut, roles: [...named.roles], tablespaces: [...named.tablespaces] }
}

/** The roles that the UP of migrations name. */
export async function rolesNamedBy(migrations: readonly Migration[]): Promise<readonly string[]> {
  return (await replayable(migrations, (sql) => sql)).roles
}

/** The same for single statements that no person wrote; null for one that is left out. */
export async function statementReplayer(elevate: Elevate): Promise<(sql: string) => string | null> {
  const parser = await loadParser()
  const named = new Named()
  named.hasExtensions = true
  return (sql) => {
    const now = replacement(parser, sql, named, elevate, () => {})
    return now === undefined ? sql : now
  }
}

/** Stands in a text for a name that is known only as it runs. */
const somebody = 'nself_somebody'

type Outside = { readonly what: string; readonly makesSchema?: boolean }
type TellOutside = (found: Outside) => void

function replayed(
  parser: Parser,
  section: Section,
  named: Named,
  elevate: Elevate,
  tell: (found: Outside, sql: string) => void,
): Section {
  const text = openSection(section)
  if (section.role !== null) named.roles.add(section.role)
  const replaced = new Map<number, string | null>()
  let index = 0
  for (const statement of section.statements) {
    if (statement.addsRows !== true) {
      const sql = text.sql(statement)
      const now = replacement(parser, sql, named, elevate, (found) => tell(found, sql))
      if (now !== undefined) replaced.set(index, now)
    }
    index++
  }
  return replaced.size === 0 ? section : replaceStatements(section, replaced)
}

/** What stands for a statement: undefined when it runs as it is, null when it is left out. */
function replacement(
  parser: Parser,
  sql: string,
  named: Named,
  elevate: Elevate,
  tell: TellOutside,
): string | null | undefined {
  const tree = isPlainDefinition(sql) ? null : parsedOrNull(parser, sql)
  if (tree === null) return undefined
  const verdict = reachOf(tree, named)
  if (verdict.kind === 'leave-out' || verdict.kind === 'unplug') tell(verdict)
  if (verdict.kind !== 'run') return standIn(verdict, sql, elevate)
  const block = doBlock(tree)
  if (block === null) return undefined
  const body = replayedBlock(parser, block, named, elevate, tell)
  return body === block ? undefined : sql.replace(block, () => body)
}

/** The server says what is wrong with what cannot be parsed. */
function parsedOrNull(parser: Parser, sql: string): Tree | null {
  try {
    return parser.parse(sql)
  } catch {
    return null
  }
}

function standIn(verdict: Exclude<Verdict, { kind: 'run' }>, sql: string, elevate: Elevate): string | null {
  if (verdict.kind === 'leave-out') return null
  if (verdict.kind === 'elevate') return elevate(sql)
  if (verdict.kind === 'label') return elevate(labelled(verdict, sql))
  // WITH is its last clause; in a text it can stand in quotes only before that.
  const clause = /\bWITH\s*\([^()']*(?:'[^']*'[^()']*)*\)\s*$/i
  return elevate(`${sql.replace(clause, '')} WITH (${verdict.options})`)
}

/** COMMENT names an object as SECURITY LABEL does. */
function labelled({ provider, label }: { provider: string; label: string | null }, sql: string): string {
  const object = /\bLABEL\s+FOR\s+(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|\S+)\s+ON\s+(.*)\sIS\s/is.exec(sql)?.[1]
  if (object === undefined) return sql
  const words = [sql, provider, label, `COMMENT ON ${object} IS `].map(quoteLiteral)
  return `SELECT pg_catalog.nself_label(${words.join(', ')})`
}

/** The body of a DO block of PL/pgSQL, as its text has it. */
function doBlock(tree: Tree): string | null {
  const [type, node] = firstStatement(tree)
  return type === 'DoStmt' ? blockBody(node) : null
}

/** Statements of a block in the order of its text, as PL/pgSQL's parser has them. */
function replayedBlock(parser: Parser, body: string, named: Named, elevate: Elevate, tell: TellOutside): string {
  let text = body
  let from = 0
  for (const { source, before, statements } of partsOf(parser, body)) {
    const at = text.indexOf(source, from)
    if (at === -1) continue
    from = at
    const verdicts = statements.flatMap((sql) => {
      const tree = parsedOrNull(parser, sql)
      return tree === null ? [] : [reachOf(tree, named)]
    })
    const found = verdicts.find(({ kind }) => kind !== 'run')
    if (found === undefined || found.kind === 'run') continue
    const start = at - (before.exec(text.slice(0, at))?.[0].length ?? 0)
    const end = at + source.length
    // An EXECUTE of a text with INTO or USING is left to the server.
    if (!/^\s*;/.test(text.slice(end)) || (start === at && before.source !== '^')) continue
    const now = start === at ? standIn(found, source, elevate) : found.kind === 'leave-out' ? null : undefined
    if (now === undefined) continue
    if (found.kind === 'leave-out' || found.kind === 'unplug') tell(found)
    const replaced = now === null ? 'NULL' : now.replace(/^SELECT/, 'PERFORM')
    text = text.slice(0, start) + replaced + text.slice(end)
    from = start + replaced.length
  }
  return text
}

interface Part {
  /** As it stands in the block, after what `before` matches at the end of the text before it. */
  readonly source: string
  readonly before: RegExp
  readonly statements: readonly string[]
}

function partsOf(parser: Parser, body: string): Part[] {
  const parts: Part[] = []
  try {
    visit(parseBlock(parser, body), (type, node) => {
      const [plain, performed, executed] = [node.sqlstmt, node.expr, node.query].map(queryOf)
      if (type === 'PLpgSQL_stmt_execsql' && plain !== undefined)
        parts.push({ source: plain, before: /^/, statements: [plain] })
      if (type === 'PLpgSQL_stmt_perform' && performed !== undefined)
        parts.push({ source: performed.replace(/^SELECT /, ''), before: /PERFORM\s+$/i, statements: [performed] })
      if (type === 'PLpgSQL_stmt_dynexecute' && executed !== undefined)
        parts.push({ source: executed, before: /EXECUTE\s+$/i, statements: literalsIn(parser, executed) })
      return true
    })
  } catch {
    // The server's own parser will say what is wrong with it.
  }
  return parts
}

/** The text constants of an expression, with what format() would put in replaced by a name. */
function literalsIn(parser: Parser, expression: string): string[] {
  return textConstants(parsedOrNull(parser, `SELECT ${expression}`)).map((text) =>
    text.replace(/%(?:\d+\$)?L/g, `'${somebody}'`).replace(/%(?:\d+\$)?[Is]/g, somebody),
  )
}
