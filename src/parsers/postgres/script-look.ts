import type { Allowed } from '../../core/effect.ts'
import { anythingWithMade, losslessRewrites } from '../../core/effects/allowed.ts'
import type { Danger, Made } from '../../core/effects/danger.ts'
import { FileReach, type Reach } from '../../core/effects/harmless.ts'
import { outwardOf } from '../../core/effects/outward.ts'
import { dangersOf } from '../../core/effects/statement-dangers.ts'
import type { NselfError } from '../../core/errors.ts'
import type { Location } from '../../core/location.ts'
import type { Section, SectionText } from '../../core/migration/section.ts'
import { locateIn, openSection } from '../../core/migration/section-text.ts'
import { workUnits } from '../../core/migration/work-units.ts'
import { mayRunInside, type Statement } from '../../core/sql/statement-list.ts'
import { makesBody, type StatementNodes, statementNodes } from '../../core/sql/statement-nodes.ts'
import { wordsOf } from '../../core/sql/tree.ts'
import { refusedCounterSetting } from './counter-settings.ts'
import { type DangerInBlock, dangersInBlock, lineOffset, onlyLooks } from './do-block.ts'
import type { Parser } from './parser.ts'
import { type ParsedScript, SectionParser, type Unparsable } from './section-parser.ts'
import type { StatementListener } from './statement-listener.ts'

/** SQL to be looked at: a section of a migration, or a seed. */
export interface Inspected extends ParsedScript {
  /** How many of its statements an earlier attempt has done, and this one will not. */
  readonly done?: number
}

/** A danger and where it stands. */
export interface Finding extends Danger {
  /** The migration or seed. */
  readonly migration: string
  readonly location: Location
}

export interface LookOptions {
  /** That of the server. */
  readonly major: number
  /** Bodies of functions are parsed too. */
  readonly bodies: boolean
  /** Who is told of each statement besides. */
  readonly listener?: StatementListener
}

/** One script that is looked through: each of its statements is parsed once, and walked through once. */
export class ScriptLook {
  readonly findings: Finding[] = []
  readonly rewrites: Allowed[] = []
  readonly own: Allowed[] = []
  readonly faults: Unparsable[] = []
  /** For the first statement that would hide what is done. */
  refusal: NselfError | null = null
  /** What it makes that would act outside of its transaction when it is called. */
  private readonly later: Finding[] = []
  private readonly files: FileReach
  private readonly parser: Parser
  private readonly script: Inspected
  private readonly made: Made
  private readonly section: SectionParser
  private readonly options: LookOptions

  constructor(parser: Parser, script: Inspected, made: Made, options: LookOptions) {
    this.parser = parser
    this.script = script
    this.made = made
    this.files = new FileReach(mayInsert(script.section))
    this.section = new SectionParser(parser, script, options.major)
    this.options = options
  }

  get reach(): Reach {
    return this.files.reach
  }

  all(): void {
    this.options.listener?.begin()
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

  /** Empty for what this parser cannot take. */
  private parse(statement: Statement, sql: string): StatementNodes[] {
    const withBody = this.options.bodies && this.section.hasBody(statement, sql)
    const { tree, fault } = this.section.parse(statement, sql, withBody)
    if (fault !== null) this.faults.push(fault)
    const nodes = tree === null ? [] : statementNodes(tree)
    if (tree !== null || fault === null) this.tell(tree === null ? null : nodes, statement, sql)
    return nodes
  }

  private tell(nodes: readonly StatementNodes[] | null, { start }: Statement, sql: string): void {
    const { section, path, name } = this.script
    const locate = () => locateIn(section, path, start, sql, 0)
    this.options.listener?.take(nodes, { migration: name, sql, locate })
  }

  /** It is done: what it made belongs to the migration. */
  private doneStatement(statement: Statement, text: SectionText): void {
    for (const nodes of this.parse(statement, text.sql(statement))) {
      dangersOf(nodes, this.made)
      this.own.push(...anythingWithMade(nodes))
    }
  }

  /** @param bare it runs in no transaction that could be looked at. */
  private statement(statement: Statement, text: SectionText, bare: boolean): void {
    if (statement.addsRows === true) return this.files.addOpaque()
    const { section, path } = this.script
    const sql = text.sql(statement)
    const at = (offset: number) => locateIn(section, path, statement.start, sql, offset)
    const all = this.parse(statement, sql)
    if (all.length !== 1) this.files.addOpaque()
    for (const nodes of all) {
      this.refusal ??= refusedCounterSetting(nodes, at)
      this.files.add(nodes)
      this.rewrites.push(...losslessRewrites(nodes))
      for (const { line, ...danger } of this.dangersIn(nodes, sql))
        this.find(danger, line === 0 ? at(0) : at(lineOffset(sql, line)))
      const { now, later } = outwardOf(nodes)
      for (const what of now) this.find(unreadable(what, outside), at(0))
      for (const what of later) this.find(unreadable(what, outside), at(0), this.later)
      const isLook = () => nodes.type === 'DoStmt' && onlyLooks(this.parser, nodes.node, (one) => !callsUnknown(one))
      if (bare && (statement.kind === 'commits' || callsUnknown(nodes)) && !isLook()) {
        const word = /^\w+/.exec(sql)?.[0].toUpperCase() ?? ''
        this.find(unreadable(`runs ${word}`, outsideTransaction), at(0))
      }
    }
  }

  private find(danger: Danger, location: Location, among = this.findings): void {
    among.push({ ...danger, migration: this.script.name, location })
  }

  private dangersIn(nodes: StatementNodes, sql: string): DangerInBlock[] {
    const found = dangersOf(nodes, this.made).map((danger) => ({ ...danger, line: 0 }))
    return nodes.type === 'DoStmt' ? [...found, ...dangersInBlock(this.parser, nodes.node, sql, this.made)] : found
  }
}

/** A cheap look at the text. */
function mayInsert(section: Section): boolean {
  return section.kind === 'streamed' || /\binsert\b/i.test(section.sql)
}

const outside = 'outside of its transaction, where nself cannot tell what it does and cannot roll it back'
const outsideTransaction = 'outside a transaction, where nself cannot tell beforehand what it does'

/** What cannot be looked at before it commits. */
function unreadable(what: string, why: string): Danger {
  const object = what.replace(/^\w+ /, '')
  return { kind: 'unreadable', object, what: `${what} ${why}`, destructive: true, relation: null }
}

const knownFunctions = new Set(
  `setval nextval set_config pg_sleep now count current_setting lower upper length md5 btrim left right abs date_trunc
  date_part extract timezone to_tsvector`.split(/\s+/),
)

/** True for what calls what somebody may have written to do anything: in the expression of an index, too. */
function callsUnknown(statement: StatementNodes): boolean {
  if (makesBody(statement)) return false
  return statement.telling.some(
    ([type, node]) =>
      type === 'ExecuteStmt' || (type === 'FuncCall' && !knownFunctions.has(wordsOf(node.funcname).at(-1) ?? '')),
  )
}
