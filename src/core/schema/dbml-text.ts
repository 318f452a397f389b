import { unquoteIdentifier } from '../sql/quoting.ts'
/** How DBML writes names, texts, types and expressions. */

/** A name, quoted where it is more than letters, digits and underscores. */
export function nameOf(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quoted(name, '"')
}

/** `schema.name`, without `public`. */
export function qualified(schema: string, name: string): string {
  return schema === 'public' ? nameOf(name) : `${nameOf(schema)}.${nameOf(name)}`
}

/** A text in one line: `'it\'s'`. */
export function textOf(text: string): string {
  return quoted(text, "'")
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function quoted(text: string, quote: string): string {
  const inside = text.replace(/[\\'"\p{Cc}]/gu, (char) => {
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char
    return escapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return quote + inside + quote
}

/**
 * A note, over several lines where it has them. DBML takes blank lines before it and the margin that all lines share
 * off any note, so that these are lost.
 */
export function noteText(note: string, margin: string): string {
  const lines = note.split('\n')
  const isPlain = lines.every((line) => line === '' || /^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u.test(line))
  const atMargin = lines.some((line) => /^\S/.test(line))
  if (lines.length === 1 || !isPlain || !atMargin || lines[0] === '' || lines.at(-1) === '') return textOf(note)
  const inside = lines.map((line) => (line === '' ? '' : margin + line.replace(/[\\']/g, '\\$&')))
  return `'''\n${inside.join('\n')}'''`
}

/**
 * SQL between backticks; null where it cannot be said. Backticks have no escape there, but inside SQL's own quotes
 * they can be told by their number.
 */
export function expressionOf(sql: string): string | null {
  const told = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, (token) =>
    token.includes('`') ? `U&${token.replaceAll('\\', '\\\\').replaceAll('`', '\\0060')}` : token,
  )
  return told.includes('`') ? null : `\`${told}\``
}

/** SQL in a comment of its own lines. */
export function commentLines(text: string, margin: string): string[] {
  return text.split(/\r\n?|\n/).map((line) => `${margin}// ${line}`.trimEnd())
}

/** SQL without the parentheses that stand around the whole of it. */
export function withoutParentheses(sql: string): string {
  if (!sql.startsWith('(') || !sql.endsWith(')')) return sql
  let depth = 0
  for (const [token] of sql.slice(0, -1).matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (token === '(') depth++
    if (token === ')' && --depth === 0) return sql
  }
  return withoutParentheses(sql.slice(1, -1))
}

const aliases: readonly (readonly [RegExp, string])[] = [
  [/^character varying/, 'varchar'],
  [/^character\b/, 'char'],
  [/^bit varying/, 'varbit'],
  [/^timestamp(\(\d\))? with time zone$/, 'timestamptz$1'],
  [/^timestamp(\(\d\))? without time zone$/, 'timestamp$1'],
  [/^time(\(\d\))? with time zone$/, 'timetz$1'],
  [/^time(\(\d\))? without time zone$/, 'time$1'],
]

const part = '("(?:[^"]|"")+"|[^".()[\\]\\s]+)'
const ofSchema = new RegExp(`^${part}\\.${part}(\\(.*\\))?((?:\\[\\])*)$`)

/** A type as a person reads it, short and without `public`: `varchar(20)`, `timestamptz[]`, `mood`. */
export function shortType(type: string): string {
  const [, base = '', array = ''] = /^(.*?)((?:\[\])*)$/s.exec(type) ?? []
  for (const [pattern, alias] of aliases) if (pattern.test(base)) return base.replace(pattern, alias) + array
  return type.replace(/^public\./, '')
}

/**
 * A type as format_type writes it, in DBML. A name that is no plain identifier is DBML's where the type is an enum
 * of the same file, and SQL's elsewhere.
 */
export function typeOf(type: string, isEnum: (schema: string, name: string) => boolean): string {
  const [, schema, name, modifier = '', array = ''] = ofSchema.exec(type) ?? []
  if (schema !== undefined && name !== undefined) {
    const [inSchema, named] = [unquoteIdentifier(schema), unquoteIdentifier(name)]
    const plain = !schema.startsWith('"') && !name.startsWith('"') && isPlainType(named + modifier)
    if (isEnum(inSchema, named) || plain) return qualified(inSchema, named) + modifier + array
    return quoted(type, '"')
  }
  const short = shortType(type)
  return isPlainType(short.replace(/(\[\])+$/, '')) ? short : quoted(short, '"')
}

const isPlainType = (type: string) => /^[a-z_][a-z0-9_]*(\([A-Za-z0-9_, ]+\))?$/.test(type)

/** `what [setting, setting]`. */
export function withSettings(what: string, settings: readonly string[]): string {
  return settings.length === 0 ? what : `${what} [${settings.join(', ')}]`
}
