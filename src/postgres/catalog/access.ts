import type { Access, Catalog } from '../../core/schema/catalog.ts'
import { isMine, notOfExtension, type RowsQuery, routineName } from './query-parts.ts'

/** One object's owner and rights; a column has no owner of its own. */
export interface AccessRow extends Access {
  readonly kind: 'relation' | 'column' | 'routine' | 'type' | 'schema'
  /** Null of a schema itself. */
  readonly schema: string | null
  /** With the arguments of a function. */
  readonly name: string
  /** Null of what is no column. */
  readonly column: string | null
}

const grants = (acl: string, type: string, owner: string) => `ARRAY(SELECT string_agg(privilege_type
    || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', ' ORDER BY privilege_type)
    || ' TO ' || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END
  FROM aclexplode(COALESCE(${acl}, acldefault('${type}', ${owner}))) WHERE grantee <> ${owner} GROUP BY grantee ORDER BY 1)`

const row = (
  kind: AccessRow['kind'],
  name: string,
  owner: string,
  acl: string,
  type: string,
  from: string,
): RowsQuery =>
  `SELECT jsonb_build_object('kind', '${kind}', 'schema', ${kind === 'schema' ? 'NULL' : 'n.nspname'}, 'name', ${name}, 'column', NULL, 'owner', pg_get_userbyid(${owner}),
    'grants', ${grants(acl, type, owner)}) AS value FROM ${from}`

/** SQL for who owns what and what others may do with it. */
export const access: readonly RowsQuery[] = [
  row('schema', 'n.nspname', 'n.nspowner', 'n.nspacl', 'n', `pg_namespace n WHERE ${isMine('n')}`),
  row(
    'relation',
    'c.relname',
    'c.relowner',
    'c.relacl',
    'r',
    `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
      AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')}`,
  ),
  row(
    'relation',
    'c.relname',
    'c.relowner',
    'c.relacl',
    's',
    `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S'
      AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')}`,
  ),
  `SELECT jsonb_build_object('kind', 'column', 'schema', n.nspname, 'name', c.relname, 'column', a.attname, 'owner', '',
    'grants', ${grants('a.attacl', 'c', 'c.relowner')}) AS value FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND ${isMine('n')}`,
  row(
    'routine',
    routineName,
    'p.proowner',
    'p.proacl',
    'f',
    `pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${isMine('n')} AND ${notOfExtension('pg_proc', 'p.oid')}`,
  ),
  row(
    'type',
    't.typname',
    't.typowner',
    't.typacl',
    'T',
    `pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'c', 'r')
      AND ${isMine('n')} AND ${notOfExtension('pg_type', 't.oid')}`,
  ),
]

const kindOf: Readonly<Record<string, AccessRow['kind']>> = {
  function: 'routine',
  aggregate: 'routine',
  domain: 'type',
  type: 'type',
}

/** The catalog with owners and rights. */
export function withAccess(catalog: Catalog, rows: readonly AccessRow[]): Catalog {
  const keyOfRow = (kind: AccessRow['kind'], schema: string | null, name: string, column: string | null = null) =>
    JSON.stringify([kind, schema, name, column])
  const byName = new Map(rows.map((item) => [keyOfRow(item.kind, item.schema, item.name, item.column), item]))
  const of = (kind: AccessRow['kind'], schema: string | null, name: string): { access?: Access } => {
    const found = byName.get(keyOfRow(kind, schema, name))
    return found === undefined ? {} : { access: { owner: found.owner, grants: found.grants } }
  }
  return {
    ...catalog,
    enums: catalog.enums.map((item) => ({ ...item, ...of('type', item.schema, item.name) })),
    tables: catalog.tables.map((table) => ({
      ...table,
      ...of('relation', table.schema, table.name),
      columns: table.columns.map((column) => ({
        ...column,
        grants: byName.get(keyOfRow('column', table.schema, table.name, column.name))?.grants ?? [],
      })),
    })),
    others: catalog.others.map((item) =>
      item.kind === 'schema'
        ? { ...item, ...of('schema', null, item.name) }
        : { ...item, ...of(kindOf[item.kind] ?? 'relation', item.schema, item.name) },
    ),
  }
}
