import type {
  DiagramResult,
  ScaffoldResult,
  ShowTableResult,
  ShowTablesResult,
} from '../../commands/shared/schema-results.ts'
import { databaseName } from '../../core/database-name.ts'
import { counted, grouped } from '../../core/quantities.ts'
import { shellWord } from '../../core/shell-word.ts'
import { aligned } from './aligned.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'
import { renderTable } from './table.ts'

/** Diagrams, lists of tables, one table, or where a design was written. */
export function renderSchema(
  result: DiagramResult | ShowTablesResult | ShowTableResult | ScaffoldResult,
  paint: Paint,
): string {
  switch (result.kind) {
    case 'diagram':
      return renderDiagram(result)
    case 'tables':
      return renderTables(result, paint)
    case 'table':
      return renderTable(result, paint)
    case 'scaffold':
      return `Wrote ${result.path}, the design "${result.template}"; edit it as you like`
  }
}

function renderDiagram({ text, path, database, tables, foreignKeys, freshness, format }: DiagramResult): string {
  if (text !== null) return text
  const counts = `${counted(tables, 'table')}, ${counted(foreignKeys, 'foreign key')}`
  if (freshness === null) return `Wrote ${path}: ${counts}`
  if (freshness === 'fresh') return `${path} shows what ${databaseName(database)} has: ${counts}`
  const fault =
    freshness === 'missing'
      ? `${path} does not exist`
      : `${path} is out of date: ${databaseName(database)} has changed since`
  return withGivenFlags(`${fault}\nNext: nself db schema diagram --format ${format} --output ${shellWord(path ?? '')}`)
}

function renderTables({ database, tables }: ShowTablesResult, paint: Paint): string {
  if (tables.length === 0) return `No tables yet in ${databaseName(database)}`
  const rows = tables.map(({ name, type, columns, rows, partitions, comment }) => [
    name,
    type === 'partitioned' ? counted(partitions, 'partition') : type,
    String(columns),
    rows === null ? '' : `~${grouped(rows)}`,
    comment?.split('\n')[0] ?? '',
  ])
  const [head = '', ...lines] = aligned([['Table', 'Kind', 'Columns', 'Rows', 'Comment'], ...rows], [2, 3])
  return [paint.bold(head), ...lines, '', `${counted(tables.length, 'table')} in ${databaseName(database)}`].join('\n')
}
