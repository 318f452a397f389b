/** The one place that puts names and texts into SQL. */

import { NselfError } from '../errors.ts'

/** A name as SQL takes it whatever it holds: `"My ""table"""`. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** PostgreSQL's own words that no table or column can be called by without quotes. */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently
  constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default
  deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner
  intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or
  order outer overlaps placing primary references returning right select session_user similar some symmetric system_user table
  tablesample then to trailing true union unique user using variadic verbose when where window with`.split(/\s+/),
)

/** A name in SQL that a person reads and pastes: quoted only where it must be. */
export function readableIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name) ? name : quoteIdentifier(name)
}

/** A name with its schema: `"public"."users"`. */
export function quoteQualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

/**
 * A text as SQL takes it, also where standard_conforming_strings is off: there a backslash in plain quotes is an escape.
 * @throws NselfError `usage` for a NUL, which no text of PostgreSQL can hold: the server would read no further.
 */
export function quoteLiteral(text: string | null): string {
  if (text === null) return 'NULL'
  if (text.includes('\0')) {
    throw new NselfError('usage', 'a text for the database contains a NUL byte', {
      hint: 'remove it: PostgreSQL cannot hold one; nothing was sent',
    })
  }
  const doubled = text.replaceAll("'", "''")
  return text.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}

/** The name that a quoted or plain identifier means; plain ones are returned as they are. */
export function unquoteIdentifier(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier
}

/** The name that an identifier means as SQL reads it: folded to small letters unless it is quoted. */
export function meantName(identifier: string): string {
  return identifier.startsWith('"') ? unquoteIdentifier(identifier) : identifier.toLowerCase()
}
