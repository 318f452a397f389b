import { quoteQualified } from '../sql/quoting.ts'
import type { Design, DesignColumn, DesignTable } from './design.ts'

/**
 * The design without the columns that stand for a relation, as Prisma's generators write them: their type is a table of
 * the design (`author users`, `posts posts[]`), and the foreign key is in another column.
 * @param isType whether the server knows a type of that name.
 */
export function withoutRelationColumns(design: Design, isType: (written: string) => boolean): Design {
  const notes: string[] = []
  const tables = design.tables.map((table) => {
    const isRelation = (column: DesignColumn) =>
      !isType(column.type) && isTable(column.type, design.tables) && !isUsed(table, column, design)
    const relations = table.columns.filter(isRelation)
    for (const { name, type } of relations)
      notes.push(`${table.name}.${name} stands for rows of ${type}, not for a column: it is left out`)
    return relations.length === 0
      ? table
      : { ...table, columns: table.columns.filter((column) => !relations.includes(column)) }
  })
  return { ...design, tables, notes: [...design.notes, ...notes] }
}

function isTable(written: string, tables: readonly DesignTable[]): boolean {
  const base = written.replace(/(?:\s*\[\d*\])*\??$/, '')
  return tables.some(({ schema, name }) => base === name || base === quoteQualified(schema, name))
}

/** Whether a key, an index or a reference needs it. */
function isUsed({ schema, name, keys, indexes }: DesignTable, column: DesignColumn, { references }: Design): boolean {
  const ends = references.flatMap(({ from, to }) => [from, to])
  return (
    keys.some((key) => key.columns.includes(column.name)) ||
    indexes.some((index) => index.keys.some((key) => key.isColumn && key.text === column.name)) ||
    ends.some((end) => end.schema === schema && end.table === name && end.columns.includes(column.name))
  )
}
