import { commentOf, dottedName, isMine, notOfExtension, optionsOf, type RowsQuery } from './query-parts.ts'

/** SQL for tables and what they are made of; each row is one jsonb. Works on PostgreSQL 14 and later. */

const mineFrom = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`
const isTable = `c.relkind IN ('r', 'p', 'f') AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')}`
const names = (relation: string, columns: string) =>
  `ARRAY(SELECT a.attname FROM unnest(${columns}) WITH ORDINALITY AS listed(num, place)
    JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = listed.num ORDER BY listed.place)`

export const enums: RowsQuery = `SELECT jsonb_build_object('schema', n.nspname, 'name', t.typname,
  'labels', ARRAY(SELECT enumlabel FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder),
  'comment', ${commentOf('pg_type', 't.oid')}) AS value
 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
 WHERE t.typtype = 'e' AND ${isMine('n')} AND ${notOfExtension('pg_type', 't.oid')} ORDER BY n.nspname, t.typname`

export const tables: RowsQuery = `SELECT jsonb_build_object('schema', n.nspname, 'name', c.relname,
  'kind', CASE WHEN c.relispartition THEN 'partition' WHEN c.relkind = 'p' THEN 'partitioned'
   WHEN c.relkind = 'f' THEN 'foreign' ELSE 'table' END,
  'unlogged', c.relpersistence = 'u',
  'partitionKey', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
  'partitionBound', pg_get_expr(c.relpartbound, c.oid),
  'inherits', ARRAY(SELECT jsonb_build_object('schema', pn.nspname, 'name', p.relname) FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
    JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid ORDER BY i.inhseqno),
  'settings', jsonb_strip_nulls(jsonb_build_object(
    'row security', CASE WHEN c.relforcerowsecurity THEN 'forced' WHEN c.relrowsecurity THEN 'on' END,
    'replica identity', CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' WHEN 'i' THEN
      (SELECT 'index ' || x.relname FROM pg_index r JOIN pg_class x ON x.oid = r.indexrelid
        WHERE r.indrelid = c.oid AND r.indisreplident) END,
    'options', ${optionsOf('c.reloptions')},
    'access method', (SELECT amname FROM pg_am WHERE pg_am.oid = c.relam AND (amname <> 'heap' OR c.relkind = 'p')),
    'of type', CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
    'server', (SELECT s.srvname || COALESCE(' {' || ${optionsOf('f.ftoptions')} || '}', '') FROM pg_foreign_table f
      JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid))),
  'comment', ${commentOf('pg_class', 'c.oid')}) AS value
 FROM ${mineFrom} WHERE ${isTable} ORDER BY n.nspname, c.relname`

/** The sequence that a column owns: internally for an identity, else as with serial. */
const sequenceOf = (dependency: 'a' | 'i') => `(SELECT ${dottedName('sn.nspname', 's.relname')} FROM pg_depend w
  JOIN pg_class s ON s.oid = w.objid AND s.relkind = 'S' JOIN pg_namespace sn ON sn.oid = s.relnamespace
  WHERE w.classid = 'pg_class'::regclass AND w.refclassid = 'pg_class'::regclass AND w.refobjid = c.oid
   AND w.refobjsubid = a.attnum AND w.deptype = '${dependency}' LIMIT 1)`

/** Those of a partition are its parent's. */
export const columns: RowsQuery = `SELECT jsonb_build_object('schema', n.nspname, 'table', c.relname, 'name', a.attname,
  'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
  'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
  'generated', CASE WHEN a.attgenerated <> '' THEN jsonb_build_object('expression', pg_get_expr(d.adbin, d.adrelid),
    'kind', CASE a.attgenerated WHEN 's' THEN 'stored' ELSE 'virtual' END) END,
  'identity', CASE WHEN a.attidentity <> '' THEN jsonb_build_object('kind', CASE a.attidentity WHEN 'a' THEN 'always'
    ELSE 'by default' END, 'sequence', ${sequenceOf('i')}) END,
  'serial', CASE WHEN pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' THEN ${sequenceOf('a')} END,
  'collation', (SELECT ${dottedName('cn.nspname', 'co.collname')} FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
    WHERE co.oid = a.attcollation AND a.attcollation <> t.typcollation),
  'statistics', NULLIF(a.attstattarget, -1),
  'storage', CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
    WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
  'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
  'comment', (SELECT description FROM pg_description WHERE objoid = c.oid AND classoid = 'pg_class'::regclass
    AND objsubid = a.attnum)) AS value
 FROM ${mineFrom} JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE ${isTable} AND a.attnum > 0 AND NOT a.attisdropped AND NOT c.relispartition
 ORDER BY n.nspname, c.relname, a.attnum`

const rule = (column: string) =>
  `CASE ${column} WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' ELSE 'no action' END`

export const constraints: RowsQuery = `SELECT jsonb_build_object('schema', n.nspname, 'table', c.relname, 'name', k.conname,
  'kind', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign key'
   WHEN 'c' THEN 'check' ELSE 'exclusion' END,
  'definition', pg_get_constraintdef(k.oid), 'columns', ${names('k.conrelid', 'k.conkey')},
  'references', CASE WHEN k.contype = 'f' THEN (SELECT jsonb_build_object('schema', fn.nspname, 'table', f.relname,
    'columns', ${names('k.confrelid', 'k.confkey')}, 'onDelete', ${rule('k.confdeltype')}, 'onUpdate', ${rule('k.confupdtype')})
   FROM pg_class f JOIN pg_namespace fn ON fn.oid = f.relnamespace WHERE f.oid = k.confrelid) END,
  'comment', ${commentOf('pg_constraint', 'k.oid')}) AS value
 FROM ${mineFrom} JOIN pg_constraint k ON k.conrelid = c.oid
 WHERE ${isTable} AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0 AND k.conislocal
 ORDER BY n.nspname, c.relname, k.conname`

export const indexes: RowsQuery = `SELECT jsonb_build_object('schema', n.nspname, 'table', c.relname, 'name', x.relname,
  'definition', pg_get_indexdef(i.indexrelid), 'unique', i.indisunique, 'method', am.amname,
  'keys', (SELECT jsonb_agg(jsonb_build_object('text', CASE WHEN i.indkey[k - 1] = 0 THEN pg_get_indexdef(i.indexrelid, k, true)
    ELSE (SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum = i.indkey[k - 1]) END,
    'isColumn', i.indkey[k - 1] <> 0, 'behind', (SELECT CASE WHEN oc.opcdefault THEN '' ELSE ' '
      || CASE WHEN ocn.nspname IN ('pg_catalog', 'public') THEN '' ELSE ocn.nspname || '.' END || oc.opcname END
      || (ARRAY['', ' DESC NULLS LAST', ' NULLS FIRST', ' DESC'])[i.indoption[k - 1] + 1]
      FROM pg_opclass oc JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace WHERE oc.oid = i.indclass[k - 1])) ORDER BY k)
    FROM generate_series(1, i.indnkeyatts) k),
  'more', i.indpred IS NOT NULL OR i.indnatts <> i.indnkeyatts OR x.reloptions IS NOT NULL
    OR pg_get_indexdef(i.indexrelid) ~ 'NULLS NOT DISTINCT'
    OR EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = i.indexrelid AND o.attoptions IS NOT NULL)
    OR EXISTS (SELECT FROM generate_series(0, i.indnkeyatts - 1) k JOIN pg_attribute a ON a.attrelid = c.oid
      AND a.attnum = i.indkey[k] WHERE i.indcollation[k] <> 0 AND i.indcollation[k] <> a.attcollation),
  'valid', i.indisvalid, 'comment', ${commentOf('pg_class', 'x.oid')}) AS value
 FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am am ON am.oid = x.relam
 WHERE c.relkind IN ('r', 'p') AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')} AND ${notOfExtension('pg_class', 'x.oid')}
  AND NOT x.relispartition AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x'))
 ORDER BY n.nspname, c.relname, x.relname`
