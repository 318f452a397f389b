import type { Section } from '../../core/migration/migration.ts'
import { Lexer, type Token } from '../../core/sql/lexer.ts'

/** A message of this size costs the server little; one of a whole large file would cost it six times the file. */
const largest = 1_000_000

/** SQL that is sent as one message, and where in its file it begins. */
export interface SqlPiece {
  readonly kind: 'sql' | 'copy'
  readonly sql: string
  /** Line of the file on which it begins, from 1. */
  readonly line: number
  /** What stands before it on that line. */
  readonly before: string
}

/** A piece of a section. Each `copy` is followed by its data, and these by their end. */
export type Piece = SqlPiece | { readonly kind: 'data'; readonly text: string } | { readonly kind: 'end-of-data' }

/** The section as one message, or null for one that is too large for that or has COPY data in it. */
export function wholePiece({ sql, line }: Section): SqlPiece | null {
  if (sql === null || sql.length > largest || /\bstdin\b/i.test(sql)) return null
  return { kind: 'sql', sql, line, before: '' }
}

/**
 * A text of any size, pushed in whole lines, as messages of about 1 MB: whole statements, each COPY with its data.
 * @param line the line of the file on which the text begins.
 */
export async function* piecesOf(texts: AsyncIterable<string> | Iterable<string>, line: number): AsyncGenerator<Piece> {
  const cutter = new Cutter(line)
  for await (const text of texts) yield* cutter.push(text)
  yield* cutter.finish()
}

class Cutter {
  private readonly lexer = new Lexer()
  /** What is not cut off yet, from the beginning of a line on. */
  private text = ''
  /** Offset of text[0] in the whole, and its line in the file. */
  private base = 0
  private line: number
  /** The statements that wait to be sent: offsets in the whole. */
  private start: number | null = null
  private end = 0

  constructor(line: number) {
    this.line = line
  }

  push(text: string): Piece[] {
    this.text += text
    return this.take(this.lexer.push(text))
  }

  finish(): Piece[] {
    return [...this.take(this.lexer.finish()), ...this.flush()]
  }

  private take(tokens: readonly Token[]): Piece[] {
    const pieces: Piece[] = []
    for (const token of tokens) {
      if (token.kind === 'statement') {
        if (token.copiesIn || token.end - (this.start ?? token.start) > largest) pieces.push(...this.flush())
        this.start ??= token.start
        this.end = token.end
        if (token.copiesIn) pieces.push(...this.flush('copy'))
      } else if (token.kind === 'skip') {
        pieces.push(...this.flush())
      } else if (token.kind === 'copy-data') {
        if (token.end > token.start) pieces.push({ kind: 'data', text: this.slice(token.start, token.end) })
        if (token.last) pieces.push({ kind: 'end-of-data' })
        this.forget(token.terminatorEnd)
      }
    }
    return pieces
  }

  /** The statements up to here as one piece. Those that follow it need nothing of the text before. */
  private flush(kind: SqlPiece['kind'] = 'sql'): Piece[] {
    if (this.start === null) return []
    this.forget(this.start)
    const piece: SqlPiece = {
      kind,
      sql: this.slice(this.start, this.end),
      line: this.line,
      before: this.slice(this.base, this.start),
    }
    this.start = null
    this.forget(this.end)
    return [piece]
  }

  private slice(start: number, end: number): string {
    return this.text.slice(start - this.base, end - this.base)
  }

  /** Drops the lines before an offset. */
  private forget(offset: number): void {
    if (offset <= this.base) return
    const cut = this.text.lastIndexOf('\n', offset - this.base - 1) + 1
    if (cut <= 0) return
    for (let at = this.text.indexOf('\n'); at !== -1 && at < cut; at = this.text.indexOf('\n', at + 1)) this.line++
    this.text = this.text.slice(cut)
    this.base += cut
  }
}
