import { closest, distance } from 'fastest-levenshtein'
import type { DesignColumn, DesignEnum } from './design.ts'
import { extensionOfType } from './extensions.ts'

/** The types that people write most. */
const usual =
  'bigint bigserial boolean bytea char cidr date decimal inet integer interval json jsonb macaddr money numeric real serial smallint smallserial text time timestamp timestamptz timetz tsvector uuid varchar xml'

/** What to do about a type that neither PostgreSQL nor the design knows. */
export function hintForUnknownType({ name, type }: DesignColumn, enums: readonly DesignEnum[]): string {
  if (/^(?:primary|foreign|unique|constraint|key|check|index)$/i.test(name))
    return 'this line is SQL: in DBML a key is written [pk] behind its column, or under indexes { (a, b) [pk] }'
  const extension = extensionOfType(type)
  if (extension !== null)
    return `it comes with the extension ${extension}, which this server does not have: install it there`
  const [, word = '', rest = ''] = /^(\w+)(.*)$/s.exec(type) ?? []
  const sameName = enums.find((item) => item.name.toLowerCase() === word.toLowerCase())
  if (sameName !== undefined) {
    const written = sameName.schema === 'public' ? sameName.name : `${sameName.schema}.${sameName.name}`
    return `the design has the Enum ${written}: write ${written}${rest}`
  }
  const near = nearest(word, [...usual.split(' '), ...enums.map((item) => item.name)])
  if (near !== null) return `did you mean ${near}${rest}?`
  return 'use one that PostgreSQL knows, such as text, varchar(20), bigint, numeric(10,2), timestamptz or jsonb, or an Enum of the design; one of an extension needs a migration with CREATE EXTENSION first'
}

function nearest(word: string, known: readonly string[]): string | null {
  if (word.length < 3) return null
  const near = closest(word.toLowerCase(), known)
  return distance(word.toLowerCase(), near.toLowerCase()) <= Math.ceil(word.length / 4) ? near : null
}
