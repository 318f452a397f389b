/**
 * The one place that joins names with dots and takes them apart again. A name that holds a dot, a quote or an equals
 * sign is quoted as in SQL, any other stands as it is: `users.name`, `"a.b".c`. So what is joined can always be split.
 */

import { quoteIdentifier, unquoteIdentifier } from './quoting.ts'

/** What a schema holds. */
export interface QualifiedName {
  readonly schema: string
  readonly name: string
}

/** Names joined with dots. */
export function dotted(...names: readonly string[]): string {
  return names.map((name) => (/^[^".=]+$/.test(name) ? name : quoteIdentifier(name))).join('.')
}

/** The names that were joined, or null for what is no such path: `a..b`, `"a`. Any of them may be quoted. */
export function splitDotted(path: string): string[] | null {
  const part = /("(?:[^"]|"")*"|[^".]+)(\.|$)/y
  const names: string[] = []
  for (let rest = true; rest; ) {
    const [, word, dot] = part.exec(path) ?? []
    if (word === undefined) return null
    names.push(unquoteIdentifier(word))
    rest = dot === '.'
  }
  return names
}

/** The key of a table or the like: `public.users`; the name alone where there is no schema. */
export function keyOf({ schema, name }: { readonly schema: string | null; readonly name: string }): string {
  return schema === null ? dotted(name) : dotted(schema, name)
}

/** What keyOf made the key of. */
export function ofKey(key: string): QualifiedName {
  const [schema, name] = splitDotted(key) ?? []
  if (schema === undefined || name === undefined) throw new Error(`no key of a table: ${key}`)
  return { schema, name }
}

/** A name as a person reads it, and writes it: without `public`. */
export function shortName(schema: string | null, ...names: readonly string[]): string {
  return schema === null || schema === 'public' ? dotted(...names) : dotted(schema, ...names)
}
