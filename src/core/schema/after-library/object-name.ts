import { splitDotted } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import type { Catalog, Path } from '../catalog.ts'

/** Something of a catalog as statements name it. */
export interface ObjectName {
  /** As ALTER and COMMENT ON want it: `FOREIGN DATA WRAPPER`. */
  readonly keyword: string
  /** As GRANT wants it; null for what nobody has rights to. */
  readonly grantKeyword: string | null
  readonly name: string
}

interface Named {
  readonly kind: string
  readonly schema: string | null
  readonly path: Path
}

const keywords: Readonly<Record<string, readonly [keyword: string, grantKeyword: string | null]>> = {
  schema: ['SCHEMA', 'SCHEMA'],
  table: ['TABLE', 'TABLE'],
  'foreign table': ['FOREIGN TABLE', 'TABLE'],
  view: ['VIEW', 'TABLE'],
  'materialized view': ['MATERIALIZED VIEW', 'TABLE'],
  sequence: ['SEQUENCE', 'SEQUENCE'],
  enum: ['TYPE', 'TYPE'],
  type: ['TYPE', 'TYPE'],
  domain: ['DOMAIN', 'DOMAIN'],
  collation: ['COLLATION', null],
  conversion: ['CONVERSION', null],
  statistics: ['STATISTICS', null],
  index: ['INDEX', null],
  function: ['FUNCTION', 'FUNCTION'],
  aggregate: ['AGGREGATE', 'FUNCTION'],
  operator: ['OPERATOR', null],
  'operator class': ['OPERATOR CLASS', null],
  'operator family': ['OPERATOR FAMILY', null],
  cast: ['CAST', null],
  transform: ['TRANSFORM', null],
  language: ['LANGUAGE', 'LANGUAGE'],
  'access method': ['ACCESS METHOD', null],
  'foreign-data wrapper': ['FOREIGN DATA WRAPPER', 'FOREIGN DATA WRAPPER'],
  'foreign server': ['SERVER', 'FOREIGN SERVER'],
  publication: ['PUBLICATION', null],
  subscription: ['SUBSCRIPTION', null],
  'event trigger': ['EVENT TRIGGER', null],
  extension: ['EXTENSION', null],
}

/** Null for what has no such name: a part of a table, or a kind that no statement here is about. */
export function objectName(catalog: Catalog, { kind, schema, path }: Named): ObjectName | null {
  if (kind === 'text search' && typeof path === 'string') return textSearchName(schema, path)
  const words = keywords[kind]
  if (words === undefined) return null
  const [keyword, grantKeyword] = words
  if (typeof path !== 'string') {
    const [name] = path
    if (name === undefined || path.length > 1) return null
    return { keyword, grantKeyword, name: schema === null ? quoteIdentifier(name) : quoteQualified(schema, name) }
  }
  const name = writtenName(kind, schema, path)
  if (name === null) return null
  return isProcedure(catalog, kind, schema, path)
    ? { keyword: 'PROCEDURE', grantKeyword: 'PROCEDURE', name }
    : { keyword, grantKeyword, name }
}

function isProcedure({ others }: Catalog, kind: string, schema: string | null, path: string): boolean {
  if (kind !== 'function') return false
  const found = others.find((item) => item.kind === 'function' && item.name === path && item.schema === schema)
  return found?.definition.startsWith('CREATE OR REPLACE PROCEDURE') === true
}

/** Of a kind whose path is one text. */
function writtenName(kind: string, schema: string | null, path: string): string | null {
  if (kind === 'cast') return `(${path})`
  if (kind === 'transform') return path
  if (schema === null) return null
  if (kind === 'operator') {
    const [, name, types] = /^(\S+) \((.*)\)$/.exec(path) ?? []
    return `${quoteIdentifier(schema)}.${name} (${types?.replace(/^-(?=, )|(?<=, )-$/, 'NONE')})`
  }
  const place = path.lastIndexOf(' USING ')
  if (kind === 'operator class' || kind === 'operator family') {
    return `${quoteQualified(schema, path.slice(0, place))} USING ${path.slice(place + 7)}`
  }
  const [, name, rest] = /^((?:"(?:[^"]|"")*"|[^"(])*)(\(.*\))$/s.exec(path) ?? []
  const [bare] = splitDotted(name ?? '') ?? []
  return bare === undefined ? null : `${quoteQualified(schema, bare)}${rest}`
}

function textSearchName(schema: string | null, path: string): ObjectName {
  const place = path.indexOf(' ')
  const [what, name] = [path.slice(0, place), path.slice(place + 1)]
  return { keyword: `TEXT SEARCH ${what.toUpperCase()}`, grantKeyword: null, name: quoteQualified(schema ?? '', name) }
}
