import { quoteLiteral } from '../../core/sql/quoting.ts'

/** A SELECT of one column, `value` of type jsonb: one row an object. */
export type RowsQuery = string

/** Schemas of the user: neither PostgreSQL's nor this tool's. */
export const isMine = (namespace: string): string =>
  `${namespace}.nspname NOT IN ('pg_catalog', 'information_schema', 'nself') AND ${namespace}.nspname !~ '^pg_(toast|temp_)'`

/** SQL for what core's `dotted` makes of one name. */
const namePart = (column: string): string =>
  `CASE WHEN ${column} ~ '[".=]' THEN quote_ident(${column}) ELSE ${column}::text END`

/** SQL for what core's `dotted` makes of names. */
export const dottedName = (...columns: readonly string[]): string =>
  columns.map((column) => `(${namePart(column)})`).join(` || '.' || `)

/** What an extension has made is part of that extension. */
export const notOfExtension = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend member WHERE member.classid = '${catalog}'::regclass AND member.objid = ${oid} AND member.deptype = 'e')`

/** Options of storage as a list, in an order of their own: PostgreSQL keeps the one in which they were set. */
export const optionsOf = (column: string): string =>
  `(SELECT string_agg(item, ', ' ORDER BY item) FROM unnest(${column}) AS item)`

/** The same of a column's, without the mark that minor releases from late in 2026 put on every column for themselves. */
export const columnOptionsOf = (column: string): string =>
  `CASE WHEN ${column} IS NOT NULL THEN
   (SELECT string_agg(item, ', ' ORDER BY item) FROM unnest(${column}) AS item WHERE item !~ '^pg_attver=') END`

/** Options as `optionsOf` has them, of what may hold a password, of which only that it is set is told. */
export const optionsWithoutSecrets = (column: string): string =>
  `(SELECT string_agg(regexp_replace(item, '^([^=]*(?:pass|secret|token|key)[^=]*)=.*', '\\1=***', 'is'), ', ' ORDER BY item) FROM unnest(${column}) AS item)`

/** A function by name and arguments, or null. */
export const functionOf = (column: string): string => `NULLIF(${column}, 0)::regprocedure`

/**
 * The comment on an object, as SQL.
 * @param catalog the system catalog that lists it.
 * @param oid SQL.
 */
export const commentOf = (catalog: string, oid: string): string => `obj_description(${oid}, '${catalog}')`

/** A function with its arguments, of pg_proc `p`: `f(integer)`. */
export const routineName = `${dottedName('p.proname')} || '(' || pg_get_function_identity_arguments(p.oid) || ')'`

/** A query for the text of a view; `name` as SQL takes it. */
export function viewDefinition(name: string): string {
  return `SELECT pg_get_viewdef(${quoteLiteral(name)}::regclass)`
}
