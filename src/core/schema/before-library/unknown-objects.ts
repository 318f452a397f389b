import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import { objectName } from '../after-library/object-name.ts'
import type { Catalog } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import type { Other } from '../other.ts'
import { createSql } from './create-object.ts'
import { addSql, withdrawSql } from './operator-families.ts'
import { alteredTextSearch } from './text-search-changes.ts'

interface UnknownObjects {
  readonly before: Change[]
  readonly after: Change[]
  /** What `after` makes, as statements name it that stand on it. */
  readonly made: readonly string[]
  /** What names all that those are made of which go for good. */
  readonly gone: readonly string[]
}

/**
 * Statements for kinds of which the library that plans the difference knows nothing. What others are made of comes
 * before all else, what is made of others after; and the other way round where something goes.
 */
export function unknownObjects(have: Catalog, want: Catalog): UnknownObjects {
  const [old, fresh] = [objectsIn(have), objectsIn(want)]
  const altered = alterations(old, fresh)
  const changed = (from: Objects, to: Objects) =>
    [...from].flatMap(([key, item]) => (altered.has(key) || isSame(item, to.get(key)) ? [] : [item]))
  const [going, coming] = [changed(old, fresh), changed(fresh, old)]
  // A family stays as long as there are classes in it: what it has besides comes and goes.
  const stays = (item: Other) =>
    item.kind === 'operator family' &&
    (item.schema === 'pg_catalog' || (old.has(keyOfObject(item)) && fresh.has(keyOfObject(item))))
  const drop = (item: Other) =>
    (stays(item) ? withdrawSql(item) : dropSql(have, item)).map((sql) => plainChange(sql, null))
  const create = (item: Other) => (stays(item) ? addSql(item) : createSql(item)).map((sql) => plainChange(sql, null))
  const isFirst = (item: Other) => item.kind === 'text search' || isOfPostgres(item)
  // What is made again has to go first; nothing else can stand on it then.
  const isLate = (item: Other) => isFirst(item) && !fresh.has(keyOfObject(item))
  const first = coming.filter(isFirst)
  return {
    before: [
      ...newSchemas(have, first).map((name) => plainChange(`CREATE SCHEMA ${quoteIdentifier(name)}`, null)),
      ...going
        .filter((item) => !isLate(item))
        .toReversed()
        .flatMap(drop),
      ...first.flatMap(create),
      ...[...altered.values()].flat().map((sql) => plainChange(sql, null)),
    ],
    after: [
      ...coming.filter((item) => !isFirst(item)).flatMap(create),
      ...going.filter(isLate).toReversed().flatMap(drop),
    ],
    gone: going
      .filter((item) => !fresh.has(keyOfObject(item)))
      .flatMap(({ name, definition, properties = {} }) => [name, definition, ...Object.values(properties)]),
    made: coming.filter((item) => !isFirst(item)).flatMap(usedAs),
  }
}

type Objects = ReadonlyMap<string, Other>

/** The statements for what is changed where it is, by key. */
function alterations(old: Objects, fresh: Objects): Map<string, string[]> {
  return new Map(
    [...old].flatMap(([key, now]) => {
      const then = fresh.get(key)
      const sql = now.kind !== 'text search' || isSame(now, then) || !then ? null : alteredTextSearch(now, then)
      return sql === null ? [] : [[key, sql] as const]
    }),
  )
}

/** How what uses it names it; casts and conversions are used without their name. */
function usedAs({ kind, schema, name }: Other): string[] {
  if (kind === 'operator') return [`OPERATOR(${quoteIdentifier(schema ?? '')}.${name.split(' (')[0]})`]
  if (kind !== 'operator class') return []
  return [quoteQualified(schema ?? '', name.slice(0, name.lastIndexOf(' USING ')))]
}

/** Of a method or a language whether all that it is made of is PostgreSQL's own: indexes and functions may stand on it. */
function isOfPostgres({ kind, name, properties = {} }: Other): boolean {
  if (!methods.has(kind)) return false
  const { family: _, ...rest } = properties
  return ![kind === 'transform' ? name : '', ...Object.values(rest)].some((text) => text.includes('.'))
}

/** Every database begins with public. */
function newSchemas({ others }: Catalog, items: readonly Other[]): string[] {
  const known = new Set(['public', ...others.flatMap(({ kind, name }) => (kind === 'schema' ? [name] : []))])
  return [...new Set(items.flatMap(({ schema }) => (schema === null || known.has(schema) ? [] : [schema])))]
}

const methods = new Set(['access method', 'language', 'operator family', 'operator class', 'transform'])
const textSearch = ['template', 'parser', 'dictionary', 'configuration']
const inOrder = [
  'text search',
  'access method',
  'language',
  'cast',
  'operator',
  'operator family',
  'operator class',
  'transform',
  'conversion',
]

/** In an order in which each stands on those before it. */
function objectsIn({ others }: Catalog): Map<string, Other> {
  const rank = ({ kind, name }: Other) =>
    inOrder.indexOf(kind) + (kind === 'text search' ? textSearch.indexOf(name.split(' ')[0] ?? '') / 10 : 0)
  const known = others.filter(({ kind }) => inOrder.includes(kind))
  return new Map(known.toSorted((a, b) => rank(a) - rank(b)).map((item) => [keyOfObject(item), item]))
}

const keyOfObject = ({ kind, schema, name }: Other) => JSON.stringify([kind, schema, name])

function isSame(one: Other, other: Other | undefined): boolean {
  const text = ({ definition, properties }: Other) => JSON.stringify([definition, properties])
  return other !== undefined && text(one) === text(other)
}

function dropSql(catalog: Catalog, { kind, schema, name }: Other): string[] {
  const object = objectName(catalog, { kind, schema, path: written.has(kind) ? name : [name] })
  return object === null ? [] : [`DROP ${object.keyword} ${object.name}`]
}

/** Kinds whose names say more than a name. */
const written = new Set(['text search', 'cast', 'transform', 'operator', 'operator class', 'operator family'])
