import { keyOf } from '../sql/qualified-name.ts'
import type { Catalog, Constraint, Enum, Reference, Table } from './catalog.ts'
import { type IsEnum, sameButQuotes, tableBlock } from './dbml-table.ts'
import { commentLines, nameOf, qualified, withSettings } from './dbml-text.ts'
import { drawnTables, sayableReferences } from './relations.ts'

/**
 * The tables, enums and foreign keys of a database as DBML, from which the same can be made again. What DBML cannot
 * say stands in comments; partitions and foreign tables are left out.
 */
export function dbmlOf(catalog: Catalog): string {
  const tables = drawnTables(catalog)
  const enums = new Set(catalog.enums.filter((type) => type.labels.length > 0).map(keyOf))
  const isEnum: IsEnum = (schema, name) => enums.has(keyOf({ schema, name }))
  const blocks = [
    ...catalog.enums.map(enumBlock),
    ...tables.map((table) => tableBlock(table, isEnum)),
    refLines(tables).join('\n'),
  ]
  return blocks
    .filter((block) => block !== '')
    .map((block) => `${block}\n`)
    .join('\n')
}

function enumBlock({ schema, name, labels, comment }: Enum): string {
  const about = comment === null ? [] : commentLines(comment, '')
  const title = qualified(schema, name)
  if (labels.length === 0) return [...about, `// Enum ${title} has no labels`].join('\n')
  return [...about, `Enum ${title} {`, ...labels.map((label) => `  ${nameOf(label)}`), '}'].join('\n')
}

function refLines(tables: readonly Table[]): string[] {
  const sayable = sayableReferences(tables)
  return tables.flatMap((table) =>
    table.constraints.flatMap((constraint) => {
      const { references } = constraint
      if (references === null) return []
      const child = endpoint(table, constraint.columns)
      const parent = endpoint({ schema: references.schema, name: references.table }, references.columns)
      const aside = commentLines(`${qualified(table.schema, table.name)}: ${written(constraint)}`, '')
      if (!sayable.has(constraint)) return aside
      return [
        ...(saysNoMore(constraint, references) ? [] : aside),
        refLine(table, constraint, references, child, parent),
      ]
    }),
  )
}

const written = ({ name, definition }: Constraint) => `CONSTRAINT ${name} ${definition}`

function refLine(
  table: Table,
  constraint: Constraint,
  { onDelete, onUpdate }: Reference,
  child: string,
  parent: string,
) {
  const usual = `${table.name}_${constraint.columns.join('_')}_fkey`
  const title = constraint.name === usual ? 'Ref' : `Ref ${nameOf(constraint.name)}`
  return withSettings(`${title}: ${child} > ${parent}`, [
    ...(onDelete === 'no action' ? [] : [`delete: ${onDelete}`]),
    ...(onUpdate === 'no action' ? [] : [`update: ${onUpdate}`]),
  ])
}

function endpoint({ schema, name }: { schema: string; name: string }, columns: readonly string[]): string {
  const names = columns.map(nameOf)
  return `${qualified(schema, name)}.${names.length === 1 ? names[0] : `(${names.join(', ')})`}`
}

/** Whether columns and rules are all there is to a foreign key: it is not deferrable, it is valid, and so on. */
function saysNoMore({ definition, columns }: Constraint, to: Reference): boolean {
  const update = to.onUpdate === 'no action' ? '' : ` ON UPDATE ${to.onUpdate.toUpperCase()}`
  const remove = to.onDelete === 'no action' ? '' : ` ON DELETE ${to.onDelete.toUpperCase()}`
  const target = `${to.schema}.${to.table}(${to.columns.join(', ')})`
  return sameButQuotes(definition, `FOREIGN KEY (${columns.join(', ')}) REFERENCES ${target}${update}${remove}`)
}
