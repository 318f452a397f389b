import type { ShowTableResult, TablePart } from '../../commands/results.ts'
import { type Column, type Reference, shortName, type Table } from '../../core/schema/catalog.ts'
import { shortType } from '../../core/schema/dbml-text.ts'
import { aligned, visible } from './aligned.ts'
import type { Paint } from './paint.ts'

/** Everything about one table, a paragraph for each kind of thing that it has. */
export function renderTable(result: ShowTableResult, paint: Paint): string {
  const { table, database, referredToBy, partitions } = result
  const title = [paint.bold(visible(shortName(table.schema, table.name))), ...about(result), database]
  const section = (head: string, lines: readonly (readonly string[])[]) =>
    lines.length === 0 ? [] : [[paint.bold(head), ...aligned(lines).map((line) => `  ${line}`)].join('\n')]
  const constraints = (...kinds: string[]) => table.constraints.filter(({ kind }) => kinds.includes(kind))
  return [
    [title.join(' · '), ...(table.comment === null ? [] : table.comment.split('\n').map(visible))].join('\n'),
    columnLines(table, paint),
    ...section(
      'Keys',
      constraints('primary key', 'unique', 'exclusion').map(({ name, definition }) => [name, definition]),
    ),
    ...section(
      'Indexes',
      table.indexes.map(({ name, definition, valid }) => [name, whatIndex(definition) + (valid ? '' : ' INVALID')]),
    ),
    ...section(
      'Checks',
      constraints('check').map(({ name, definition }) => [name, definition.replace(/^CHECK /, '')]),
    ),
    ...section(
      'Refers to',
      constraints('foreign key').flatMap(({ name, columns, references }) =>
        references === null ? [] : [[`${columns.join(', ')} → ${target(references)}`, rules(references), name]],
      ),
    ),
    ...section(
      'Referred to by',
      referredToBy.map(({ table: child, name, columns, references }) => [
        `${child} (${columns.join(', ')})`,
        rules(references),
        name,
      ]),
    ),
    ...section(
      'Partitions',
      partitions.map(({ name, bound }) => [name, bound ?? '']),
    ),
    ...section('Triggers', result.triggers.map(whatTrigger)),
    ...section(
      'Policies',
      result.policies.map(({ name, definition }) => [name, definition]),
    ),
    ...section(
      'Rules',
      result.rules.map(({ name, definition }) => [name, definition]),
    ),
  ].join('\n\n')
}

function about({ table, rows }: ShowTableResult): string[] {
  const kind = { table: 'table', partitioned: 'partitioned', partition: 'partition', foreign: 'foreign table' }[
    table.kind
  ]
  const security = table.settings['row security']
  return [
    table.partitionKey === null ? kind : `${kind} by ${table.partitionKey}`,
    ...(table.inherits.length === 0 ? [] : [`of ${table.inherits.join(', ')} ${table.partitionBound ?? ''}`.trim()]),
    ...(table.unlogged ? ['unlogged'] : []),
    ...(security === undefined ? [] : [`row security ${security}`]),
    ...(rows === null ? [] : [`about ${rows.toLocaleString('en')} row${rows === 1 ? '' : 's'}`]),
  ]
}

function columnLines({ columns, inherits }: Table, paint: Paint): string {
  if (columns.length === 0)
    return inherits.length === 0 ? 'No columns' : `Its columns are those of ${inherits.join(', ')}`
  const rows = columns.map((column) => [
    column.name,
    shortType(column.type).replace(/^public\./, ''),
    column.notNull ? 'not null' : '',
    defaultOf(column),
    column.comment?.split('\n')[0] ?? '',
  ])
  const [head = '', ...lines] = aligned([['Column', 'Type', '', 'Default', 'Comment'], ...rows])
  return [paint.bold(head), ...lines].join('\n')
}

function defaultOf({ identity, serial, generated, default: value }: Column): string {
  if (identity !== null) return `identity, ${identity.kind}`
  if (serial !== null) return 'serial'
  return generated === null ? (value ?? '') : `= ${generated.expression} ${generated.kind}`
}

const target = ({ schema, table, columns }: Reference) => `${shortName(schema, table)} (${columns.join(', ')})`

function rules({ onDelete, onUpdate }: Reference): string {
  return [
    ...(onDelete === 'no action' ? [] : [`on delete ${onDelete}`]),
    ...(onUpdate === 'no action' ? [] : [`on update ${onUpdate}`]),
  ].join(', ')
}

/** `UNIQUE btree (email) WHERE …` */
function whatIndex(definition: string): string {
  const [, unique = '', rest = definition] = /^CREATE (UNIQUE )?INDEX .*? USING (.*)$/s.exec(definition) ?? []
  return `${unique.toLowerCase()}${rest}`
}

/** `BEFORE UPDATE … EXECUTE FUNCTION f()` without the table. */
function whatTrigger({ name, definition }: TablePart): string[] {
  const rest = /^CREATE (?:CONSTRAINT )?TRIGGER .*? ((?:BEFORE|AFTER|INSTEAD OF) .*)$/s.exec(definition)?.[1]
  return [name, rest ?? definition]
}
