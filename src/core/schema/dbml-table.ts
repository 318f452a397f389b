import { keyOf } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { type Column, type Constraint, counts, type Index, type Table } from './catalog.ts'
import { defaultOf } from './dbml-default.ts'
import {
  commentLines,
  expressionOf,
  nameOf,
  noteText,
  qualified,
  textOf,
  typeOf,
  withoutParentheses,
  withSettings,
} from './dbml-text.ts'

export type IsEnum = (schema: string, name: string) => boolean

/** A table in DBML, with the indexes and checks that DBML can say; the others in comments. */
export function tableBlock(table: Table, isEnum: IsEnum): string {
  const title = qualified(table.schema, table.name)
  if (table.columns.length === 0) return `// Table ${title} has no columns`
  const parts = [
    table.columns.flatMap((column) => columnLines(table, column, isEnum)),
    table.comment === null ? [] : [`  Note: ${noteText(table.comment, '    ')}`],
    section('indexes', [
      ...table.constraints.flatMap((constraint) => keyLines(table, constraint)),
      ...table.indexes.flatMap(indexLines),
    ]),
    section('checks', table.constraints.flatMap(checkLines)),
  ].filter((lines) => lines.length > 0)
  const body = parts.map((lines) => lines.join('\n')).join('\n\n')
  return [...aboutTable(table).flatMap((line) => commentLines(line, '')), `Table ${title} {`, body, '}'].join('\n')
}

function aboutTable({ partitionKey, inherits, unlogged }: Table): string[] {
  return [
    ...(partitionKey === null ? [] : [`partitioned by ${partitionKey}`]),
    ...(inherits.length === 0 ? [] : [`inherits ${inherits.map(keyOf).join(', ')}`]),
    ...(unlogged ? ['unlogged'] : []),
  ]
}

/** DBML takes no block that has only comments. */
function section(name: string, lines: readonly string[]): string[] {
  const isComment = (line: string) => line.trimStart().startsWith('//')
  return lines.every(isComment) ? lines.map((line) => line.slice(2)) : [`  ${name} {`, ...lines, '  }']
}

function columnLines(table: Table, column: Column, isEnum: IsEnum): string[] {
  const own = (kind: Constraint['kind']) =>
    table.constraints.some((constraint) => constraint.kind === kind && isSetting(table, constraint, column.name))
  const inKey = table.constraints.some(({ kind, columns }) => kind === 'primary key' && columns.includes(column.name))
  const drawn = counts(column)
  const owned = column.identity !== null || column.serial !== null
  const value = column.default === null || drawn ? null : defaultOf(column.default, column.type)
  const settings = [
    ...(own('primary key') ? ['pk'] : []),
    ...(column.notNull && !inKey ? ['not null'] : []),
    ...(own('unique') ? ['unique'] : []),
    ...(drawn ? ['increment'] : []),
    ...(value === null ? [] : [`default: ${value}`]),
    ...(column.comment === null ? [] : [`note: ${noteText(column.comment, '    ')}`]),
  ]
  const about = [
    ...(column.default !== null && !owned && value === null ? [`default ${column.default}`] : []),
    ...(column.generated === null
      ? []
      : [`generated always as (${withoutParentheses(column.generated.expression)}) ${column.generated.kind}`]),
    ...(column.collation === null ? [] : [`collation ${column.collation}`]),
  ]
  return [
    ...about.flatMap((line) => commentLines(line, '  ')),
    `  ${withSettings(`${nameOf(column.name)} ${typeOf(column.type, isEnum)}`, settings)}`,
  ]
}

/** Whether a key stands at its column: it has but one, is named as PostgreSQL names it, and there is no more to it. */
function isSetting(table: Table, constraint: Constraint, column: string): boolean {
  const usual = constraint.kind === 'primary key' ? `${table.name}_pkey` : `${table.name}_${column}_key`
  const { columns, name } = constraint
  return columns.length === 1 && columns[0] === column && name === usual && !saysMore(constraint)
}

/** Whether two definitions are the same but for quotes around names. */
export function sameButQuotes(one: string, other: string): boolean {
  return one.replaceAll('"', '') === other.replaceAll('"', '')
}

/** Whether there is more to a key than its columns: it is deferrable, includes others, and so on. */
function saysMore({ kind, definition, columns }: Constraint): boolean {
  return !sameButQuotes(definition, `${kind.toUpperCase()} (${columns.join(', ')})`)
}

function keyLines(table: Table, constraint: Constraint): string[] {
  const { kind, name, columns, definition, comment } = constraint
  const more = saysMore(constraint)
  const aside = commentLines(`CONSTRAINT ${name} ${definition}`, '    ')
  if (kind === 'exclusion' || (kind === 'unique' && more)) return aside
  if (kind !== 'primary key' && kind !== 'unique') return []
  if (columns[0] !== undefined && isSetting(table, constraint, columns[0])) return []
  const isUsual = kind === 'primary key' && name === `${table.name}_pkey`
  const line = withSettings(keysText(columns.map(nameOf)), [
    kind === 'unique' ? 'unique' : 'pk',
    ...(isUsual ? [] : [`name: ${textOf(name)}`]),
    ...(comment === null ? [] : [`note: ${textOf(comment)}`]),
  ])
  return [...(more ? aside : []), `    ${line}`]
}

const keysText = (keys: readonly string[]) => (keys.length === 1 ? keys.join() : `(${keys.join(', ')})`)

function indexLines(index: Index): string[] {
  const { name, method, unique, comment } = index
  const keys = indexKeys(index)
  if (keys === null || index.more || !index.valid) return commentLines(index.definition, '    ')
  const line = withSettings(keysText(keys), [
    ...(unique ? ['unique'] : []),
    `name: ${textOf(name)}`,
    // A unique constraint has no type: so it can be told from a unique index.
    ...(method === 'btree' && !unique ? [] : [`type: ${nameOf(method)}`]),
    ...(comment === null ? [] : [`note: ${textOf(comment)}`]),
  ])
  return [`    ${line}`]
}

/** Columns, or expressions with what stands behind them. The parser loses the order of a mixture, so that there all are written as expressions. */
function indexKeys({ keys }: Index): string[] | null {
  if (keys.every(({ isColumn, behind }) => isColumn && behind === '')) return keys.map((key) => nameOf(key.text))
  const texts = keys.map(({ text, isColumn, behind }) =>
    expressionOf(`${isColumn ? quoteIdentifier(text) : withoutParentheses(text)}${behind}`),
  )
  return texts.every((text) => text !== null) ? texts : null
}

function checkLines({ kind, name, definition }: Constraint): string[] {
  if (kind !== 'check') return []
  const inside = /^CHECK (\(.*\))$/s.exec(definition)?.[1]
  const expression = inside === undefined ? null : expressionOf(withoutParentheses(inside))
  if (expression === null) return commentLines(`CONSTRAINT ${name} ${definition}`, '    ')
  return [`    ${expression} [name: ${textOf(name)}]`]
}
