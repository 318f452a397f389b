import { ownDefinition } from '../../core/schema/catalog.ts'
import { notNullProperty } from '../../core/schema/not-null.ts'
import { detail } from './detail-query.ts'
import { enabled, inSchema, mine, onTable, tableName } from './object-query.ts'
import { columnOptionsOf, commentOf, optionsOf, type RowsQuery } from './query-parts.ts'

/** SQL for what can be set on tables, views and their parts beyond what a design or a diagram can show. */

/** The word for a relation `c` among core's items. */
export const relationKind = `CASE c.relkind WHEN 'f' THEN 'foreign table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
  WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type' ELSE 'table' END`

// Few tables have any of these, so each is looked for where it would be.

const toastOptions = detail(
  { kind: relationKind, path: ['c.relname'], properties: { 'toast options': optionsOf('t.reloptions') } },
  `pg_class t JOIN pg_class c ON c.reltoastrelid = t.oid ${inSchema('c', 'relnamespace')}
   WHERE t.relkind = 't' AND t.reloptions IS NOT NULL AND ${mine('pg_class', 'c')}`,
)

const clusters = detail(
  { kind: relationKind, path: ['c.relname'], properties: { 'clustered on': 'x.relname' } },
  `pg_index i JOIN pg_class x ON x.oid = i.indexrelid ${onTable('i', 'indrelid')} WHERE i.indisclustered AND ${mine('pg_class', 'c')}`,
)

const detaching = detail(
  { kind: relationKind, path: ['c.relname'], properties: { detaching: `'pending'` } },
  `pg_inherits h ${onTable('h', 'inhrelid')} WHERE h.inhdetachpending AND ${mine('pg_class', 'c')}`,
)

const columnOptions = detail(
  {
    kind: `'column'`,
    path: ['c.relname', 'a.attname'],
    table: tableName,
    properties: { options: columnOptionsOf('a.attoptions'), 'foreign options': optionsOf('a.attfdwoptions') },
  },
  `pg_attribute a ${onTable('a', 'attrelid')} WHERE (${columnOptionsOf('a.attoptions')} IS NOT NULL OR a.attfdwoptions IS NOT NULL)
   AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'm') AND ${mine('pg_class', 'c')}`,
)

/** Of views and composite types: what those say themselves is in their definition. */
const otherColumns = detail(
  {
    kind: `'column'`,
    path: ['c.relname', 'a.attname'],
    table: tableName,
    properties: {
      default: `CASE WHEN c.relkind = 'v' THEN (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
        WHERE adrelid = c.oid AND adnum = a.attnum) END`,
      'statistics target': `CASE WHEN c.relkind = 'm' THEN NULLIF(a.attstattarget, -1) END`,
      storage: `CASE WHEN c.relkind = 'm' AND a.attstorage <> t.typstorage THEN a.attstorage END`,
      compression: `CASE WHEN c.relkind = 'm' THEN NULLIF(a.attcompression, '') END`,
      comment: `CASE WHEN c.relkind = 'c' THEN col_description(c.oid, a.attnum) END`,
    },
  },
  `pg_class c ${inSchema('c', 'relnamespace')} JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
   WHERE c.relkind IN ('v', 'm', 'c') AND a.attnum > 0 AND NOT a.attisdropped AND ${mine('pg_class', 'c')}`,
)

const differs = (column: string) => `CASE WHEN a.${column} IS DISTINCT FROM up.${column} THEN a.${column} END`

/** Columns of partitions, where they are not as their parent's. */
const partitionColumns = detail(
  {
    kind: `'column'`,
    path: ['c.relname', 'a.attname'],
    table: tableName,
    properties: {
      default: `CASE WHEN a.attgenerated = '' AND mine.expression IS DISTINCT FROM parent.expression
        THEN COALESCE(mine.expression, 'none') END`,
      'generated expression': `CASE WHEN a.attgenerated <> '' AND mine.expression IS DISTINCT FROM parent.expression
        THEN mine.expression END`,
      nullability: `CASE WHEN a.attnotnull <> up.attnotnull THEN CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END END`,
      'statistics target': differs('attstattarget'),
      storage: differs('attstorage'),
      compression: differs('attcompression'),
      comment: 'col_description(c.oid, a.attnum)',
    },
  },
  `pg_class c ${inSchema('c', 'relnamespace')} JOIN pg_inherits h ON h.inhrelid = c.oid
   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   JOIN pg_attribute up ON up.attrelid = h.inhparent AND up.attname = a.attname AND NOT up.attisdropped,
   LATERAL (SELECT (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = c.oid AND adnum = a.attnum) AS expression) mine,
   LATERAL (SELECT (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = h.inhparent AND adnum = up.attnum) AS expression) parent
   WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND ${mine('pg_class', 'c')}`,
)

/** A child keeps a column of its own when its parent drops the column, or is left. */
const ownColumns = detail(
  {
    kind: `'column'`,
    path: ['c.relname', 'a.attname'],
    table: tableName,
    properties: { [ownDefinition]: `'besides the inherited one'` },
  },
  `pg_attribute a ${onTable('a', 'attrelid')} WHERE a.attinhcount > 0 AND a.attislocal AND a.attnum > 0
   AND NOT a.attisdropped AND NOT c.relispartition AND ${mine('pg_class', 'c')}`,
)

/** What PostgreSQL 18 and later keep as a constraint, where it has another name than by itself, a comment, or says more. */
const notNulls = detail(
  {
    kind: `'column'`,
    path: ['c.relname', 'a.attname'],
    table: tableName,
    properties: {
      [notNullProperty]: `format('%I %s', k.conname, pg_get_constraintdef(k.oid))`,
      'not null comment': 'd.description',
    },
  },
  `pg_constraint k ${onTable('k', 'conrelid')} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
   LEFT JOIN pg_description d ON d.objoid = k.oid AND d.classoid = 'pg_constraint'::regclass
   WHERE k.contype = 'n' AND k.conislocal AND (k.coninhcount = 0 OR NOT c.relispartition) AND ${mine('pg_class', 'c')}
    AND (k.connoinherit OR NOT k.convalidated OR d.description IS NOT NULL OR k.conname <> c.relname || '_' || a.attname || '_not_null')`,
)

const indexStatistics = `(SELECT string_agg(e.attnum || ': ' || e.attstattarget, ', ' ORDER BY e.attnum) FROM pg_attribute e
  WHERE e.attrelid = x.oid AND e.attstattarget >= 0)`

/** Of the index of a key. */
const keys = detail(
  {
    kind: `'constraint'`,
    path: ['c.relname', 'k.conname'],
    table: tableName,
    properties: {
      'index options': optionsOf('x.reloptions'),
      'index comment': 'd.description',
      'index validity': `CASE WHEN NOT i.indisvalid THEN 'INVALID' END`,
      'index statistics': indexStatistics,
    },
  },
  `pg_constraint k ${onTable('k', 'conrelid')} JOIN pg_class x ON x.oid = k.conindid JOIN pg_index i ON i.indexrelid = x.oid
   LEFT JOIN pg_description d ON d.objoid = x.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
   WHERE k.contype IN ('p', 'u', 'x') AND k.conparentid = 0 AND ${mine('pg_class', 'c')}
    AND (x.reloptions IS NOT NULL OR d.description IS NOT NULL OR NOT i.indisvalid OR i.indexprs IS NOT NULL)`,
)

/** Which of a constraint's triggers on a table it is, where they are not alike. */
const alone = `CASE WHEN EXISTS (SELECT FROM pg_trigger other WHERE other.tgconstraint = one.tgconstraint AND other.tgrelid = one.tgrelid
   AND other.tgenabled <> one.tgenabled)
  THEN format(' for %s (%s)', CASE WHEN tgtype & 4 > 0 THEN 'INSERT' WHEN tgtype & 8 > 0 THEN 'DELETE' ELSE 'UPDATE' END,
   (SELECT proname FROM pg_proc WHERE pg_proc.oid = tgfoid)) ELSE '' END`

/** PostgreSQL keeps references and deferred keys by triggers of its own, which can be disabled. */
const enforcement = detail(
  {
    kind: `'constraint'`,
    path: ['c.relname', 'k.conname'],
    table: tableName,
    properties: { enforcement: "string_agg(DISTINCT t.words, ', ')" },
  },
  `(SELECT tgconstraint, 'on ' || tgrelid::regclass || ${enabled('tgenabled')} || ${alone} AS words FROM pg_trigger one
     WHERE tgisinternal AND tgenabled <> 'O' AND tgconstraint <> 0) t
   JOIN pg_constraint k ON k.oid = t.tgconstraint ${onTable('k', 'conrelid')}
   WHERE k.contype <> 't' AND k.conparentid = 0 AND ${mine('pg_class', 'c')} GROUP BY c.oid, n.oid, c.relname, n.nspname, k.conname`,
)

const indexes = detail(
  {
    kind: `'index'`,
    path: ['x.relname'],
    table: tableName,
    properties: {
      statistics: indexStatistics,
      // One of a partition is its parent's, but for its name and its comment.
      'part of': `CASE WHEN x.relispartition THEN (SELECT h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = x.oid) END`,
      comment: `CASE WHEN x.relispartition THEN ${commentOf('pg_class', 'x.oid')} END`,
      options: `CASE WHEN x.relispartition THEN ${optionsOf('x.reloptions')} END`,
    },
  },
  `pg_index i JOIN pg_class x ON x.oid = i.indexrelid ${onTable('i', 'indrelid')} WHERE (x.relispartition OR i.indexprs IS NOT NULL)
    AND ${mine('pg_class', 'c')} AND ${mine('pg_class', 'x')}
    AND (x.relispartition OR NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = x.oid AND contype IN ('p', 'u', 'x')))`,
)

/** Those of partitions are their parent's, but they fire or not as their table says. */
const triggers = detail(
  {
    kind: `'trigger'`,
    path: ['c.relname', 't.tgname'],
    table: tableName,
    properties: {
      state: `CASE WHEN t.tgenabled <> up.tgenabled THEN COALESCE(NULLIF(${enabled('t.tgenabled')}, ''), 'ENABLED') END`,
      name: `CASE WHEN t.tgname <> up.tgname THEN 'as ' || up.tgname END`,
      comment: commentOf('pg_trigger', 't.oid'),
    },
  },
  `pg_trigger t ${onTable('t', 'tgrelid')} JOIN pg_trigger up ON up.oid = t.tgparentid
   WHERE (t.tgconstraint = 0 OR EXISTS (SELECT FROM pg_constraint k WHERE k.oid = t.tgconstraint AND k.contype = 't'))
    AND ${mine('pg_class', 'c')}`,
)

export const relationDetails: readonly RowsQuery[] = [
  toastOptions,
  clusters,
  detaching,
  columnOptions,
  otherColumns,
  partitionColumns,
  ownColumns,
  notNulls,
  keys,
  enforcement,
  indexes,
  triggers,
]
