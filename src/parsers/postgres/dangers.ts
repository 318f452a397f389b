import type { Allowed } from '../../core/effect.ts'
import { anythingWithMade, losslessRewrites } from '../../core/effects/allowed.ts'
import { type Danger, Made } from '../../core/effects/danger.ts'
import { FileReach, type Reach } from '../../core/effects/harmless.ts'
import { outwardOf } from '../../core/effects/outward.ts'
import { dangersOf } from '../../core/effects/statement-dangers.ts'
import type { Location } from '../../core/location.ts'
import type { Section, SectionText } from '../../core/migration/section.ts'
import { locateIn, openSection } from '../../core/migration/section-text.ts'
import { workUnits } from '../../core/migration/work-units.ts'
import { mayRunInside, type Statement } from '../../core/sql/statement-list.ts'
import { statementsOf, type Tree, visit, wordsOf } from '../../core/sql/tree.ts'
import { refuseCounterSettings } from './counter-settings.ts'
import { type DangerInBlock, dangersInBlock } from './do-block.ts'
import { loadParser, type Parser, parseStatement } from './parser.ts'

/** SQL to be looked at: a section of a migration, or a seed. */
export interface Inspected {
  readonly name: string
  readonly path: string
  readonly section: Section
  /** How many of its statements an earlier attempt has done, and this one will not. */
  readonly done?: number
}

/** A danger and where it stands. */
export interface Finding extends Danger {
  /** The migration or seed. */
  readonly migration: string
  readonly location: Location
}

/** What the parse tree says of one file. */
interface FileLook {
  readonly reach: Reach
  /** Rewrites of tables that lose nothing. */
  readonly rewrites: readonly Allowed[]
  /** Anything with the tables that an earlier attempt at it has made. */
  readonly own: readonly Allowed[]
}

export interface Inspection {
  readonly findings: readonly Finding[]
  /** By name. */
  readonly files: ReadonlyMap<string, FileLook>
}

/**
 * What these scripts destroy, by PostgreSQL's own parser, also inside DO blocks as far as it can see.
 * @throws NselfError `invalid-migration` at the first statement that PostgreSQL cannot parse, `refused` for one that
 * would hide what is done.
 * @param major that of the server: what it may understand though our parser does not is no fault.
 */
export async function inspect(scripts: readonly Inspected[], major?: number): Promise<Inspection> {
  const parser = await loadParser()
  const made = new Made()
  const findings: Finding[] = []
  const files = new Map<string, FileLook>()
  for (const script of scripts) {
    const look = new ScriptLook(parser, script, made, major)
    look.all()
    findings.push(...look.findings)
    files.set(script.name, { reach: look.reach, rewrites: look.rewrites, own: look.own })
    made.endFile()
  }
  return { findings, files }
}

/** True when one of these texts may hold what `inspect` finds: a cheap look that spares loading the parser. */
export function maybeDangerous(sql: string): boolean {
  return /\b(?:drop|truncate|delete|update|type|merge|unlogged)\b/i.test(sql)
}

/** One script that is looked through. */
class ScriptLook {
  readonly findings: Finding[] = []
  readonly rewrites: Allowed[] = []
  readonly own: Allowed[] = []
  /** What it makes that would act outside of its transaction when it is called. */
  private readonly later: Finding[] = []
  private readonly files = new FileReach()
  private readonly parser: Parser
  private readonly script: Inspected
  private readonly made: Made
  private readonly major: number | undefined

  constructor(parser: Parser, script: Inspected, made: Made, major?: number) {
    this.parser = parser
    this.script = script
    this.made = made
    this.major = major
  }

  get reach(): Reach {
    return this.files.reach
  }

  all(): void {
    this.statements()
    // Nothing calls it where the file calls nothing.
    if (this.reach === 'opaque') this.findings.push(...this.later)
  }

  private statements(): void {
    const { section, done = 0 } = this.script
    const text = openSection(section)
    if (section.transaction) {
      for (const statement of section.statements) this.statement(statement, text, false)
      return
    }
    for (const { first, end, isBlock } of workUnits(section.statements)) {
      for (let at = first; at < end; at++) {
        const statement = section.statements.at(at)
        if (statement !== undefined && at < done) this.doneStatement(statement, text)
        else if (statement !== undefined) this.statement(statement, text, !isBlock && !mayRunInside(statement))
      }
    }
  }

  /** It is done: what it made belongs to the migration. */
  private doneStatement(statement: Statement, text: SectionText): void {
    const { section, path } = this.script
    const sql = text.sql(statement)
    const at = (offset: number) => locateIn(section, path, statement.start, sql, offset)
    const tree = parseStatement(this.parser, sql, at, this.major)
    if (tree === null) return
    dangersOf(tree, this.made)
    this.own.push(...anythingWithMade(tree))
  }

  /** @param bare it runs in no transaction that could be looked at. */
  private statement(statement: Statement, text: SectionText, bare: boolean): void {
    const { section, path, name } = this.script
    if (statement.addsRows === true) return this.files.addOpaque()
    const sql = text.sql(statement)
    const at = (offset: number) => locateIn(section, path, statement.start, sql, offset)
    const tree = parseStatement(this.parser, sql, at, this.major)
    if (tree === null) return this.files.addOpaque()
    refuseCounterSettings(tree, at)
    this.files.add(tree)
    this.rewrites.push(...losslessRewrites(tree))
    for (const { line, ...danger } of this.dangersIn(tree, sql)) {
      this.findings.push({ ...danger, migration: name, location: line === 0 ? at(0) : at(lineOffset(sql, line)) })
    }
    const { now, later } = outwardOf(tree)
    for (const what of now) this.findings.push(this.unreadable(what, outside, at(0)))
    for (const what of later) this.later.push(this.unreadable(what, outside, at(0)))
    if (bare && (statement.kind === 'commits' || callsUnknown(tree))) {
      const word = /^\w+/.exec(sql)?.[0].toUpperCase() ?? ''
      this.findings.push(
        this.unreadable(
          `runs ${word}`,
          'outside a transaction, where nself cannot tell beforehand what it does',
          at(0),
        ),
      )
    }
  }

  private dangersIn(tree: Tree, sql: string): DangerInBlock[] {
    const found: DangerInBlock[] = dangersOf(tree, this.made).map((danger) => ({ ...danger, line: 0 }))
    for (const [type, node] of statementsOf(tree)) {
      if (type === 'DoStmt') found.push(...dangersInBlock(this.parser, node, sql, this.made))
    }
    return found
  }

  /** What cannot be looked at before it commits. */
  private unreadable(what: string, why: string, location: Location): Finding {
    const object = what.replace(/^\w+ /, '')
    const danger: Danger = { kind: 'unreadable', object, what: `${what} ${why}`, destructive: true, relation: null }
    return { ...danger, migration: this.script.name, location }
  }
}

const outside = 'outside of its transaction, where nself cannot tell what it does and cannot roll it back'

const knownFunctions = new Set(
  `setval nextval set_config pg_sleep now count current_setting lower upper length md5 btrim left right abs date_trunc
  date_part extract timezone to_tsvector`.split(/\s+/),
)

/** True for what calls what somebody may have written to do anything: in the expression of an index, too. */
function callsUnknown(tree: Tree): boolean {
  let unknown = false
  visit(tree, (type, node) => {
    if (type === 'ExecuteStmt') unknown = true
    if (type === 'FuncCall' && !knownFunctions.has(wordsOf(node.funcname).at(-1) ?? '')) unknown = true
    return !unknown && !['CreateFunctionStmt', 'ViewStmt', 'RuleStmt'].includes(type)
  })
  return unknown
}

function lineOffset(text: string, lines: number): number {
  let at = 0
  for (let i = 0; i < lines; i++) at = text.indexOf('\n', at) + 1
  return at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0)
}
