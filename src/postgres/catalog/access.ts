import { pathSql } from './detail-query.ts'
import { inSchema, mine, onTable, tableName } from './object-query.ts'
import { dottedName, notOfExtension, type RowsQuery, routineName } from './query-parts.ts'
import { relationKind } from './relation-details.ts'

/** SQL for who owns what and what others may do with it. */

/** Of what it is told. */
export interface AccessFields {
  /** SQL for the word of its kind. */
  readonly kind: string
  readonly path: readonly string[] | string
  readonly schema?: string
  readonly table?: string
  /** SQL for the owner's oid; null of a column. */
  readonly owner: string
  /** With the letter by which PostgreSQL calls the kind; without it there are no rights to it. */
  readonly acl?: readonly [column: string, letter: string]
  readonly isColumn?: boolean
  readonly signature?: string
}

/** The rights of a list that SQL gives, as far as `isOthers`, by role. */
export const grantsOf = (
  acl: string,
  isOthers: string,
) => `COALESCE((SELECT jsonb_agg(jsonb_build_object('to', grantee, 'what', what) ORDER BY grantee, what)
   FROM (SELECT CASE held.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(held.grantee) END AS grantee,
     string_agg(DISTINCT privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', ') AS what
    FROM aclexplode(${acl}) AS held WHERE ${isOthers} GROUP BY held.grantee) AS granted), '[]')`

/** An owner has all rights to his own, unless they were taken. */
const withheldOf = (acl: string, letter: string, owner: string) => `CASE WHEN ${acl} IS NOT NULL THEN
   (SELECT string_agg(privilege_type, ', ') FROM (SELECT privilege_type FROM aclexplode(acldefault(${letter}, ${owner})) WHERE grantee = ${owner}
    EXCEPT SELECT privilege_type FROM aclexplode(${acl}) WHERE grantee = ${owner}) AS taken) END`

function row(
  { kind, path, schema = 'n.nspname', table = 'NULL', owner, acl, isColumn = false, signature = 'NULL' }: AccessFields,
  from: string,
) {
  const [column, letter] = acl ?? ['NULL::aclitem[]', 'r']
  const all = acl === undefined || isColumn ? column : `COALESCE(${column}, acldefault('${letter}', ${owner}))`
  return `SELECT jsonb_build_object('kind', ${kind}, 'schema', ${schema}, 'path', ${pathSql(path)}, 'table', ${table}, 'signature', ${signature},
   'owner', ${isColumn ? 'NULL' : `pg_get_userbyid(${owner})`}, 'grants', ${grantsOf(all, isColumn ? 'true' : `held.grantee <> ${owner}`)},
   'withheld', ${acl === undefined || isColumn ? 'NULL' : withheldOf(column, `'${letter}'`, owner)}) AS value FROM ${from}`
}

/** Of a kind that has an owner and no rights. */
const owned = (kind: string, catalog: string, prefix: string, path: readonly string[] | string) =>
  row(
    { kind: `'${kind}'`, path, owner: `o.${prefix}owner` },
    `${catalog} o ${inSchema('o', `${prefix}namespace`)} WHERE ${mine(catalog, 'o')}`,
  )

const methodOf = (column: string) => `(SELECT amname FROM pg_am WHERE pg_am.oid = ${column})`

/** The kinds that extensions make and others are given rights to, too. */
export const shared = {
  relation: { kind: relationKind, path: ['c.relname'], owner: 'c.relowner', acl: ['c.relacl', 'r'] },
  sequence: { kind: `'sequence'`, path: ['c.relname'], owner: 'c.relowner', acl: ['c.relacl', 's'] },
  routine: {
    kind: `CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE 'function' END`,
    path: routineName,
    owner: 'p.proowner',
    acl: ['p.proacl', 'f'],
    signature: `${dottedName('p.proname')} || '(' || oidvectortypes(p.proargtypes) || ')'`,
  },
  schema: { kind: `'schema'`, schema: 'NULL', path: ['n.nspname'], owner: 'n.nspowner', acl: ['n.nspacl', 'n'] },
} as const satisfies Readonly<Record<string, AccessFields>>

const ofSchemas: readonly RowsQuery[] = [
  row(
    shared.relation,
    `pg_class c ${inSchema('c', 'relnamespace')} WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${mine('pg_class', 'c')}`,
  ),
  row(
    shared.sequence,
    `pg_class c ${inSchema('c', 'relnamespace')} WHERE c.relkind = 'S' AND ${mine('pg_class', 'c')}`,
  ),
  row(
    {
      kind: `'column'`,
      path: ['c.relname', 'a.attname'],
      table: tableName,
      owner: 'c.relowner',
      acl: ['a.attacl', 'c'],
      isColumn: true,
    },
    `pg_attribute a ${onTable('a', 'attrelid')} WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped AND ${mine('pg_class', 'c')}`,
  ),
  row(shared.routine, `pg_proc p ${inSchema('p', 'pronamespace')} WHERE ${mine('pg_proc', 'p')}`),
  row(
    {
      kind: `CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END`,
      path: ['t.typname'],
      owner: 't.typowner',
      acl: ['t.typacl', 'T'],
    },
    `pg_type t ${inSchema('t', 'typnamespace')} LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE (t.typtype IN ('e', 'd', 'r')
      OR (t.typtype = 'c' AND c.relkind = 'c') OR (t.typtype = 'b' AND t.typelem = 0)) AND ${mine('pg_type', 't')}`,
  ),
  owned('collation', 'pg_collation', 'coll', ['o.collname']),
  owned('conversion', 'pg_conversion', 'con', ['o.conname']),
  owned('statistics', 'pg_statistic_ext', 'stx', ['o.stxname']),
  owned('text search', 'pg_ts_config', 'cfg', `'configuration ' || o.cfgname`),
  owned('text search', 'pg_ts_dict', 'dict', `'dictionary ' || o.dictname`),
  owned('operator class', 'pg_opclass', 'opc', `o.opcname || ' USING ' || ${methodOf('o.opcmethod')}`),
  owned('operator family', 'pg_opfamily', 'opf', `o.opfname || ' USING ' || ${methodOf('o.opfmethod')}`),
  owned(
    'operator',
    'pg_operator',
    'opr',
    `o.oprname || ' (' || format_type(o.oprleft, NULL) || ', ' || format_type(o.oprright, NULL) || ')'`,
  ),
]

/** Of a kind that belongs to the whole database. */
const global = (kind: string, catalog: string, prefix: string, letter: string | null) =>
  row(
    {
      kind: `'${kind}'`,
      schema: 'NULL',
      path: [`o.${prefix}name`],
      owner: `o.${prefix}owner`,
      ...(letter === null ? {} : { acl: [`o.${prefix}acl`, letter] as const }),
    },
    `${catalog} o WHERE o.oid >= 16384 AND ${notOfExtension(catalog, 'o.oid')}`,
  )

const defaultPrivileges = `SELECT jsonb_build_object('kind', 'default privileges', 'schema', n.nspname,
  'path', jsonb_build_array(CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
   WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects' ELSE d.defaclobjtype::text END),
  'table', NULL, 'owner', pg_get_userbyid(d.defaclrole),
  'grants', ${grantsOf('d.defaclacl', 'held.grantee <> d.defaclrole OR d.defaclnamespace <> 0')},
  'withheld', CASE WHEN d.defaclnamespace = 0 THEN ${withheldOf('d.defaclacl', `CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END`, 'd.defaclrole')} END) AS value
 FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace WHERE n.oid IS NULL OR n.nspname <> 'nself'`

export const access: readonly RowsQuery[] = [
  row(shared.schema, `pg_namespace n WHERE ${mine('pg_namespace', 'n')}`),
  ...ofSchemas,
  global('language', 'pg_language', 'lan', 'l'),
  global('foreign-data wrapper', 'pg_foreign_data_wrapper', 'fdw', 'F'),
  global('foreign server', 'pg_foreign_server', 'srv', 'S'),
  global('publication', 'pg_publication', 'pub', null),
  global('event trigger', 'pg_event_trigger', 'evt', null),
  defaultPrivileges,
]
