import type { InlineRef, Ref, RefEndpoint } from '@dbml/parse'
import { NselfError } from '../../core/errors.ts'
import type { Location } from '../../core/location.ts'
import { type Rule, rules } from '../../core/schema/catalog.ts'
import type { DesignColumn, DesignReference, DesignTable } from '../../core/schema/design.ts'
import { sameMembers } from '../../core/schema/same-list.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import type { WholeTable } from './table.ts'

type AnyRef = Pick<Ref, 'endpoints' | 'token'> & Partial<Ref>

/** References of columns that a table has from a partial. */
export function partialReferences(table: WholeTable): AnyRef[] {
  return table.borrowed.flatMap((field) =>
    field.inline_refs.map((ref): AnyRef => {
      const own = { schemaName: table.schemaName, tableName: table.name, fieldNames: [field.name] }
      const other = { schemaName: ref.schemaName, tableName: ref.tableName, fieldNames: ref.fieldNames }
      const [ownMany, otherMany] = sidesOf(ref.relation)
      const end = (part: typeof own, many: boolean): RefEndpoint => ({
        ...part,
        relation: many ? '*' : '1',
        token: ref.token,
      })
      return { endpoints: [end(other, otherMany), end(own, ownMany)], token: ref.token }
    }),
  )
}

function sidesOf(relation: InlineRef['relation']): [own: boolean, other: boolean] {
  const op = relation.replaceAll('?', '')
  return [op === '>' || op === '<>', op === '<' || op === '<>']
}

const endOf = ({ schemaName, tableName, fieldNames }: RefEndpoint) => ({
  schema: schemaName ?? 'public',
  table: tableName,
  columns: fieldNames,
})

/**
 * A reference with one side that has the foreign key.
 * @param many that side; null where both are one: then the side that is no key has it, or the one that does not count
 * its own numbers, or the second.
 */
export function referenceOf(
  ref: AnyRef,
  many: RefEndpoint | null,
  tables: readonly DesignTable[],
  at: Location,
): DesignReference {
  const [first, second] = ref.endpoints
  const isTarget = (end: RefEndpoint) => canBeTarget(end, tables)
  const counts = (end: RefEndpoint) =>
    tableOf(end, tables)?.columns.some((column) => column.increment && end.fieldNames.includes(column.name))
  const secondIsKey = isTarget(second) && (!isTarget(first) || (counts(second) && !counts(first)))
  const from = many ?? (secondIsKey ? first : second)
  const to = from === first ? second : first
  return { name: ref.name ?? null, from: endOf(from), to: endOf(to), ...rulesOf(ref), at }
}

function tableOf(end: RefEndpoint, tables: readonly DesignTable[]): DesignTable | undefined {
  const { schema, table } = endOf(end)
  return tables.find((item) => item.schema === schema && item.name === table)
}

/** Whether a foreign key can refer to it. */
function canBeTarget(end: RefEndpoint, tables: readonly DesignTable[]): boolean {
  const table = tableOf(end, tables)
  if (table === undefined) return false
  const isThem = (columns: readonly string[]) => sameMembers(columns, end.fieldNames)
  return (
    table.keys.some((key) => isThem(key.columns)) ||
    table.indexes.some(
      ({ unique, keys }) => unique && keys.every((key) => key.isColumn) && isThem(keys.map((key) => key.text)),
    )
  )
}

function rulesOf(ref: AnyRef): { onDelete: Rule; onUpdate: Rule } {
  const rule = (text = 'no action') => rules.find((rule) => rule === text.toLowerCase()) ?? 'no action'
  return { onDelete: rule(ref.onDelete), onUpdate: rule(ref.onUpdate) }
}

/** Many to many: a table between the two, as dbdiagram.io makes it, unless there is one of that name already. */
export function joinTable(ref: AnyRef, tables: DesignTable[], references: DesignReference[], at: Location): void {
  const [left, right] = [endOf(ref.endpoints[0]), endOf(ref.endpoints[1])]
  const taken = new Set(tables.map(keyOf))
  let name = `${left.table}_${right.table}`
  for (let n = 1; taken.has(keyOf({ schema: left.schema, name })); n++) name = `${left.table}_${right.table}_${n}`
  const columns: DesignColumn[] = []
  const sides = [left, right].map((end) => {
    const target = tables.find((table) => table.schema === end.schema && table.name === end.table)
    const names = end.columns.map((column) => {
      const type = target?.columns.find((item) => item.name === column)?.type
      if (type === undefined)
        throw new NselfError('invalid-design', `${end.table} has no column ${column}`, { location: at })
      let own = `${end.table}_${column}`
      while (columns.some((item) => item.name === own)) own = `${own}_2`
      columns.push({ name: own, type, notNull: true, default: null, increment: false, comment: null, at })
      return own
    })
    return { names, end }
  })
  tables.push({
    schema: left.schema,
    name,
    comment: null,
    columns,
    keys: [{ kind: 'primary key', name: null, columns: columns.map((column) => column.name), at }],
    checks: [],
    indexes: [],
    at,
  })
  for (const { names, end } of sides) {
    const from = { schema: left.schema, table: name, columns: names }
    references.push({ name: null, from, to: end, ...rulesOf(ref), at })
  }
}
