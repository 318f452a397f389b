import { keyOf } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import type { Catalog, Table } from '../catalog.ts'
import { plainChange } from '../generated-statement.ts'
import type { FirstStep } from './relation-steps.ts'

interface Named {
  readonly schema: string
  readonly name: string
}

/** What goes from one schema and comes in another under the same name, with the same columns or values, moves there with its rows. */
export function moveSteps(have: Catalog, want: Catalog): FirstStep[] {
  const plain = ({ kind, inherits }: Table) => kind === 'table' && inherits.length === 0
  const tables = moved(have.tables.filter(plain), want.tables.filter(plain), columnsOf)
  const enums = moved(have.enums, want.enums, ({ labels }) => JSON.stringify(labels))
  const known = new Set(['public', ...have.others.flatMap(({ kind, name }) => (kind === 'schema' ? [name] : []))])
  const schemas = new Set([...enums, ...tables].flatMap(({ to }) => (known.has(to) ? [] : [to])))
  const move = (what: string, { item, to }: { readonly item: Named; readonly to: string }) => [
    plainChange(`ALTER ${what} ${quoteQualified(item.schema, item.name)} SET SCHEMA ${quoteIdentifier(to)}`, null),
  ]
  return [
    ...[...schemas].map((name) => [plainChange(`CREATE SCHEMA ${quoteIdentifier(name)}`, null)]),
    ...enums.map((one) => move('TYPE', one)),
    ...tables.map((one) => move('TABLE', one)),
  ]
}

/** A type of a schema that moves along is written with another name of it. */
function columnsOf({ schema, columns }: Table): string {
  const own = (type: string) => {
    const plain = type.replaceAll('"', '')
    return plain.startsWith(`${schema}.`) ? plain.slice(schema.length + 1) : plain
  }
  return JSON.stringify(columns.map(({ name, type }) => [name, own(type)]))
}

function moved<T extends Named>(before: readonly T[], after: readonly T[], textOf: (item: T) => string) {
  const [there, wanted] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))]
  const coming = after.filter((item) => !there.has(keyOf(item)))
  const going = before.filter((item) => !wanted.has(keyOf(item)))
  const isAlike = (one: T) => (other: T) => one.name === other.name && textOf(one) === textOf(other)
  return going.flatMap((item) => {
    const [to, ...more] = coming.filter(isAlike(item))
    return to === undefined || more.length > 0 || going.filter(isAlike(item)).length > 1
      ? []
      : [{ item, to: to.schema }]
  })
}
