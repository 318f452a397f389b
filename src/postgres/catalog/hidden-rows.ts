import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'

/**
 * A table may hide its rows from its own owner (FORCE ROW LEVEL SECURITY): a look by that role sees fewer than there are.
 * An owner may lift that, and what a transaction lifts is back when it ends.
 */

/** A clause of CREATE FUNCTION: rows that are hidden make a query fail, instead of being left out. */
export const readsAllRows = 'SET row_security = off'

/** Has rows that are hidden make a query of the open transaction fail, instead of being left out. */
export const refuseHiddenSql = 'SET LOCAL row_security = off'

const lift = (name: string) => `EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', ${name});`

/**
 * Statements of PL/pgSQL that put what a query over one table says into a variable, whoever its rows are hidden from.
 * The table is afterwards as it was, and so are constraints that wait for COMMIT, though none may be broken: a block that ends with an exception takes back what it did, but for variables.
 * @param query an expression that gives the query's text.
 * @param name an expression that gives the table's name as SQL takes it.
 */
export function unhiddenInto(query: string, name: string, variable: string): string {
  return `IF row_security_active(${name}) THEN
    BEGIN SET CONSTRAINTS ALL IMMEDIATE; ${lift(name)} EXECUTE ${query} INTO ${variable}; RAISE SQLSTATE 'NSELF';
    EXCEPTION WHEN SQLSTATE 'NSELF' THEN NULL; END;
   ELSE EXECUTE ${query} INTO ${variable}; END IF;`
}

/** Has the transaction that is open read all rows of all tables, until it is rolled back; a query for which that fails says so. */
export const readAllRowsSql = `${refuseHiddenSql}; DO $nself$ DECLARE hidden record; BEGIN
 FOR hidden IN SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relforcerowsecurity AND row_security_active(oid)
  LOOP ${lift('hidden.name')} END LOOP; END $nself$`

const hidingSql = `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relforcerowsecurity AND row_security_active(oid) ORDER BY 1`

/** Does something to rows as an owner does from whom no table hides them; afterwards each table hides them again. */
export async function asSeeingOwner<T>(client: Client, use: () => Promise<T>): Promise<T> {
  const hiding = await rowsOf<{ name: string }>(client, hidingSql)
  const force = async (how: string) => {
    for (const { name } of hiding) await client.query(`ALTER TABLE ${name} ${how} ROW LEVEL SECURITY`)
  }
  await force('NO FORCE')
  const result = await use()
  await force('FORCE')
  return result
}
