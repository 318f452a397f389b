import type { Client } from 'pg'
import { NselfError } from '../../core/errors.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Design, quotedTable } from '../../core/schema/design.ts'
import { type DesignStatement, designSql } from '../../core/schema/design-sql.ts'
import { equivalentOf } from '../../core/schema/foreign-types.ts'
import { recordStatements } from '../../core/schema/records.ts'
import { detailOf, utf16Offset } from '../failure.ts'
import { type Outcome, type ServerError, send } from '../script.ts'

/** Locks are a shared, small pool: what makes or drops thousands of tables goes in several transactions. */
const batch = 200

/**
 * Turns a copy of the current database into one that has the design's tables instead of its own, and its records in them.
 * @param current its catalog.
 * @throws NselfError `invalid-design` at the part of the file that PostgreSQL refuses.
 */
export async function makeDesign(client: Client, design: Design, current: Catalog): Promise<void> {
  const mine = current.tables.filter(({ kind }) => kind === 'table' || kind === 'partitioned')
  for (let at = 0; at < mine.length; at += batch) {
    const names = mine.slice(at, at + batch).map(({ schema, name }) => quotedTable(schema, name))
    await client.query(`DROP TABLE IF EXISTS ${names.join(', ')} CASCADE`)
  }
  // Sent without waiting, for there may be thousands; each is a transaction of its own.
  const sent: { statement: DesignStatement; outcome: Promise<Outcome> }[] = []
  for (const statement of [...designSql(design, current), ...recordStatements(design)]) {
    sent.push({ statement, outcome: send(client, statement.sql) })
    if (sent.length >= 500) await judge(sent.splice(0))
  }
  await judge(sent)
}

async function judge(sent: readonly { statement: DesignStatement; outcome: Promise<Outcome> }[]): Promise<void> {
  for (const { statement, outcome } of sent) {
    const { error } = await outcome
    if (error !== null) throw refusal(statement, error)
  }
}

function refusal(statement: DesignStatement, error: ServerError): NselfError {
  const offset = error.position === undefined ? -1 : utf16Offset(statement.sql, Number(error.position) - 1)
  const parts = statement.parts ?? []
  const named = parts.find(({ name }) => error.message.includes(`column "${name}"`))
  const place = (offset === -1 ? named : parts.findLast((part) => part.offset <= offset))?.at ?? statement.at
  return new NselfError('invalid-design', `PostgreSQL refuses this part of the design: ${error.message}`, {
    ...(place === null ? {} : { location: place }),
    server: detailOf(error),
    hint: hintFor(error),
    cause: error,
  })
}

function hintFor({ code }: ServerError): string {
  switch (code) {
    case '42830':
      return 'a reference needs a primary key or a unique column, or a unique index on just these columns, on its other side'
    case '42804':
      return 'both sides of a reference need the same type, and a default the type of its column'
    case '42P16':
      return 'a table has one primary key: mark several columns [pk], or write (a, b) [pk] under indexes'
    default:
      return 'mend the design; nothing was written'
  }
}

/**
 * The design with types that PostgreSQL knows: those of other databases are translated, and told.
 * @throws NselfError `invalid-design` at the first column whose type nobody knows.
 */
export async function withKnownTypes(client: Client, design: Design): Promise<Design> {
  const enums = new Set(design.enums.map(({ schema, name }) => quotedTable(schema, name)))
  const written = [...new Set(design.tables.flatMap((table) => table.columns.map((column) => column.type)))]
  const types = new Map<string, string>()
  for (const type of written) {
    const known = enums.has(type.replace(/(?:\s*\[\d*\])+$/, '')) || (await isType(client, type))
    const other = known ? null : equivalentOf(type)
    if (known) types.set(type, type)
    else if (other !== null && (await isType(client, other))) types.set(type, other)
  }
  const notes = [...types].flatMap(([type, other]) =>
    type === other ? [] : [`${type} is not a type of PostgreSQL: ${other} is used`],
  )
  const tables = design.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => {
      const type = types.get(column.type)
      if (type !== undefined) return { ...column, type }
      throw new NselfError(
        'invalid-design',
        `PostgreSQL knows no type ${column.type}, of ${table.name}.${column.name}`,
        {
          location: column.at,
          hint: 'write one that it knows, such as text, varchar(20), bigint, numeric(10,2), timestamptz or jsonb, or an Enum of the design; one of an extension needs a migration with CREATE EXTENSION first',
        },
      )
    }),
  }))
  return { ...design, tables, notes: [...design.notes, ...notes] }
}

async function isType(client: Client, type: string): Promise<boolean> {
  // A type with a syntax error is an error before PostgreSQL 16.
  const result = await client
    .query<{ known: boolean }>('SELECT to_regtype($1) IS NOT NULL AS known', [type])
    .catch(() => null)
  return result?.rows[0]?.known === true
}
