import type { Location } from '../location.ts'
import { keyOf } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quoting.ts'
import { type Catalog, type Column, type Table, tablesByKey } from './catalog.ts'
import type { Design, DesignColumn, DesignIndex, DesignKey, DesignReference, DesignTable } from './design.ts'
import { sameList } from './same-list.ts'

/** A statement that makes a part of the design, and where that stands in the file. */
export interface DesignStatement {
  readonly sql: string
  readonly at: Location | null
  /** Parts that have a place of their own: from which offset of the SQL on, and what they are called. */
  readonly parts?: readonly { readonly offset: number; readonly name: string; readonly at: Location }[]
}

/**
 * The design with the names that the database already has for the same keys and references, where the design leaves
 * them to PostgreSQL.
 */
export function withKnownNames(design: Design, current: Catalog): Design {
  const known = tablesByKey(current)
  return {
    ...design,
    tables: design.tables.map((table) => ({
      ...table,
      keys: table.keys
        .map((key) => ({ ...key, name: key.name ?? nameOfKey(key, known.get(keyOf(table))) }))
        .filter((key) => key.name !== null || !isOfPrimaryKey(key, table)),
    })),
    references: design.references.map((ref) => ({
      ...ref,
      name: ref.name ?? nameOfReference(ref, known.get(keyOf({ schema: ref.from.schema, name: ref.from.table }))),
    })),
  }
}

/** A primary key is unique without another word: PostgreSQL, too, makes nothing of it in CREATE TABLE. */
function isOfPrimaryKey({ kind, columns }: DesignKey, { keys }: DesignTable): boolean {
  return kind === 'unique' && keys.some((key) => key.kind === 'primary key' && sameList(key.columns, columns))
}

function nameOfKey({ kind, columns }: DesignKey, table: Table | undefined): string | null {
  const same = table?.constraints.find((item) => item.kind === kind && sameList(item.columns, columns))
  return same?.name ?? null
}

function nameOfReference({ from, to }: DesignReference, table: Table | undefined): string | null {
  const same = table?.constraints.find(
    ({ columns, references }) =>
      references !== null &&
      sameList(columns, from.columns) &&
      references.schema === to.schema &&
      references.table === to.table &&
      sameList(references.columns, to.columns),
  )
  return same?.name ?? null
}

/**
 * What makes the design in a database that has the current one's types and functions, but none of its tables.
 * What DBML cannot say of a table that is there already, such as how it is partitioned, stays as it is.
 */
export function designSql(design: Design, current: Catalog): DesignStatement[] {
  const known = tablesByKey(current)
  const schemas = [...new Set([...design.tables, ...design.enums].map((item) => item.schema))]
  const ordered = parentsFirst(design.tables, known)
  return [
    ...schemas.map((schema) => ({ sql: `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`, at: null })),
    ...design.enums.flatMap((item) => {
      const same = current.enums.find((other) => keyOf(other) === keyOf(item))
      if (same !== undefined && sameList(same.labels, item.labels)) return []
      const labels = item.labels.map(quoteLiteral).join(', ')
      const type = quoteQualified(item.schema, item.name)
      return [
        { sql: `DROP TYPE IF EXISTS ${type} CASCADE`, at: null },
        { sql: `CREATE TYPE ${type} AS ENUM (${labels})`, at: item.at },
      ]
    }),
    ...ordered.flatMap((table) => tableSql(table, known.get(keyOf(table)))),
    ...design.tables.flatMap((table) => table.keys.map((key) => keySql(table, key))),
    ...design.tables.flatMap((table) => table.checks.map((check) => checkSql(table, check))),
    ...design.tables.flatMap((table) => table.indexes.flatMap((index) => indexSql(table, index))),
    ...design.references.map(referenceSql),
    ...design.tables.flatMap(commentsSql),
  ]
}

function parentsFirst(tables: readonly DesignTable[], known: ReadonlyMap<string, Table>): DesignTable[] {
  const depth = (key: string): number => {
    const parents = known.get(key)?.inherits ?? []
    return parents.length === 0 ? 0 : 1 + Math.max(...parents.map((parent) => depth(keyOf(parent))))
  }
  return tables.toSorted((a, b) => depth(keyOf(a)) - depth(keyOf(b)))
}

function tableSql(table: DesignTable, known: Table | undefined): DesignStatement[] {
  const name = quoteQualified(table.schema, table.name)
  const parents = (known?.inherits ?? []).map((parent) => quoteQualified(parent.schema, parent.name))
  const inherits = parents.length > 0 ? ` INHERITS (${parents.join(', ')})` : ''
  const partitions = known?.partitionKey ? ` PARTITION BY ${known.partitionKey}` : ''
  let sql = `CREATE ${known?.unlogged ? 'UNLOGGED ' : ''}TABLE ${name} (`
  const parts = table.columns.map((column, i) => {
    sql += i === 0 ? '' : ', '
    const part = { offset: sql.length, name: column.name, at: column.at }
    sql += columnSql(
      column,
      known?.columns.find((item) => item.name === column.name),
    )
    return part
  })
  return [{ sql: `${sql})${inherits}${partitions}`, at: table.at, parts }]
}

function columnSql(column: DesignColumn, known: Column | undefined): string {
  const parts = [`${quoteIdentifier(column.name)} ${column.type}`]
  if (column.notNull) parts.push('NOT NULL')
  if (column.default !== null) parts.push(`DEFAULT ${column.default}`)
  if (column.increment) parts.push('GENERATED BY DEFAULT AS IDENTITY')
  else if (known?.generated && column.default === null) {
    parts.push(`GENERATED ALWAYS AS (${known.generated.expression}) ${known.generated.kind.toUpperCase()}`)
  }
  return parts.join(' ')
}

function keySql(table: DesignTable, { kind, name, columns, at }: DesignKey): DesignStatement {
  const what = `${kind.toUpperCase()} (${columns.map(quoteIdentifier).join(', ')})`
  return { sql: `ALTER TABLE ${quoteQualified(table.schema, table.name)} ADD ${named(name)}${what}`, at }
}

function checkSql(table: DesignTable, { name, expression, at }: DesignTable['checks'][number]): DesignStatement {
  return {
    sql: `ALTER TABLE ${quoteQualified(table.schema, table.name)} ADD ${named(name)}CHECK (${expression})`,
    at,
  }
}

const named = (name: string | null) => (name === null ? '' : `CONSTRAINT ${quoteIdentifier(name)} `)

/** What may stand behind the expression of an index: `gin_trgm_ops`, `DESC NULLS LAST`. */
const behindKey = /^(.*?)((?:\s+(?:\w+\.)?\w+_ops)?(?:\s+(?:ASC|DESC))?(?:\s+NULLS\s+(?:FIRST|LAST))?)$/is

/** The key list of an index as SQL. */
function keysSql(keys: DesignIndex['keys']): string {
  return keys
    .map(({ text, isColumn }) => (isColumn ? quoteIdentifier(text) : text.trim().replace(behindKey, '($1)$2')))
    .join(', ')
}

function indexSql(table: DesignTable, index: DesignIndex): DesignStatement[] {
  const { unique, method, keys, comment, at } = index
  // PostgreSQL would choose the same, but tell nobody.
  const words = keys.map((key) => (key.isColumn ? key.text : 'expr'))
  const name = index.name ?? (comment === null ? null : [table.name, ...words, 'idx'].join('_').slice(0, 63))
  const on = quoteQualified(table.schema, table.name)
  const head = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${name === null ? '' : quoteIdentifier(name)} ON ${on}`
  const create = `${head} ${method === null ? '' : `USING ${quoteIdentifier(method)} `}(${keysSql(keys)})`
  if (comment === null || name === null) return [{ sql: create, at }]
  return [
    { sql: create, at },
    {
      sql: `COMMENT ON INDEX ${quoteIdentifier(table.schema)}.${quoteIdentifier(name)} IS ${quoteLiteral(comment)}`,
      at,
    },
  ]
}

function referenceSql({ name, from, to, onDelete, onUpdate, at }: DesignReference): DesignStatement {
  const columns = (names: readonly string[]) => `(${names.map(quoteIdentifier).join(', ')})`
  const target = `${quoteQualified(to.schema, to.table)} ${columns(to.columns)}`
  const rules = [
    onDelete === 'no action' ? '' : ` ON DELETE ${onDelete.toUpperCase()}`,
    onUpdate === 'no action' ? '' : ` ON UPDATE ${onUpdate.toUpperCase()}`,
  ].join('')
  const key = `FOREIGN KEY ${columns(from.columns)} REFERENCES ${target}${rules}`
  return { sql: `ALTER TABLE ${quoteQualified(from.schema, from.table)} ADD ${named(name)}${key}`, at }
}

function commentsSql(table: DesignTable): DesignStatement[] {
  const name = quoteQualified(table.schema, table.name)
  const comments: DesignStatement[] = []
  if (table.comment !== null)
    comments.push({ sql: `COMMENT ON TABLE ${name} IS ${quoteLiteral(table.comment)}`, at: table.at })
  for (const { name: column, comment, at } of table.columns) {
    if (comment !== null)
      comments.push({ sql: `COMMENT ON COLUMN ${name}.${quoteIdentifier(column)} IS ${quoteLiteral(comment)}`, at })
  }
  return comments
}
