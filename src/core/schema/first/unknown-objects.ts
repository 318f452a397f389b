import { quoteIdentifier } from '../../sql/quoting.ts'
import type { Catalog } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import type { Other } from '../other.ts'
import { objectName } from '../rest/object-name.ts'
import { createSql } from './create-object.ts'

/**
 * Statements for kinds of which the library that plans the difference knows nothing. What others are made of comes
 * before all else, what is made of others after; and the other way round where something goes.
 */
export function unknownObjects(have: Catalog, want: Catalog): { readonly before: Change[]; readonly after: Change[] } {
  const [old, fresh] = [objectsIn(have), objectsIn(want)]
  const going = [...old].filter(([key, item]) => !isSame(item, fresh.get(key))).map(([, item]) => item)
  const coming = [...fresh].filter(([key, item]) => !isSame(item, old.get(key))).map(([, item]) => item)
  const drop = (item: Other) => dropSql(have, item).map((sql) => plainChange(sql, null))
  const create = (item: Other) => createSql(item).map((sql) => plainChange(sql, null))
  // What is made again has to go first; nothing else can stand on it then.
  const isLate = (item: Other) => item.kind === 'text search' && !fresh.has(keyOfObject(item))
  const first = coming.filter(({ kind }) => kind === 'text search')
  return {
    before: [
      ...newSchemas(have, first).map((name) => plainChange(`CREATE SCHEMA ${quoteIdentifier(name)}`, null)),
      ...going
        .filter((item) => !isLate(item))
        .toReversed()
        .flatMap(drop),
      ...first.flatMap(create),
    ],
    after: [
      ...coming.filter(({ kind }) => kind !== 'text search').flatMap(create),
      ...going.filter(isLate).toReversed().flatMap(drop),
    ],
  }
}

/** Every database begins with public. */
function newSchemas({ others }: Catalog, items: readonly Other[]): string[] {
  const known = new Set(['public', ...others.flatMap(({ kind, name }) => (kind === 'schema' ? [name] : []))])
  return [...new Set(items.flatMap(({ schema }) => (schema === null || known.has(schema) ? [] : [schema])))]
}

const kinds = ['template', 'parser', 'dictionary', 'configuration']

/** In an order in which each stands on those before it. */
function objectsIn({ others }: Catalog): Map<string, Other> {
  const rank = ({ kind, name }: Other) =>
    kind === 'text search' ? kinds.indexOf(name.split(' ')[0] ?? '') : kinds.length
  const known = others.filter(
    ({ kind }) => kind === 'text search' || kind === 'cast' || kind === 'operator' || kind === 'conversion',
  )
  return new Map(known.toSorted((a, b) => rank(a) - rank(b)).map((item) => [keyOfObject(item), item]))
}

const keyOfObject = ({ kind, schema, name }: Other) => JSON.stringify([kind, schema, name])

function isSame(one: Other, other: Other | undefined): boolean {
  const text = ({ definition, properties }: Other) => JSON.stringify([definition, properties])
  return other !== undefined && text(one) === text(other)
}

function dropSql(catalog: Catalog, { kind, schema, name }: Other): string[] {
  const written = kind === 'conversion' ? [name] : name
  const object = objectName(catalog, { kind, schema, path: written })
  return object === null ? [] : [`DROP ${object.keyword} ${object.name}`]
}
