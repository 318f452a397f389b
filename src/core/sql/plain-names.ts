const short: Readonly<Record<string, string>> = {
  'character varying': 'varchar',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
}
const longType = 'character varying|timestamp with(?:out)? time zone'

/** A type by the name that people write: `varchar(20)`. */
export function shortTypes(type: string): string {
  return type.replace(new RegExp(`\\b(?:${longType})\\b`, 'g'), (name) => short[name] ?? name)
}

/**
 * The same SQL as a person would write it: names unquoted where they need no quotes, types by their short names.
 * Strings, dollar quotes and comments stay as they are.
 * @param reserved words that must stay quoted, in lower case.
 */
export function plainNames(sql: string, reserved: ReadonlySet<string>): string {
  const kept = String.raw`'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|/\*[\s\S]*?\*/`
  const piece = new RegExp(String.raw`${kept}|"((?:[^"]|"")*)"|\b(?:${longType})\b`, 'g')
  return sql.replace(piece, (text: string, _tag: string | undefined, name: string | undefined, offset: number) => {
    if (name === undefined) return short[text] ?? text
    // U&"…" and what follows a letter is no plain name.
    const before = sql[offset - 1] ?? ' '
    return /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name) && !/[\w&$]/.test(before) ? name : text
  })
}
