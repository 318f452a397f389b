import { certain } from '../certain.ts'
import { SqlError, type StatementToken, type Token } from '../sql/lexer.ts'
import { changesQuoting, transactionRole } from '../sql/statement.ts'
import type { Batch } from './batch.ts'
import { refuseUnfitBatch } from './batch-section.ts'
import { type Headers, parseHeader } from './headers.ts'
import { type Direction, directionOf, isMarker, type MarkerLookalike, markerLookalike } from './marker.ts'
import type { Dependency, Phase } from './migration.ts'
import { newSection, noBatch, type OpenSection } from './open-section.ts'
import type { ReplacesHeader } from './replaces-header.ts'

type Comment = Token & { readonly kind: 'comment' }

/** A header that declares variables, and the section that it stands in. */
export interface DeclaredVariables {
  readonly names: readonly string[]
  readonly start: number
  readonly section: OpenSection | null
}

interface SourceText {
  /** The text of a token of the last push. */
  readonly slice: (start: number, end: number) => string
  /** Tells the line on which a token of the last push stands, when it is asked for. */
  readonly lineAt: (offset: number) => () => number
}

/** Sorts the tokens of a migration file into its sections. The grammar is in docs/migration-files.md. */
export class FileGrammar {
  readonly dependsOn: Dependency[] = []
  /** What the file stands for, as its headers say. */
  readonly replaces: ReplacesHeader[] = []
  /** The rules that the file says it breaks on purpose. */
  readonly allows: string[] = []
  /** What the file says of the release. */
  phase: Phase | null = null
  private readonly source: SourceText
  private readonly byName: boolean
  private sections: OpenSection[] = []
  private readonly preamble: Headers = {
    transaction: true,
    lockTimeout: null,
    statementTimeout: null,
    role: null,
    nothingToDo: false,
    reruns: [],
    variables: [],
  }
  /** The first statement before any marker: allowed only when no marker follows. */
  private early: number | null = null
  private marked = false
  /** What stands before any marker belongs to UP. */
  private batch: Pick<OpenSection, 'batch' | 'batchAt'> = noBatch
  /** Where variables are declared; of those of the whole file `section` is null. */
  readonly declared: DeclaredVariables[] = []

  /** @param byName what it depends on is named by its file. */
  constructor(source: SourceText, byName = false) {
    this.source = source
    this.byName = byName
    this.open('up', 0, 0, () => 1)
  }

  /** The section that is open. */
  get current(): OpenSection {
    return certain(this.sections.at(-1))
  }

  /** @throws SqlError for what a migration may not hold. */
  take(token: Token): void {
    const section = this.current
    if (token.kind === 'statement') {
      if (!this.marked) this.early ??= token.start
      if (section.own.take(token)) return
      section.count++
      this.statement(token, section)
    } else if (token.kind === 'comment') {
      if (token.alone && isMarker(token.text)) this.marker(token)
      else this.comment(token, section)
    }
  }

  /** Ends the file. @throws SqlError where it lacks what a migration must have. */
  finish(end: number): { up: OpenSection; down: OpenSection | null } {
    this.current.end = end
    const [first] = this.sections
    if (first?.direction === 'down' && this.sections.length === 1) {
      throw new SqlError(first.opened, 'a DOWN section but no UP', 'add a line -- UP before the statements to apply')
    }
    for (const section of this.sections) {
      if (section.nothingToDo && section.count > 0) throw notNothing(section)
      Object.assign(section, section.own.finish(section.transaction))
      refuseUnfitBatch(section)
      if (section.blocks > 0 || section.batch !== null) section.transaction = false
    }
    return { up: certain(this.find('up')), down: this.find('down') ?? null }
  }

  private statement(token: StatementToken, section: OpenSection): void {
    if (token.words[0] === 'SET' && changesQuoting(this.source.slice(token.start, token.end))) {
      throw new SqlError(token.start, 'standard_conforming_strings must stay on', "write E'…' for strings with escapes")
    }
    if (transactionRole(token.words) === 'outside') section.transaction = false
  }

  private marker({ text, start, end }: Comment): void {
    const direction = directionOf(text)
    if (this.early !== null) throw new SqlError(this.early, 'statement before the first marker', 'move it below -- UP')
    const twin = this.marked ? this.find(direction) : undefined
    if (twin !== undefined) {
      const label = direction.toUpperCase()
      const message = `second ${label} section; the first begins on line ${twin.line()}`
      throw new SqlError(start, message, `keep one -- ${label}`)
    }
    // What stands before the first marker is no section of its own.
    if (!this.marked) this.sections = []
    else this.current.end = start
    this.marked = true
    this.open(direction, start, end, this.source.lineAt(start))
  }

  private open(direction: Direction, opened: number, start: number, line: () => number): void {
    const batch = direction === 'up' ? this.batch : noBatch
    this.sections.push(newSection(this.preamble, batch, { direction, opened, start, line }))
  }

  private comment(comment: Comment, section: OpenSection): void {
    const like = comment.alone ? markerLookalike(comment.text) : null
    if (like?.certain || (like && like.direction !== section.direction)) throw lookalikeFault(comment, like)
    const header = parseHeader(comment, this.byName)
    if (header === null) return
    if (comment.inStatement || section.count > 0) throw misplaced(comment)
    if ('dependsOn' in header) this.dependsOn.push(...header.dependsOn)
    else if ('replaces' in header) this.replaces.push(header.replaces)
    else if ('allows' in header) this.allows.push(header.allows)
    else if ('batch' in header) this.repeat(header.batch, comment, section)
    else if ('phase' in header) this.enter(header.phase, comment, section)
    else if ('reruns' in header) this.rerun(header.reruns, section)
    else if ('variables' in header) this.declare(header.variables, comment, section)
    else for (const target of this.marked ? [section] : [section, this.preamble]) Object.assign(target, header.set)
  }

  private repeat(batch: Batch, { start }: Comment, section: OpenSection): void {
    if (section.batch !== null)
      throw new SqlError(start, 'a second batch header in one section', 'keep one of them: it runs one statement')
    Object.assign(section, { batch, batchAt: start })
    if (!this.marked) this.batch = { batch, batchAt: start }
  }

  /** One for the whole file: its DOWN belongs to the phase of its UP. */
  private enter(phase: Phase, { start, text }: Comment, section: OpenSection): void {
    if (section.direction === 'down') {
      throw new SqlError(start, `${text} stands in DOWN`, 'a phase belongs to the whole migration: move it to the top')
    }
    if (this.phase !== null && this.phase !== phase) {
      throw new SqlError(
        start,
        `${text} comes after phase ${this.phase}`,
        'a migration has one phase: keep one of them',
      )
    }
    this.phase = phase
  }

  private rerun(names: readonly string[], section: OpenSection): void {
    for (const target of this.marked ? [section] : [section, this.preamble]) {
      target.reruns = [...new Set([...target.reruns, ...names])]
    }
  }

  private declare(names: readonly string[], { start }: Comment, section: OpenSection): void {
    for (const target of this.marked ? [section] : [section, this.preamble]) {
      target.variables = [...new Set([...target.variables, ...names])]
    }
    this.declared.push({ names, start, section: this.marked ? section : null })
  }

  private find(direction: Direction): OpenSection | undefined {
    return this.sections.find((section) => section.direction === direction)
  }
}

function lookalikeFault({ start, text }: Comment, { direction, foreign }: MarkerLookalike): SqlError {
  if (foreign) {
    return new SqlError(start, `${text} is a marker of another tool`, 'write -- UP and -- DOWN in place of such lines')
  }
  return new SqlError(
    start,
    `${text} looks like a section marker but is not one`,
    `to begin a section, write -- ${direction.toUpperCase()} alone on the line; for a comment, use other words`,
  )
}

function notNothing({ direction, opened }: OpenSection): SqlError {
  const label = direction.toUpperCase()
  return new SqlError(opened, `${label} says nothing-to-do but has a statement`, 'remove the header or the statement')
}

function misplaced({ start, text }: Comment): SqlError {
  return new SqlError(
    start,
    `${text} stands below a statement, where it has no effect`,
    'move it above the first statement of its section',
  )
}
