import type { Catalog, Column, Table } from '../core/schema/catalog.ts'
import { shortType } from '../core/schema/dbml-text.ts'
import { drawnTables, keysOf, type Relation, relationsOf } from '../core/schema/relations.ts'
import { shortName } from '../core/sql/qualified-name.ts'

/** The tables and foreign keys as an erDiagram of Mermaid, which GitHub and many wikis draw. */
export function mermaidOf(catalog: Catalog): string {
  const tables = drawnTables(catalog)
  return ['erDiagram', ...tables.flatMap(entityLines), ...relationsOf(tables).map(relationLine), ''].join('\n')
}

function entityLines(table: Table): string[] {
  const columns = table.columns.map((column) => `        ${attribute(table, column)}`)
  return columns.length === 0 ? [`    ${entity(table)}`] : [`    ${entity(table)} {`, ...columns, '    }']
}

function attribute(table: Table, column: Column): string {
  const type = shortType(column.type)
  const { primary, foreign, unique } = keysOf(table, column.name)
  const keys = [...(primary ? ['PK'] : []), ...(foreign ? ['FK'] : []), ...(unique ? ['UK'] : [])]
  const [shownName, shownType] = [word(column.name), word(type)]
  const remarks = [
    ...(shownName === column.name ? [] : [column.name]),
    ...(shownType === type ? [] : [type]),
    ...(column.notNull ? [] : ['may be null']),
    ...(column.comment === null ? [] : [column.comment]),
  ]
  const remark = remarks.length === 0 ? [] : [inQuotes(remarks.join('; '))]
  return [shownType, shownName, ...(keys.length === 0 ? [] : [keys.join(', ')]), ...remark].join(' ')
}

/** Mermaid takes few characters in a type or a name; the true one then stands in the remark. */
function word(text: string): string {
  const kept = text.replace(/[^A-Za-z0-9_\-[\]()]/g, '_')
  return /^[A-Za-z_]/.test(kept) && !/^[PFU]K$/i.test(kept) ? kept : `_${kept}`
}

/** Always in quotes, for words such as `one` and `style` are Mermaid's own. */
const entity = ({ schema, name }: Table) => inQuotes(shortName(schema, name))

/** There is no escape for a quote, and no second line. */
function inQuotes(text: string): string {
  return `"${text.replace(/["\\%]/g, "'").replace(/\s+/g, ' ')}"`
}

function relationLine({ parent, child, columns, isOne, isOptional }: Relation): string {
  const cardinality = `${isOptional ? '|o' : '||'}--${isOne ? 'o|' : 'o{'}`
  return `    ${entity(parent)} ${cardinality} ${entity(child)} : ${inQuotes(columns.join(', '))}`
}
