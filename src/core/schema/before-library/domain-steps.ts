import { keyOf } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import type { Catalog } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { notNullProperty } from '../not-null.ts'
import type { Other } from '../other.ts'
import type { FirstStep } from './relation-steps.ts'

/**
 * A domain of another type is made again, while its columns are of the new type itself. NOT NULL with another name is not
 * looked for in all columns again.
 */
export function domainSteps(have: Catalog, want: Catalog): FirstStep[] {
  const after = new Map(domainsIn(want).map((item) => [keyOf(item), item]))
  return domainsIn(have).flatMap((now) => {
    const then = after.get(keyOf(now))
    if (then === undefined) return []
    const name = quoteQualified(now.schema ?? '', now.name)
    if (baseOf(now) === baseOf(then)) return [renamedNotNull(name, now, then)].filter((step) => step.length > 0)
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

function renamedNotNull(domain: string, now: Other, then: Other): Change[] {
  const isNotNull = ({ definition }: Other) => / NOT NULL(?: |$)/.test(definition)
  const nameOf = ({ name, properties }: Other) => properties?.[notNullProperty] ?? quoteIdentifier(`${name}_not_null`)
  return nameOf(now) === nameOf(then) || !isNotNull(now) || !isNotNull(then)
    ? []
    : [plainChange(`ALTER DOMAIN ${domain} RENAME CONSTRAINT ${nameOf(now)} TO ${nameOf(then)}`, null)]
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
