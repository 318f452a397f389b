import { Lexer, type Token } from '../../core/sql/lexer.ts'

/** A message of this size costs the server little; one of a whole large file would cost it six times the file. */
const largest = 1_000_000

/** SQL that is sent as one message. */
interface SqlChunk {
  readonly kind: 'sql' | 'copy'
  readonly sql: string
}

/** A chunk of a script. Each `copy` is followed by its data, and these by their end. */
type Chunk = SqlChunk | { readonly kind: 'data'; readonly text: string } | { readonly kind: 'end-of-data' }

/** A script of any size, pushed in whole lines, as messages of about 1 MB: whole statements, each COPY with its data. */
export async function* chunksOf(texts: AsyncIterable<string>): AsyncGenerator<Chunk> {
  const cutter = new Cutter()
  for await (const text of texts) yield* cutter.push(text)
  yield* cutter.finish()
}

class Cutter {
  private readonly lexer = new Lexer()
  /** What is not cut off yet. */
  private text = ''
  /** Offset of text[0] in the whole. */
  private base = 0
  /** The statements that wait to be sent: offsets in the whole. */
  private start: number | null = null
  private end = 0

  push(text: string): Chunk[] {
    this.text += text
    return this.take(this.lexer.push(text))
  }

  finish(): Chunk[] {
    return [...this.take(this.lexer.finish()), ...this.flush()]
  }

  private take(tokens: readonly Token[]): Chunk[] {
    const chunks: Chunk[] = []
    for (const token of tokens) {
      if (token.kind === 'statement') {
        if (token.copiesIn || token.end - (this.start ?? token.start) > largest) chunks.push(...this.flush())
        this.start ??= token.start
        this.end = token.end
        if (token.copiesIn) chunks.push(...this.flush('copy'))
      } else if (token.kind === 'skip') {
        chunks.push(...this.flush())
      } else if (token.kind === 'copy-data') {
        if (token.end > token.start) chunks.push({ kind: 'data', text: this.slice(token.start, token.end) })
        if (token.last) chunks.push({ kind: 'end-of-data' })
        this.forget(token.terminatorEnd)
      }
    }
    return chunks
  }

  /** The statements up to here as one chunk. Those that follow it need nothing of the text before. */
  private flush(kind: SqlChunk['kind'] = 'sql'): Chunk[] {
    if (this.start === null) return []
    this.forget(this.start)
    const chunk = { kind, sql: this.slice(this.start, this.end) }
    this.start = null
    this.forget(this.end)
    return [chunk]
  }

  private slice(start: number, end: number): string {
    return this.text.slice(start - this.base, end - this.base)
  }

  /** Drops the text before an offset. */
  private forget(offset: number): void {
    if (offset <= this.base) return
    this.text = this.text.slice(offset - this.base)
    this.base = offset
  }
}
