import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lexer, SqlError, type Token } from '../../../src/core/sql/lexer.ts'

/** What SQL is made of, and what it is broken with. */
const atoms = fc.constantFrom(
  ...[
    "'",
    "E'",
    '"',
    '$$',
    '$a$',
    '$a',
    '$1',
    '--',
    '/*',
    '*/',
    '\\',
    "\\'",
    '\\.',
    '\\restrict a',
    ';',
    '(',
    ')',
    '.',
  ],
  ...['\n', '\n', '\r\n', '\r', ' ', '\t', '\u00a0', '😀', 'é', 'e', '1', '-', '/', '*', '+', '$', '\0'],
  ...[
    '-- UP\n',
    '\n-- DOWN\n',
    'SELECT ',
    'INSERT ',
    'REINDEX (',
    'COPY t FROM stdin',
    'COPY t FROM stdin;\n',
    '\n\\.\n',
  ],
  ...["E'a'\n", "'b\\'", '-- c\n', 'CREATE FUNCTION f() ', ' BEGIN ATOMIC ', ' CASE ', ' END ', ' AS '],
)
const texts = fc.array(atoms, { maxLength: 40 }).map((parts) => parts.join(''))
/** Where to cut a text, in thousandths of its length: anywhere, even through a word, a line end or an emoji. */
const cuts = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 12 })

function split(text: string, at: readonly number[]): string[] {
  const places = [0, ...at.map((part) => Math.floor((part * text.length) / 1000)), text.length].sort((a, b) => a - b)
  return places.slice(1).map((place, i) => text.slice(places[i], place))
}

/** The tokens of a text, or its fault. The pieces of COPY data, which depend on how it was split, are joined. */
function lex(pieces: readonly string[]): Token[] | object {
  const lexer = new Lexer((comment) => /^-- (UP|DOWN)$/.test(comment))
  const tokens: Token[] = []
  try {
    for (const token of [...pieces.flatMap((piece) => lexer.push(piece)), ...lexer.finish()]) {
      const before = tokens.at(-1)
      if (token.kind === 'copy-data' && before?.kind === 'copy-data' && !before.last) {
        tokens[tokens.length - 1] = { ...token, start: before.start }
      } else tokens.push(token)
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    return { offset: error.offset, message: error.message }
  }
  return tokens
}

test('the tokens and faults of a text do not depend on how it is split', () => {
  fc.assert(
    fc.property(texts, cuts, (text, at) => {
      expect(lex(split(text, at))).toEqual(lex([text]))
    }),
    { numRuns: 3000 },
  )
})

test('the tokens of a text stand one after the other inside it, statements without blanks around them', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const tokens = lex([text])
      if (!Array.isArray(tokens)) return
      let end = 0
      for (const token of tokens as Token[]) {
        if (token.kind === 'comment' && token.inStatement) continue
        expect(token.start).toBeGreaterThanOrEqual(end)
        expect(token.end).toBeGreaterThanOrEqual(token.start)
        end = token.end
        if (token.kind === 'statement') expect(text.slice(token.start, end)).toMatch(/^[^ \t\r\n](.*[^ \t\r\n])?$/s)
      }
      expect(end).toBeLessThanOrEqual(text.length)
    }),
    { numRuns: 2000 },
  )
})

test('a statement can be sliced out right after the push that returns it', () => {
  fc.assert(
    fc.property(texts, cuts, (text, at) => {
      const lexer = new Lexer()
      try {
        for (const piece of split(text, at)) {
          for (const { kind, start, end } of lexer.push(piece)) {
            if (kind === 'statement') expect(lexer.slice(start, end)).toBe(text.slice(start, end))
          }
        }
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
      }
    }),
    { numRuns: 1000 },
  )
})
