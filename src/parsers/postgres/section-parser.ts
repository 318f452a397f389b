import type { Location } from '../../core/location.ts'
import { type BatchFault, batchFault } from '../../core/migration/batch-faults.ts'
import type { Section } from '../../core/migration/section.ts'
import { locateIn } from '../../core/migration/section-text.ts'
import { mayBeKnownTo } from '../../core/sql/other-majors.ts'
import type { Statement } from '../../core/sql/statement-list.ts'
import type { Tree } from '../../core/sql/tree.ts'
import { faultInBody, mayHaveBody } from './function-body.ts'
import { isFault, type Parser, parserMajor, treeOrFault } from './parser.ts'

/** A section of a file that is to be parsed. */
export interface ParsedScript {
  readonly path: string
  readonly name: string
  readonly section: Section
}

/** A statement that PostgreSQL's parser cannot parse, or that its tree shows to be unfit for how it is to run. */
export interface Unparsable {
  readonly script: ParsedScript
  readonly location: Location
  readonly message: string
  /** What to write instead, of what can be parsed and cannot run all the same. */
  readonly hint?: string
  /** It is the body of a function or of a DO block. */
  readonly inBody: boolean
  /** A server of this major may understand it all the same. */
  readonly leftToServer: boolean
}

/** What became of a statement. */
interface Parsed {
  /** Null for one that this parser cannot take, though perhaps a server can. */
  readonly tree: Tree | null
  readonly fault: Unparsable | null
}

/** Parses the statements of a section, each once. */
export class SectionParser {
  private readonly parser: Parser
  private readonly script: ParsedScript
  private readonly major: number
  // Where the server is told not to look at bodies, it does not.
  private looksAtBodies = true

  /** @param major that of the server. */
  constructor(parser: Parser, script: ParsedScript, major: number) {
    this.parser = parser
    this.script = script
    this.major = major
  }

  /** Whether a statement has a body to be looked at; to be asked of one after the other. */
  hasBody(statement: Statement, sql: string): boolean {
    if (statement.kind === 'setting' && /check_function_bodies/i.test(sql)) this.looksAtBodies = false
    return this.looksAtBodies && mayHaveBody(sql)
  }

  /** @param withBody the body in it is parsed too. */
  parse(statement: Statement, sql: string, withBody: boolean): Parsed {
    const parsed = treeOrFault(this.parser, sql)
    if (parsed === null) return { tree: null, fault: null }
    if (isFault(parsed)) return { tree: null, fault: this.fault(statement, sql, parsed, false) }
    const { batch } = this.script.section
    const unfit = batch === null ? null : batchFault(parsed, batch)
    if (unfit !== null) return { tree: parsed, fault: this.unfit(statement, sql, unfit) }
    const inBody = withBody ? faultInBody(this.parser, sql, parsed) : null
    return { tree: parsed, fault: inBody === null ? null : this.fault(statement, sql, inBody, true) }
  }

  private unfit({ start }: Statement, sql: string, { message, hint, at }: BatchFault): Unparsable {
    const { script } = this
    const offset = Buffer.from(sql).toString('utf8', 0, at).length
    const location = locateIn(script.section, script.path, start, sql, offset)
    return { script, location, message, hint, inBody: false, leftToServer: false }
  }

  private fault(
    { start }: Statement,
    sql: string,
    { message, offset }: { readonly message: string; readonly offset: number },
    inBody: boolean,
  ): Unparsable {
    const { script, major } = this
    const location = locateIn(script.section, script.path, start, sql, offset)
    return { script, location, message, inBody, leftToServer: mayBeKnownTo(major, parserMajor, sql, message) }
  }
}
