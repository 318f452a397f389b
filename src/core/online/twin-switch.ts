import type { Catalog, Column } from '../schema/catalog.ts'
import { type Change, placedChange } from '../schema/generated-statement.ts'
import { sequenceTypeSql } from '../schema/retyped-sequences.ts'
import { keyOf, ofKey } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quoting.ts'
import { type ColumnPart, parentOf } from './column-parts.ts'
import { helperName } from './helper-name.ts'
import {
  helperColumn,
  otherSide,
  pathOfRetyped,
  type Retyped,
  syncSql,
  type Twin,
  unsyncSql,
} from './retyped-column.ts'
import { switchTypesSql } from './retyped-enums.ts'
import { alterTable, quotedTable } from './shape.ts'
import { helperPart, keyFromIndex, type Retyping } from './twin-build.ts'

/**
 * What gives the column of a side the name of the other, with all that hangs on it. Everything is built by then, so that
 * it takes milliseconds; in one transaction.
 */
export function switchTo(side: Twin, retyping: Retyping): Change[] {
  const { columns, parts, enums } = retyping
  const of = (...kinds: ColumnPart['kind'][]) => parts.filter(({ kind }) => kinds.includes(kind))
  const constraints = [...of('reference'), ...of('check'), ...of('key')]
  const sql = [
    `LOCK TABLE ${lockedTables(retyping).map(quotedTable).join(', ')} IN ACCESS EXCLUSIVE MODE`,
    ...columns.flatMap(unsyncSql),
    ...constraints.map(({ table, name }) => `${alterTable(table)} DROP CONSTRAINT ${quoteIdentifier(name)}`),
    ...of('index', 'unique index').map((part) => `DROP INDEX ${indexPath(part, part.name)}`),
    ...switchTypesSql(enums, side),
    ...columns.flatMap((one) => renamed(one, side, retyping.facts.before)),
    ...of('key').map((part) => {
      const name = helperPart(part, side)
      return `${alterTable(part.table)} ADD CONSTRAINT ${quoteIdentifier(part.name)} ${keyFromIndex(part, side, name)}`
    }),
    ...of('index', 'unique index').map(
      (part) => `ALTER INDEX ${indexPath(part, helperPart(part, side))} RENAME TO ${quoteIdentifier(part.name)}`,
    ),
    ...of('check', 'reference').map((part) => {
      const name = quoteIdentifier(helperPart(part, side))
      return `${alterTable(part.table)} RENAME CONSTRAINT ${name} TO ${quoteIdentifier(part.name)}`
    }),
    ...parts.flatMap(commentSql),
    ...columns.flatMap((one) => syncSql(one, otherSide(side))),
  ]
  return sql.map((text) => placedChange(text, null))
}

/** Parents first, as those lock them who delete. */
function lockedTables({ columns, parts, facts }: Retyping): string[] {
  const parents = parts.flatMap((part) => parentOf(part, facts) ?? [])
  return [...new Set([...parents, ...columns.map(({ table }) => table), ...parts.map(({ table }) => table)])]
}

function indexPath({ table }: ColumnPart, name: string): string {
  return quoteQualified(ofKey(table).schema, name)
}

function commentSql({ table, kind, name, comment }: ColumnPart): string[] {
  if (comment === null) return []
  const target = kind.endsWith('index')
    ? `INDEX ${quoteQualified(ofKey(table).schema, name)}`
    : `CONSTRAINT ${quoteIdentifier(name)} ON ${quotedTable(table)}`
  return [`COMMENT ON ${target} IS ${quoteLiteral(comment)}`]
}

function renamed(one: Retyped, side: Twin, before: Catalog): string[] {
  const alter = alterTable(one.table)
  const [column, fresh, left] = [one.name, helperColumn(one, side), helperColumn(one, otherSide(side))].map(
    quoteIdentifier,
  )
  const [from, to] = side === 'new' ? [one.before, one.wanted] : [one.wanted, one.before]
  const comment =
    to.comment === null ? [] : [`COMMENT ON COLUMN ${quotedTable(one.table)}.${column} IS ${quoteLiteral(to.comment)}`]
  const uncomment = from.comment === null ? [] : [`COMMENT ON COLUMN ${quotedTable(one.table)}.${left} IS NULL`]
  return [
    ...countingSql(one, side, from, to, optionsOf(from, before)),
    `${alter} RENAME COLUMN ${column} TO ${left}`,
    `${alter} RENAME COLUMN ${fresh} TO ${column}`,
    ...(from.notNull ? [`${alter} ALTER COLUMN ${left} DROP NOT NULL`] : []),
    ...uncomment,
    ...comment,
  ]
}

/** The default goes over, and with it the sequence that it draws from; an identity counts on where the other one was. */
function countingSql(one: Retyped, side: Twin, from: Column, to: Column, options: string): string[] {
  const alter = alterTable(one.table)
  const [column, fresh] = [quoteIdentifier(one.name), helperColumn(one, side)]
  if (from.identity !== null && to.identity !== null) {
    const { schema, name } = ofKey(from.identity.sequence)
    const sequence = helperName('', `${side}_${name}`, '', pathOfRetyped(one))
    const kind = to.identity.kind === 'always' ? 'ALWAYS' : 'BY DEFAULT'
    const path = quoteQualified(schema, sequence)
    return [
      `${alter} ALTER COLUMN ${quoteIdentifier(fresh)} ADD GENERATED ${kind} AS IDENTITY (SEQUENCE NAME ${path}${options})`,
      `SELECT setval(${quoteLiteral(path)}, last_value, is_called) FROM ${quoteQualified(schema, name)}`,
      `${alter} ALTER COLUMN ${column} DROP IDENTITY`,
      `ALTER SEQUENCE ${path} RENAME TO ${quoteIdentifier(name)}`,
    ]
  }
  return [
    ...(from.default === null ? [] : [`${alter} ALTER COLUMN ${column} DROP DEFAULT`]),
    ...(from.serial === null ? [] : ownedSql(one, from.serial, fresh, to.type)),
    ...(to.default === null ? [] : [`${alter} ALTER COLUMN ${quoteIdentifier(fresh)} SET DEFAULT ${to.default}`]),
  ]
}

function ownedSql({ table }: Retyped, sequence: string, column: string, type: string): string[] {
  const owned = `ALTER SEQUENCE ${quotedTable(sequence)} OWNED BY ${quotedTable(table)}.${quoteIdentifier(column)}`
  return /^(?:smallint|integer|bigint)$/.test(type) ? [owned, sequenceTypeSql(sequence, type)] : [owned]
}

/** How the sequence of an identity counts, less its type and where the values of that end. */
function optionsOf({ identity }: Column, { others }: Catalog): string {
  if (identity === null) return ''
  const sequence = others.find((one) => one.kind === 'sequence' && keyOf(one) === identity.sequence)
  return (sequence?.definition ?? '')
    .replace(/^AS \w+/, '')
    .replace(/ MAXVALUE (?:32767|2147483647|9223372036854775807)\b/, '')
    .replace(/ MINVALUE (?:-32768|-2147483648|-9223372036854775808)(?!\d)/, '')
}
