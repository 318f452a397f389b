/** How far behind the word PASSWORD its literal is looked for, in UTF-16 units: a statement of a person is shorter. */
const reach = 1_000

const word = /password(?![\p{L}\p{N}_$])/giu
/** What may stand between the word and its literal: blanks, comments, operators, a prefix such as E or U&. */
const between = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|[=:(,]|encrypted\b|e(?=')|u&(?='))*/i
/** The literal comes from elsewhere in the statement: format('… PASSWORD %L', 'x'), 'PASSWORD ' || quote_literal('x'). */
const fromElsewhere = /^[\s"']*(?:%(?:\d+\$)?[-\d*]*[Ls]|\|\|)/i

/**
 * The passwords that a text of SQL gives to roles and the like: each literal behind the word PASSWORD, whatever its
 * quoting, doubled in the string of an EXECUTE too, as it is written and as it is meant. To be hidden by value
 * wherever they stand: they may be repeated in a message of the server, or on a line without the word.
 */
export function passwordLiterals(sql: string): string[] {
  const found: string[] = []
  for (const match of sql.matchAll(word)) {
    const from = match.index + match[0].length
    const rest = sql.slice(from, from + reach)
    if (fromElsewhere.test(rest)) found.push(...literalsIn(rest))
    else found.push(...literalBehind(rest, between.exec(rest)?.[0] ?? ''))
  }
  return [...new Set(found)].filter((literal) => literal !== '')
}

/** The literal that begins behind what stands before it, in its forms. */
function literalBehind(rest: string, before: string): string[] {
  const text = rest.slice(before.length)
  // In E'…' a quote can also be written with a backslash before it.
  const escaped = /e$/i.test(before) ? /^'((?:[^'\\]|\\[\s\S]|'')*)/.exec(text)?.[1] : undefined
  if (escaped?.includes('\\')) return [escaped, escaped.replace(/\\([\s\S])|''/g, (_, char = "'") => char)]
  const quotes = /^'+/.exec(text)?.[0]
  if (quotes !== undefined) return quoted(text, quotes)
  const tag = /^\$[\p{L}_]?[\p{L}\p{N}_]*\$/u.exec(text)?.[0]
  if (tag === undefined) return []
  const end = text.indexOf(tag, tag.length)
  return [text.slice(tag.length, end === -1 ? text.length : end)]
}

/** In a string within a string each quote is doubled, so as many as open a literal close it. */
function quoted(text: string, quotes: string): string[] {
  const doubled = quotes.repeat(2)
  let end = text.indexOf(quotes, quotes.length)
  while (end !== -1 && text.startsWith(doubled, end)) end = text.indexOf(quotes, end + doubled.length)
  const written = text.slice(quotes.length, end === -1 ? text.length : end)
  return [written, written.replaceAll(doubled, quotes), written.replaceAll(doubled, "'")]
}

/** Every literal up to the end of the statement, or of the text. */
function literalsIn(text: string): string[] {
  const end = text.indexOf(';')
  const statement = end === -1 ? text : text.slice(0, end)
  // The string that holds the word PASSWORD itself ends first.
  const [, ...literals] = statement.split("'")
  return literals.filter((_, i) => i % 2 === 1).map((literal) => literal.trim())
}
