import { quoteIdentifier, quoteLiteral } from '../sql/quoting.ts'
import type { Asked, AskedTable, NewType } from './question.ts'
import { rowKey, rowPlace, type TableFacts, type TidRange, tableSql } from './table-sql.ts'

/** No more rows are counted: what is wrong with more is clear by then. */
export const countedRows = 1000

/** A table and what is known of it. */
export interface KnownTable {
  readonly table: AskedTable
  readonly facts: TableFacts
}

/** How many rows a condition finds, up to one more than are counted, and three of them. */
function rowsSql(from: string, condition: string): string {
  return summary(`SELECT ${rowKey} AS example FROM ${from} WHERE ${condition}\n`)
}

function summary(found: string): string {
  return `SELECT count(*)::int AS count, to_json((array_agg(example ORDER BY example))[1:3])::text AS examples
 FROM (${found} LIMIT ${countedRows + 1}) AS nself_found`
}

/** Rows that would break a NOT NULL or a CHECK: of those that inherit too. */
export function conditionSql({ table, facts }: KnownTable, condition: string): string {
  return rowsSql(tableSql(table, facts, true), condition)
}

/** A check that is unknown is kept. The line ends before what may be a comment. */
export const brokenCheck = (expression: string): string => `NOT (${expression}\n)`

/** Values that come more than once, each with two of its rows. */
export function duplicatesSql(
  { table, facts }: KnownTable,
  { elements, where, nullsToo }: Asked & { kind: 'duplicates' },
): string {
  const names = elements.map((_, i) => `nself_${i}`)
  const list = elements.map((element, i) => `(${element}\n) AS nself_${i}`)
  const inner = `SELECT ${[...list, rowKey].join(', ')} FROM ${tableSql(table, facts, false)}${where === null ? '' : ` WHERE ${where}\n`}`
  const present = nullsToo ? '' : ` WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')}`
  return summary(`SELECT array_to_string((array_agg(${rowKey} ORDER BY ${rowKey}))[1:2], ' and ') ||
 CASE WHEN count(*) > 2 THEN ' and ' || (count(*) - 2) || ' more' ELSE '' END AS example
 FROM (${inner}) AS keyed${present} GROUP BY ${names.join(', ')} HAVING count(*) > 1`)
}

/** Rows that refer to none. */
export function orphansSql(
  { table, facts }: KnownTable,
  { columns, full }: Asked & { kind: 'foreign-key' },
  target: (KnownTable & { readonly columns: readonly string[] }) | null,
): string {
  const own = (name: string) => `child.${quoteIdentifier(name)}`
  const isSet = columns.map((name) => `${own(name)} IS NOT NULL`).join(' AND ')
  const pairs = target?.columns
    .map((name, i) => `parent.${quoteIdentifier(name)} = ${own(columns[i] ?? '')}`)
    .join(' AND ')
  const found = target === null ? 'false' : `EXISTS (SELECT FROM ${aliased(target, 'parent')} WHERE ${pairs})`
  const partly = columns.map((name) => `${own(name)} IS NULL`).join(' OR ')
  const some = columns.map((name) => `${own(name)} IS NOT NULL`).join(' OR ')
  const half = full && columns.length > 1 ? ` OR ((${partly}) AND (${some}))` : ''
  return rowsSql(aliased({ table, facts }, 'child'), `(${isSet} AND NOT ${found})${half}`)
}

function aliased({ table, facts }: KnownTable, alias: string): string {
  return `(SELECT * FROM ${tableSql(table, facts, false)}) AS ${alias}`
}

/** Rows that are in each other's way. */
export function excludedSql({ table, facts }: KnownTable, { elements, where }: Asked & { kind: 'exclude' }): string {
  const list = elements.map(({ value }, i) => `(${value}\n) AS nself_${i}`)
  const inner = `(SELECT ${[...list, rowKey, rowPlace].join(', ')} FROM ${tableSql(table, facts, false)}${where === null ? '' : ` WHERE ${where}\n`})`
  const meets = elements.map(({ operator }, i) => `a.nself_${i} ${operator} b.nself_${i}`).join(' AND ')
  return summary(`SELECT a.${rowKey} || ' and ' || b.${rowKey} AS example FROM ${inner} AS a
 JOIN ${inner} AS b ON ${meets} AND a.${rowPlace} < b.${rowPlace}`)
}

/** Computes an expression for every row: whether it can is the answer. */
export function computedSql(
  { table, facts }: KnownTable,
  expression: string,
  where: string | null,
  range?: TidRange,
): string {
  const from = tableSql(table, facts, true, range)
  return `SELECT count((${expression}\n)) FROM ${from}${where === null ? '' : ` WHERE ${where}\n`}`
}

/** Whether a value cannot be had in a type that the run makes. `value` is the domain's own word for it. */
export function brokenByNew(value: string, made: NewType): string {
  if (made.kind === 'enum') {
    const labels = `ARRAY[${made.labels.map(quoteLiteral).join(', ')}]::text[]`
    const all = made.extends === null ? labels : `${labels} || enum_range(NULL::${made.extends})::text[]`
    return `(${value}\n)::text <> ALL (${all})`
  }
  const checks = [...made.checks.map(brokenCheck), ...(made.notNull ? ['value IS NULL'] : [])]
  if (checks.length === 0) return 'false'
  return `EXISTS (SELECT FROM (SELECT (${value}\n)::${made.base} AS value) AS one WHERE ${checks.join(' OR ')})`
}

const limits: Readonly<Record<string, readonly [string, string]>> = {
  int2: ['-32768', '32767'],
  int4: ['-2147483648', '2147483647'],
  int8: ['-9223372036854775808', '9223372036854775807'],
}
const shapes: Readonly<Record<string, string>> = {
  int2: '^\\s*[+-]?\\d+\\s*$',
  int4: '^\\s*[+-]?\\d+\\s*$',
  int8: '^\\s*[+-]?\\d+\\s*$',
  numeric: '^\\s*([+-]?(\\d+(\\.\\d*)?|\\.\\d+)(e[+-]?\\d+)?|nan|[+-]?inf(inity)?)\\s*$',
}

/** What the target of a change of type is to a condition. */
export interface TargetType {
  /** As the catalog names it: `int4`. */
  readonly name: string
  /** As the statement writes it. */
  readonly written: string
  /** What stands in parentheses. */
  readonly sizes: readonly number[]
}

/**
 * A condition for values that do not fit a type; null where only trying tells.
 * @param from the kind of type that the value has: `S` for a text, `N` for a number, as pg_type has it.
 */
export function unfitting(
  value: string,
  from: string,
  { name, written, sizes }: TargetType,
  version: number,
): string | null {
  const [size = 0, scale = 0] = sizes
  const text = `(${value}\n)::text`
  if (name === 'varchar' || name === 'bpchar')
    return sizes.length === 0 ? null : `char_length(rtrim(${text}, ' ')) > ${size}`
  if (name === 'bit') return `length(${text}) <> ${sizes.length === 0 ? 1 : size}`
  if (name === 'varbit') return sizes.length === 0 ? null : `length(${text}) > ${size}`
  const range = limits[name]
  if (from === 'N' && range !== undefined) return `round((${value}\n)::numeric) NOT BETWEEN ${range[0]} AND ${range[1]}`
  if (from === 'N' && name === 'numeric' && sizes.length > 0) {
    const number = `(${value}\n)::numeric`
    return `${number} <> 'NaN' AND (${text} ~* 'inf' OR abs(round(${number}, ${scale})) >= 10::numeric ^ ${size - scale})`
  }
  if (from !== 'S') return null
  if (version >= 160000) return `NOT pg_input_is_valid(${text}, ${quoteLiteral(written)})`
  return unfittingText(text, name, range)
}

/** Before PostgreSQL 16, which can be asked, by the shape of a text. */
function unfittingText(text: string, name: string, range: readonly [string, string] | undefined): string | null {
  if (name === 'bool')
    return `lower(btrim(${text})) !~ '^(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|0|1)$'`
  if (name === 'uuid')
    return `${text} !~* '^[0-9a-f]{4}(-?[0-9a-f]{4}){7}$' AND ${text} !~* '^\\{[0-9a-f]{4}(-?[0-9a-f]{4}){7}\\}$'`
  const shape = shapes[name]
  if (shape === undefined) return null
  if (range === undefined) return `${text} !~* ${quoteLiteral(shape)}`
  return `CASE WHEN ${text} !~ ${quoteLiteral(shape)} THEN true ELSE btrim(${text}, E' \\t\\n\\r')::numeric NOT BETWEEN ${range[0]} AND ${range[1]} END`
}
