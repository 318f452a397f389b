import { NselfError } from '../errors.ts'
import { locate } from '../location.ts'
import { Lexer, SqlError, type Token } from '../sql/lexer.ts'
import { changesQuoting, transactionRole } from '../sql/statement.ts'
import { Checksum, checksumOf } from './checksum.ts'
import type { Dependency, Migration, Section } from './migration.ts'
import { canonicalVersion, parseVersion } from './version.ts'

const marker = /^--\s*(UP|DOWN)\s*(?::.*)?$/is
const header = /^--\s*(depends_on|nself)\s*:\s*(.*)$/is
/** How dbmate, goose, sql-migrate and others begin their sections. */
const foreignMarker = /^--\s*(?:migrate:(?:up|down)|(?:\+\w+\s+|@|rambler\s+)(?:up|down|undo))\b/i
const duration = /^\d+(?:us|ms|s|min|h|d)?$/
const fileName = /^(\d+)_(.+)\.sql$/

interface Headers {
  transaction: boolean
  lockTimeout: string | null
  statementTimeout: string | null
}

interface Draft extends Headers {
  readonly direction: 'up' | 'down'
  /** Where its marker stands. */
  readonly opened: number
  readonly start: number
  readonly line: number
  end: number
  statements: number
  /** What no server understands, to be blanked. */
  skipped: { start: number; end: number }[]
  parts: string[]
}

/** Version and name of a migration's file name, or null when it is not named like one. */
export function parseFileName(file: string): { version: string; name: string } | null {
  const match = fileName.exec(file)
  if (match === null) return null
  return { version: canonicalVersion(match[1] as string), name: file.slice(0, -4) }
}

/**
 * Reads one migration file, pushed in whole lines. With `hold` false the text of UP is not kept.
 * The grammar is in the README under "Migration files".
 */
export class MigrationReader {
  private readonly path: string
  private readonly hold: boolean
  private readonly lexer = new Lexer((comment) => marker.test(comment))
  /** Of the text of UP while it is not held. */
  private streamed = new Checksum()
  private readonly sections: Draft[] = []
  private readonly preamble: Headers = { transaction: true, lockTimeout: null, statementTimeout: null }
  private readonly dependsOn: Dependency[] = []
  /** The first statement before any marker: allowed only when no marker follows. */
  private early: number | null = null
  private marked = false
  /** The first marker of another tool: a file with no other would be read as all UP, its way down with it. */
  private foreign: NselfError | null = null
  private chunk = ''
  private chunkStart = 0
  private chunkLine = 1
  private fed = 0

  constructor(path: string, hold = true) {
    this.path = path
    this.hold = hold
    this.sections.push(this.draft('up', 0, 0, 1))
  }

  /** @throws NselfError `invalid-migration` with the place of the fault. */
  push(chunk: string): void {
    this.advance(chunk)
    this.guarded(() => {
      const nul = chunk.indexOf('\0')
      if (nul !== -1) throw new SqlError(this.chunkStart + nul, 'the file contains a NUL byte', 'save it as UTF-8 text')
      this.take(this.lexer.push(chunk))
    })
  }

  /** @throws NselfError `invalid-migration`. */
  finish(name: { version: string; name: string }): Migration {
    this.guarded(() => {
      this.take(this.lexer.finish())
      if (this.foreign !== null && !this.marked) throw this.foreign
      const [first] = this.sections
      if (first?.direction === 'down' && this.sections.length === 1) {
        throw new SqlError(first.opened, 'a DOWN section but no UP', 'add a line -- UP before the statements to apply')
      }
    })
    this.feed(this.chunkStart + this.chunk.length)
    const down = this.section('down')
    return {
      ...name,
      path: this.path,
      checksum: this.hold ? checksumOf(this.find('up')?.parts.join('') ?? '') : this.streamed.hex(),
      dependsOn: this.dependsOn,
      up: this.section('up') as Section,
      down: down !== null && down.statements > 0 ? down : null,
    }
  }

  private advance(chunk: string): void {
    this.feed(this.chunkStart + this.chunk.length)
    for (let i = this.chunk.indexOf('\n'); i !== -1; i = this.chunk.indexOf('\n', i + 1)) this.chunkLine++
    this.chunkStart += this.chunk.length
    this.chunk = chunk
  }

  /** Hands the text up to `end` to the section that is open. */
  private feed(end: number): void {
    const section = this.sections.at(-1) as Draft
    const text = this.chunk.slice(this.fed - this.chunkStart, end - this.chunkStart)
    if (text !== '' && this.fed >= section.start) {
      if (this.hold || section.direction === 'down') section.parts.push(text)
      else this.streamed.add(text)
      section.end = end
    }
    this.fed = end
  }

  private take(tokens: readonly Token[]): void {
    for (const token of tokens) {
      const section = this.sections.at(-1) as Draft
      if (token.kind === 'comment') {
        if (token.alone && marker.test(token.text)) this.openSection(token)
        else if (token.alone && foreignMarker.test(token.text)) this.foreign ??= this.fault(foreignFault(token))
        else if (!token.inStatement && section.statements === 0) this.header(token, section)
      } else if (token.kind === 'skip') {
        section.skipped.push(token)
      } else if (token.kind === 'statement') {
        if (!this.marked) this.early ??= token.start
        section.statements++
        this.statement(token, section)
      }
    }
  }

  private statement(token: Token & { kind: 'statement' }, section: Draft): void {
    if (token.words[0] === 'SET' && changesQuoting(this.lexer.slice(token.start, token.end))) {
      throw new SqlError(token.start, 'standard_conforming_strings must stay on', "write E'…' for strings with escapes")
    }
    const role = transactionRole(token.words)
    if (role === 'outside') section.transaction = false
    if (role === 'begins' || role === 'ends') this.refuseTransactionControl(token, role)
  }

  private refuseTransactionControl(token: Token & { kind: 'statement' }, role: 'begins' | 'ends'): never {
    const what = role === 'begins' ? 'begins a transaction' : "ends the runner's transaction"
    throw new SqlError(
      token.start,
      `${token.words.slice(0, 2).join(' ')} ${what}`,
      'remove BEGIN and COMMIT: each migration runs in a transaction of its own, with its tracking row',
    )
  }

  private openSection(token: Token & { kind: 'comment' }): void {
    const direction = (/UP/i.test(token.text.slice(0, token.text.search(/:|$/))) ? 'up' : 'down') as 'up' | 'down'
    if (this.early !== null) {
      throw new SqlError(this.early, 'statement before the first marker', 'move it below -- UP')
    }
    const twin = this.marked ? this.find(direction) : undefined
    if (twin !== undefined) {
      const label = direction.toUpperCase()
      throw new SqlError(
        token.start,
        `second ${label} section; the first begins on line ${twin.line}`,
        `keep one -- ${label}`,
      )
    }
    if (this.marked) this.feed(token.start)
    else {
      this.sections.pop()
      this.streamed = new Checksum()
    }
    this.marked = true
    let line = this.chunkLine
    for (
      let i = this.chunk.indexOf('\n');
      i !== -1 && i < token.start - this.chunkStart;
      i = this.chunk.indexOf('\n', i + 1)
    )
      line++
    this.sections.push(this.draft(direction, token.start, token.end, line))
    this.fed = token.end
  }

  private draft(direction: 'up' | 'down', opened: number, start: number, line: number): Draft {
    const { transaction, lockTimeout, statementTimeout } = this.preamble
    return {
      transaction,
      lockTimeout,
      statementTimeout,
      direction,
      opened,
      start,
      line,
      end: start,
      statements: 0,
      skipped: [],
      parts: [],
    }
  }

  private header(token: Token & { kind: 'comment' }, section: Draft): void {
    const match = header.exec(token.text)
    if (match === null) return
    const value = match[2] as string
    const wrong = (hint: string) => new SqlError(token.start, `header not understood: ${token.text}`, hint)
    if ((match[1] as string).toLowerCase() === 'depends_on') {
      for (const text of value.split(/[\s,]+/).filter((item) => item !== '')) {
        const version = parseVersion(text.replace(/\.sql$/, ''))
        if (version === null) throw wrong('write -- depends_on: 003_create_orders, 004')
        this.dependsOn.push({ version, text })
      }
      return
    }
    const targets = this.marked ? [section] : [section, this.preamble]
    const [word, amount, ...rest] = value.split(/\s+/)
    if (word === 'no-transaction' && amount === undefined) for (const target of targets) target.transaction = false
    else if (word === 'lock-timeout' && duration.test(amount ?? '') && rest.length === 0) {
      for (const target of targets) target.lockTimeout = amount as string
    } else if (word === 'statement-timeout' && duration.test(amount ?? '') && rest.length === 0) {
      for (const target of targets) target.statementTimeout = amount as string
    } else throw wrong('known: no-transaction, lock-timeout 5s, statement-timeout 1min')
  }

  private find(direction: 'up' | 'down'): Draft | undefined {
    return this.sections.find((section) => section.direction === direction)
  }

  private section(direction: 'up' | 'down'): Section | null {
    const draft = this.find(direction)
    if (draft === undefined) return null
    const sql = this.hold || direction === 'down' ? textOf(draft) : null
    const { line, start: offset, end, transaction, statements, lockTimeout, statementTimeout } = draft
    return { sql, line, offset, length: end - offset, transaction, statements, lockTimeout, statementTimeout }
  }

  private guarded(read: () => void): void {
    try {
      read()
    } catch (error) {
      throw error instanceof SqlError ? this.fault(error) : error
    }
  }

  private fault(error: SqlError): NselfError {
    const inChunk = error.offset >= this.chunkStart
    const text = inChunk ? this.chunk : this.lexer.slice(error.offset, this.chunkStart + this.chunk.length)
    const at = inChunk ? error.offset - this.chunkStart : 0
    const location = locate(this.path, text, at, inChunk ? this.chunkLine : 1)
    const hint = error.hint ?? 'mend the file; nothing was run'
    return new NselfError('invalid-migration', error.message, { location, hint })
  }
}

function foreignFault({ start, text }: { readonly start: number; readonly text: string }): SqlError {
  return new SqlError(start, `${text} is a marker of another tool`, 'write -- UP and -- DOWN in place of such lines')
}

/** The text of a section, blanks in place of what no server understands: all else keeps its place. */
function textOf({ parts, skipped, start }: Draft): string {
  let sql = parts.join('')
  for (const skip of skipped) {
    const blank = ' '.repeat(skip.end - skip.start)
    sql = sql.slice(0, skip.start - start) + blank + sql.slice(skip.end - start)
  }
  return sql
}

/** The DOWN of a file as it is stored with its row: with the headers that hold for it, wherever they stood. */
export function storedDown({ down }: Migration): string | null {
  if (down === null) return null
  const headers = [
    down.transaction ? null : 'no-transaction',
    down.lockTimeout && `lock-timeout ${down.lockTimeout}`,
    down.statementTimeout && `statement-timeout ${down.statementTimeout}`,
  ].filter((header) => header && !down.sql?.includes(`-- nself: ${header}`))
  return `${headers.map((header) => `\n-- nself: ${header}`).join('')}${down.sql}`
}

/** Parses a whole migration file. @throws NselfError `invalid-migration` with the place of the fault. */
export function parseMigration(path: string, name: { version: string; name: string }, text: string): Migration {
  const reader = new MigrationReader(path)
  reader.push(text)
  return reader.finish(name)
}
