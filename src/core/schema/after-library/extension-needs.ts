import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import { type Catalog, type Detail, needsExtension } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { objectName } from './object-name.ts'

/** Statements that say of functions, indexes, triggers and materialized views with which extensions they go. */
export function extensionNeedStatements(have: Catalog, want: Catalog): Change[] {
  const [before, after] = [needsIn(have), needsIn(want)]
  return [...new Map([...before, ...after])].flatMap(([key, detail]) => {
    const object = alterable(want, detail)
    if (object === null) return []
    const [old, fresh] = [extensionsOf(before.get(key)), extensionsOf(after.get(key))]
    return [
      ...old.filter((name) => !fresh.includes(name)).map((name) => `NO DEPENDS ON EXTENSION ${name}`),
      ...fresh.filter((name) => !old.includes(name)).map((name) => `DEPENDS ON EXTENSION ${name}`),
    ].map((words) => plainChange(`ALTER ${object} ${words}`, detail.table))
  })
}

function needsIn({ details }: Catalog): Map<string, Detail> {
  const found = details.filter(({ properties }) => properties[needsExtension] !== undefined)
  return new Map(found.map((item) => [JSON.stringify([item.kind, item.schema, item.path]), item]))
}

/** As names are written in SQL. */
const extensionsOf = (detail: Detail | undefined) => detail?.properties[needsExtension]?.split(', ') ?? []

function alterable(catalog: Catalog, { kind, schema, path }: Detail): string | null {
  if (kind === 'trigger') {
    const [table = '', trigger = ''] = path
    return `TRIGGER ${quoteIdentifier(trigger)} ON ${quoteQualified(schema ?? '', table)}`
  }
  const object = objectName(catalog, { kind, schema, path })
  return object === null ? null : `${object.keyword} ${object.name}`
}
