import type { Catalog, Table } from '../../core/schema/catalog.ts'
import type { Design } from '../../core/schema/design.ts'
import { type DesignFault, invalidDesign } from '../../core/schema/design-faults.ts'
import { type DesignStatement, designSql } from '../../core/schema/design-sql.ts'
import { recordStatements } from '../../core/schema/records.ts'
import { quoteQualified } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import { type ServerError, send } from '../driver/send.ts'
import { detailOf } from '../driver/server-error.ts'
import { utf16Offset } from '../run/failure.ts'

/** Locks are a shared, small pool: what makes or drops thousands of tables goes in several transactions. */
const batch = 200

/** A part of a design that is to be made, in a database that has the rest of it. */
export interface DesignPart {
  readonly design: Design
  /** The tables that stand in its way, or are gone from the design. */
  readonly dropped: readonly Table[]
}

/**
 * Turns a copy of the current database into one that has the design's tables instead of its own, and its records in them.
 * @param current its catalog.
 * @throws NselfError `invalid-design` at the part of the file that PostgreSQL refuses.
 */
export async function makeDesign(client: Client, { design, dropped }: DesignPart, current: Catalog): Promise<void> {
  for (const sql of dropsOf(dropped)) await client.query(sql)
  // None of it needs to last.
  await client.query('SET synchronous_commit = off')
  const faults: DesignFault[] = []
  for (const some of chunks(statementsOf(design, current))) faults.push(...(await makeAll(client, some)))
  // What follows from a table that could not be made is no fault of its own.
  const own = faults.filter(({ server }) => server?.sqlstate !== '42P01')
  const [first, ...more] = own.length > 0 ? own : faults
  if (first !== undefined) throw invalidDesign([first, ...more])
}

/** The same in a transaction that is open. @throws what the server says of the first part that it refuses. */
export async function makeDesignWithin(
  client: Client,
  { design, dropped }: DesignPart,
  current: Catalog,
): Promise<void> {
  await client.query([...dropsOf(dropped), ...statementsOf(design, current).map(({ sql }) => sql)].join(';\n'))
}

function dropsOf(tables: readonly Table[]): string[] {
  return chunks(tables).map(
    (some) => `DROP TABLE IF EXISTS ${some.map(({ schema, name }) => quoteQualified(schema, name)).join(', ')} CASCADE`,
  )
}

function chunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / batch) }, (_, i) => items.slice(i * batch, (i + 1) * batch))
}

function statementsOf(design: Design, current: Catalog): DesignStatement[] {
  return [...designSql(design, current), ...recordStatements(design)]
}

/** All in one message, which is one transaction; where one of them fails, each by itself, so that all faults are told. */
async function makeAll(client: Client, statements: readonly DesignStatement[]): Promise<DesignFault[]> {
  const whole = await send(client, statements.map(({ sql }) => sql).join(';\n'))
  if (whole.error === null) return []
  const sent = statements.map((statement) => ({ statement, outcome: send(client, statement.sql) }))
  const faults: DesignFault[] = []
  for (const { statement, outcome } of sent) {
    const { error } = await outcome
    if (error !== null) faults.push(faultOf(statement, error))
  }
  return faults
}

function faultOf(statement: DesignStatement, error: ServerError): DesignFault {
  const offset = error.position === undefined ? -1 : utf16Offset(statement.sql, Number(error.position) - 1)
  const parts = statement.parts ?? []
  const named = parts.find(({ name }) => error.message.includes(`column "${name}"`))
  return {
    message: `PostgreSQL refuses this part of the design: ${error.message}`,
    at: (offset === -1 ? named : parts.findLast((part) => part.offset <= offset))?.at ?? statement.at,
    hint: hintFor(error),
    server: detailOf(error),
    cause: error,
  }
}

function hintFor({ code, message }: ServerError): string {
  if (/has no default operator class/.test(message)) {
    return 'write the index with an operator class, in backticks: `name gin_trgm_ops` [type: gin]'
  }
  switch (code) {
    case '42830':
      return 'a reference needs a primary key or a unique column, or a unique index on just these columns, on its other side; or check whether it points the wrong way'
    case '42804':
      return 'both sides of a reference need the same type, and a default the type of its column'
    case '42P16':
      return 'a table has one primary key: mark several columns [pk], or write (a, b) [pk] under indexes'
    default:
      return 'fix the design'
  }
}
