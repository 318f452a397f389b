import { needsExtension } from '../../core/schema/catalog.ts'
import { detail } from './detail-query.ts'
import { inSchema, mine, onTable, tableName } from './object-query.ts'
import { type RowsQuery, routineName } from './query-parts.ts'

/** SQL for what goes with an extension that it is no part of: `ALTER FUNCTION … DEPENDS ON EXTENSION …`. */

const properties = { [needsExtension]: 'needs.names' }

/** As `needs`, with the oids of what is listed in a system catalog. */
const needsIn = (catalog: string) =>
  `(SELECT objid, string_agg(quote_ident(x.extname), ', ' ORDER BY x.extname) AS names FROM pg_depend JOIN pg_extension x ON x.oid = refobjid
   WHERE refclassid = 'pg_extension'::regclass AND deptype = 'x' AND classid = '${catalog}'::regclass GROUP BY objid) AS needs`

export const extensionNeeds: readonly RowsQuery[] = [
  detail(
    { kind: `'function'`, path: routineName, properties },
    `${needsIn('pg_proc')} JOIN pg_proc p ON p.oid = needs.objid ${inSchema('p', 'pronamespace')} WHERE ${mine('pg_proc', 'p')}`,
  ),
  detail(
    { kind: `CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'index' END`, path: ['c.relname'], properties },
    `${needsIn('pg_class')} JOIN pg_class c ON c.oid = needs.objid ${inSchema('c', 'relnamespace')} WHERE ${mine('pg_class', 'c')}`,
  ),
  detail(
    { kind: `'trigger'`, path: ['c.relname', 't.tgname'], table: tableName, properties },
    `${needsIn('pg_trigger')} JOIN pg_trigger t ON t.oid = needs.objid ${onTable('t', 'tgrelid')} WHERE ${mine('pg_class', 'c')}`,
  ),
]
