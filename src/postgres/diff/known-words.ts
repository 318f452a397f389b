import type { Design, DesignColumn, DesignEnum, DesignTable } from '../../core/schema/design.ts'
import { type DesignFault, invalidDesign } from '../../core/schema/design-faults.ts'
import { extensionWords } from '../../core/schema/extensions.ts'
import { calledBy, equivalentDefault } from '../../core/schema/foreign-defaults.ts'
import { equivalentOf, withSpaces } from '../../core/schema/foreign-types.ts'
import { withoutRelationColumns } from '../../core/schema/relation-columns.ts'
import { hintForUnknownType } from '../../core/schema/unknown-type.ts'
import { quoteQualified } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'

/** A type of the design as SQL, and as the server calls it without its length. */
interface Known {
  readonly sql: string
  readonly name: string
}

/**
 * The design with types and defaults that PostgreSQL knows: those of other databases are translated, and told.
 * @throws NselfError `invalid-design` for the columns whose types nobody knows.
 */
export async function withKnownWords(client: Client, written: Design): Promise<Design> {
  const read = spaced(written)
  const types = await knownTypes(client, read)
  const design = withoutRelationColumns(read, (type) => types.has(type))
  const columns = design.tables.flatMap((table) => table.columns)
  const isUnknown = await unknownFunctions(client, columns)
  const faults: DesignFault[] = []
  const notes = new Set<string>(design.notes)
  const tables = design.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => {
      const type = types.get(column.type)
      if (type === undefined) faults.push(unknownType(table, column, design.enums))
      else if (type.sql !== column.type) notes.add(`${column.type} is not a type of PostgreSQL: ${type.sql} is used`)
      return type === undefined ? column : withKnownDefault({ ...column, type: type.sql }, type.name, isUnknown, notes)
    }),
  }))
  const [first, ...more] = faults
  if (first !== undefined) throw invalidDesign([first, ...more])
  return { ...design, tables, notes: [...notes] }
}

function spaced(design: Design): Design {
  const tables = design.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      default: column.default === null ? null : withSpaces(column.default),
    })),
    checks: table.checks.map((check) => ({ ...check, expression: withSpaces(check.expression) })),
    indexes: table.indexes.map((index) => ({
      ...index,
      keys: index.keys.map((key) => (key.isColumn ? key : { ...key, text: withSpaces(key.text) })),
    })),
  }))
  return { ...design, tables }
}

/** The extensions that the design needs, the database lacks and the server has. */
export async function missingExtensions(client: Client, design: Design): Promise<string[]> {
  const words = extensionWords(design)
  if (words.length === 0) return []
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT name FROM unnest($1::text[], $2::text[]) AS used (word, extension)
     JOIN pg_available_extensions ON name = extension WHERE installed_version IS NULL
     AND NOT EXISTS (SELECT FROM pg_type WHERE typname = word) AND NOT EXISTS (SELECT FROM pg_proc WHERE proname = word)
     AND NOT EXISTS (SELECT FROM pg_opclass WHERE opcname = word) ORDER BY name`,
    [words.map(({ word }) => word), words.map(({ extension }) => extension)],
  )
  return rows.map(({ name }) => name)
}

function unknownType(table: DesignTable, column: DesignColumn, enums: readonly DesignEnum[]): DesignFault {
  const { name } = table
  return {
    message: `PostgreSQL has no type ${column.type}, which ${name}.${column.name} uses`,
    at: column.at,
    hint: hintForUnknownType(column, enums),
  }
}

function withKnownDefault(
  column: DesignColumn,
  type: string,
  isUnknown: (name: string) => boolean,
  notes: Set<string>,
): DesignColumn {
  if (column.increment && type === 'uuid') {
    notes.add('a uuid cannot increment: gen_random_uuid() is used instead')
    return { ...column, increment: false, default: column.default ?? 'gen_random_uuid()' }
  }
  const written = column.default
  const other = written === null ? null : equivalentDefault(written, type, isUnknown)
  if (other === null) return column
  const isLiteral = /^'|^(?:true|false)$/.test(other)
  if (isLiteral) return { ...column, default: other }
  const shown = (sql: string) => sql.replace(/^\((.*)\)$/s, '$1')
  notes.add(`the default ${shown(written ?? '')} is not PostgreSQL's: ${shown(other)} is used`)
  return { ...column, default: other }
}

async function knownTypes(client: Client, design: Design): Promise<Map<string, Known>> {
  const enums = new Set(design.enums.map(({ schema, name }) => quoteQualified(schema, name)))
  const written = new Set(design.tables.flatMap((table) => table.columns.map((column) => column.type)))
  const types = new Map<string, Known>()
  for (const type of written) {
    const isEnum = enums.has(type.replace(/(?:\s*\[\d*\])+$/, ''))
    const name = isEnum ? type : await nameOfType(client, type)
    if (name !== null) types.set(type, { sql: type, name })
    const other = name === null ? equivalentOf(type) : null
    const otherName = other === null ? null : await nameOfType(client, other)
    if (other !== null && otherName !== null) types.set(type, { sql: other, name: otherName })
  }
  return types
}

/** Nothing for the row type of a table: a design that names one means a relation. */
const typeNameSql = `SELECT format_type(oid, NULL) AS name FROM (SELECT to_regtype($1)::oid AS oid) AS found
  WHERE NOT EXISTS (SELECT FROM pg_type AS type LEFT JOIN pg_type AS element ON element.oid = type.typelem
   JOIN pg_class ON pg_class.oid IN (type.typrelid, element.typrelid) WHERE type.oid = found.oid AND relkind IN ('r', 'p', 'f'))`

async function nameOfType(client: Client, type: string): Promise<string | null> {
  // A type with a syntax error is an error before PostgreSQL 16.
  const result = await client.query<{ name: string | null }>(typeNameSql, [type]).catch(() => null)
  const name = result?.rows[0]?.name
  return name === undefined || name === '-' ? null : name
}

async function unknownFunctions(client: Client, columns: readonly DesignColumn[]): Promise<(name: string) => boolean> {
  const texts = columns.flatMap(({ default: text }) => (text === null ? [] : [text.replace(/^'(.*)'$/s, '$1')]))
  const names = [...new Set(texts.flatMap((text) => calledBy(text.replace(/\s+ON\s+UPDATE\s.*$/is, '')) ?? []))]
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE NOT EXISTS (SELECT FROM pg_proc WHERE proname = name)',
    [names],
  )
  const unknown = new Set(rows.map((row) => row.name))
  return (name) => unknown.has(name)
}
