import { reaching } from '../../core/replay/reaching-extensions.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { type AccessFields, grantsOf, shared } from './access.ts'
import { pathSql } from './detail-query.ts'
import { inSchema } from './object-query.ts'
import type { RowsQuery } from './query-parts.ts'

/** What an extension has made but for what a replay takes rights to, where its rights are others than the extension itself gave it. */
function ofExtension(
  {
    kind,
    path,
    schema = 'n.nspname',
    owner,
    acl,
    signature = 'NULL',
  }: AccessFields & Required<Pick<AccessFields, 'acl'>>,
  [catalog, oid]: readonly [catalog: string, oid: string],
  from: string,
): RowsQuery {
  const [column, letter] = acl
  const grants = (of: string) =>
    grantsOf(`COALESCE(${of}, acldefault('${letter}', ${owner}))`, `held.grantee <> ${owner}`)
  return `SELECT value FROM (SELECT jsonb_build_object('kind', ${kind}, 'schema', ${schema}, 'path', ${pathSql(path)}, 'table', NULL,
   'signature', ${signature}, 'owner', NULL, 'grants', ${grants(column)}, 'withheld', NULL,
   'extension', jsonb_build_object('name', x.extname, 'grants', ${grants('i.initprivs')})) AS value
   FROM ${from} JOIN pg_depend member ON member.classid = '${catalog}'::regclass AND member.objid = ${oid} AND member.deptype = 'e'
   JOIN pg_extension x ON x.oid = member.refobjid AND x.extname NOT IN (${reaching.map(quoteLiteral).join(', ')})
   LEFT JOIN pg_init_privs i ON i.classoid = member.classid AND i.objoid = member.objid AND i.objsubid = 0
   WHERE ${column} IS DISTINCT FROM i.initprivs) AS given WHERE value -> 'grants' <> value #> '{extension,grants}'`
}

/** SQL for rights to what extensions have made. */
export const extensionAccess: readonly RowsQuery[] = [
  ofExtension(
    shared.relation,
    ['pg_class', 'c.oid'],
    `pg_class c ${inSchema('c', 'relnamespace')} AND c.relkind IN ('r', 'p', 'f', 'v', 'm')`,
  ),
  ofExtension(
    shared.sequence,
    ['pg_class', 'c.oid'],
    `pg_class c ${inSchema('c', 'relnamespace')} AND c.relkind = 'S'`,
  ),
  ofExtension(shared.routine, ['pg_proc', 'p.oid'], `pg_proc p ${inSchema('p', 'pronamespace')}`),
  ofExtension(shared.schema, ['pg_namespace', 'n.oid'], 'pg_namespace n'),
]
