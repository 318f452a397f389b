import type { ShowTableResult, TablePart } from '../../commands/shared/schema-results.ts'
import { databaseName } from '../../core/database-name.ts'
import { counted } from '../../core/quantities.ts'
import type { Column, Constraint, Index, Reference, Table } from '../../core/schema/catalog.ts'
import { shortType, withoutParentheses } from '../../core/schema/dbml-text.ts'
import { shortName } from '../../core/sql/qualified-name.ts'
import { aligned, visible } from './aligned.ts'
import type { Paint } from './paint.ts'

/** Everything about one table, a paragraph for each kind of thing that it has. */
export function renderTable(result: ShowTableResult, paint: Paint): string {
  const { table, database } = result
  const title = [
    paint.bold(visible(shortName(table.schema, table.name))),
    ...about(result),
    databaseName(database),
  ].join(' · ')
  const comment = table.comment === null ? [] : table.comment.split('\n').map(visible)
  const listings = listingsOf(result)
    .filter(({ rows }) => rows.length > 0)
    .map(({ head, rows }) => {
      const lines = aligned(rows.map((cells) => cells.map(oneLine)))
      return [paint.bold(head), ...lines.map((line) => `  ${line}`)].join('\n')
    })
  return [[title, ...comment].join('\n'), columnLines(table, paint), ...listings].join('\n\n')
}

interface Listing {
  readonly head: string
  readonly rows: readonly (readonly string[])[]
}

function listingsOf({ table, referredToBy, partitions, triggers, policies, rules }: ShowTableResult): Listing[] {
  const constraints = (...kinds: string[]) => table.constraints.filter(({ kind }) => kinds.includes(kind))
  const whole = ({ name, definition }: { name: string; definition: string }) => [name, definition]
  return [
    { head: 'Generated', rows: table.columns.flatMap(whatGenerated) },
    { head: 'Keys', rows: constraints('primary key', 'unique', 'exclusion').map(whole) },
    { head: 'Indexes', rows: table.indexes.map(whatIndex) },
    { head: 'Checks', rows: constraints('check').map(whatCheck) },
    { head: 'Refers to', rows: constraints('foreign key').flatMap(whatReference) },
    {
      head: 'Referred to by',
      rows: referredToBy.map(({ table: child, name, columns, references }) => {
        return [`${child} (${columns.join(', ')})`, rulesOf(references), name]
      }),
    },
    { head: 'Partitions', rows: partitions.map(({ name, bound }) => [name, bound ?? '']) },
    { head: 'Triggers', rows: triggers.map(whatTrigger) },
    { head: 'Policies', rows: policies.map(whole) },
    { head: 'Rules', rows: rules.map(whole) },
  ]
}

function about({ table, rows }: ShowTableResult): string[] {
  const kind = { table: 'table', partitioned: 'partitioned', partition: 'partition', foreign: 'foreign table' }[
    table.kind
  ]
  const security = table.settings['row security']
  return [
    table.partitionKey === null ? kind : `${kind} by ${table.partitionKey}`,
    ...(table.inherits.length === 0 ? [] : [`of ${parentsOf(table)} ${table.partitionBound ?? ''}`.trim()]),
    ...(table.unlogged ? ['unlogged'] : []),
    ...(security === undefined ? [] : [`row security ${security}`]),
    ...(rows === null ? [] : [`about ${counted(rows, 'row')}`]),
  ]
}

const parentsOf = ({ inherits }: Table) =>
  visible(inherits.map(({ schema, name }) => shortName(schema, name)).join(', '))

function columnLines(table: Table, paint: Paint): string {
  const { columns, inherits } = table
  if (columns.length === 0) return inherits.length === 0 ? 'No columns' : `Its columns are those of ${parentsOf(table)}`
  const rows = columns.map((column) => [
    column.name,
    shortType(column.type),
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
  if (generated !== null) return `generated, ${generated.kind}`
  // The cast of a text to the type of its column tells nothing new.
  return (value ?? '').replace(/^('(?:[^']|'')*')::[^()]*$/, '$1')
}

/** PostgreSQL breaks the lines of long definitions. */
const oneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ')

function rulesOf({ onDelete, onUpdate }: Reference): string {
  return [
    ...(onDelete === 'no action' ? [] : [`on delete ${onDelete}`]),
    ...(onUpdate === 'no action' ? [] : [`on update ${onUpdate}`]),
  ].join(', ')
}

function whatGenerated({ name, generated }: Column): string[][] {
  return generated === null ? [] : [[name, withoutParentheses(generated.expression)]]
}

/** `user_id → users (id)`, its rules, its name. */
function whatReference({ name, columns, references }: Constraint): string[][] {
  if (references === null) return []
  const target = `${shortName(references.schema, references.table)} (${references.columns.join(', ')})`
  return [[`${columns.join(', ')} → ${target}`, rulesOf(references), name]]
}

function whatCheck({ name, definition }: Constraint): string[] {
  const rest = definition.replace(/^CHECK (\(.*\))/s, (_, inside: string) => withoutParentheses(inside))
  return [name, rest]
}

/** `unique btree (email) WHERE …` */
function whatIndex({ name, definition, valid }: Index): string[] {
  const [, unique = '', rest = definition] = /^CREATE (UNIQUE )?INDEX .*? USING (.*)$/s.exec(definition) ?? []
  return [name, unique.toLowerCase() + rest + (valid ? '' : ' INVALID')]
}

/** `BEFORE UPDATE … EXECUTE FUNCTION f()` without the table. */
function whatTrigger({ name, definition }: TablePart): string[] {
  const rest = /^CREATE (?:CONSTRAINT )?TRIGGER .*? ((?:BEFORE|AFTER|INSTEAD OF) .*)$/s.exec(definition)?.[1]
  return [name, rest?.replace(/ ON \S+ /, ' ') ?? definition]
}
