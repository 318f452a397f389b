import { keyOf } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import type { Catalog } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { notNullProperty } from '../not-null.ts'
import type { Other } from '../other.ts'
import type { FirstStep } from './relation-steps.ts'

/**
 * A domain of another type is made again, while its columns are of the new type itself. Constraints with another name are not
 * looked for in all columns again.
 */
export function domainSteps(have: Catalog, want: Catalog): FirstStep[] {
  const after = new Map(domainsIn(want).map((item) => [keyOf(item), item]))
  return domainsIn(have).flatMap((now) => {
    const then = after.get(keyOf(now))
    if (then === undefined) return []
    const name = quoteQualified(now.schema ?? '', now.name)
    if (baseOf(now) === baseOf(then))
      return renamedConstraints(now, then).map(([old, fresh]) => [
        plainChange(`ALTER DOMAIN ${name} RENAME CONSTRAINT ${old} TO ${fresh}`, null),
      ])
    const columns = have.tables.flatMap((table) =>
      table.columns.flatMap(({ name: column, type }) => (isOf(type, now) ? [{ table, column }] : [])),
    )
    const retype = (type: string): Change[] =>
      columns.map(({ table, column }) => {
        const quoted = quoteIdentifier(column)
        const alter = `ALTER TABLE ${quoteQualified(table.schema, table.name)} ALTER COLUMN ${quoted}`
        return plainChange(`${alter} TYPE ${type} USING ${quoted}::${type}`, keyOf(table))
      })
    return [
      [
        ...retype(baseOf(then)),
        plainChange(`DROP DOMAIN ${name}`, null),
        plainChange(`CREATE DOMAIN ${name} AS ${then.definition}`, null),
        ...retype(name),
      ],
    ]
  })
}

/** The constraints that say the same by another name, both as SQL takes them. */
function renamedConstraints(now: Other, then: Other): (readonly [old: string, fresh: string])[] {
  const [before, after] = [constraintsOf(now), constraintsOf(then)]
  const gone = [...before].filter(([name]) => !after.has(name))
  const come = [...after].filter(([name]) => !before.has(name))
  return gone.flatMap(([old, text]) => {
    const same = come.filter(([, words]) => words === text)
    const [fresh] = same[0] ?? []
    const isOnly = same.length === 1 && gone.filter(([, words]) => words === text).length === 1
    return fresh === undefined || !isOnly ? [] : [[old, fresh] as const]
  })
}

/** What each says, by its name. */
function constraintsOf({ name, definition, properties }: Other): Map<string, string> {
  const checks = definition
    .split(' CONSTRAINT ')
    .slice(1)
    .flatMap((text): [string, string][] => {
      const [, called, words] = /^("(?:[^"]|"")*"|\S+) (.*)$/s.exec(text) ?? []
      return called === undefined || words === undefined ? [] : [[called, words]]
    })
  const notNull = properties?.[notNullProperty] ?? quoteIdentifier(`${name}_not_null`)
  return new Map([...checks, ...(/ NOT NULL(?: |$)/.test(definition) ? [[notNull, 'NOT NULL'] as const] : [])])
}

const domainsIn = ({ others }: Catalog) => others.filter(({ kind }) => kind === 'domain')

/** The type at the head of its definition. */
function baseOf({ definition }: Other): string {
  return definition.replace(/ (?:DEFAULT|NOT NULL|COLLATE|CONSTRAINT) .*$/s, '').replace(/ NOT NULL$/, '')
}

function isOf(type: string, { schema, name }: Other): boolean {
  const plain = (text: string) => text.replaceAll('"', '')
  return plain(type) === `${schema}.${name}` || (schema === 'public' && plain(type) === name)
}
