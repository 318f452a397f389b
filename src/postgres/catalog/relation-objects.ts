import { enabled, inSchema, mine, onTable, other, tableName } from './object-query.ts'
import { commentOf, dottedName, optionsOf } from './query-parts.ts'

/** SQL for views, and for what stands on tables and views. */

/** The query for the views of a kind. @param relkind the letter that pg_class has for it. */
export const view = (kind: 'view' | 'materialized view', relkind: string) =>
  other(
    {
      kind,
      schema: 'n.nspname',
      name: 'c.relname',
      definition: `COALESCE('WITH (' || ${optionsOf('c.reloptions')} || ') ', '') || pg_get_viewdef(c.oid)`,
      properties: { 'access method': `(SELECT NULLIF(amname, 'heap') FROM pg_am WHERE pg_am.oid = c.relam)` },
      comment: commentOf('pg_class', 'c.oid'),
    },
    `pg_class c ${inSchema('c', 'relnamespace')} WHERE c.relkind = '${relkind}' AND ${mine('pg_class', 'c')}`,
  )

/** Those on columns of views; those of tables are the tables'. */
export const commentsOfViews = other(
  {
    kind: 'comment',
    schema: 'n.nspname',
    name: dottedName('c.relname', 'a.attname'),
    table: tableName,
    definition: 'd.description',
    comment: 'NULL',
  },
  `pg_description d ${onTable('d', 'objoid')} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
   WHERE d.classoid = 'pg_class'::regclass AND d.objsubid > 0 AND c.relkind IN ('v', 'm') AND ${mine('pg_class', 'c')}`,
)

export const indexesOfViews = other(
  {
    kind: 'index',
    schema: 'n.nspname',
    name: 'x.relname',
    table: tableName,
    definition: 'pg_get_indexdef(x.oid)',
    comment: commentOf('pg_class', 'x.oid'),
  },
  `pg_index i JOIN pg_class x ON x.oid = i.indexrelid ${onTable('i', 'indrelid')} WHERE c.relkind = 'm' AND ${mine('pg_class', 'c')}`,
)

export const rules = other(
  {
    kind: 'rule',
    schema: 'n.nspname',
    name: 'r.rulename',
    table: tableName,
    definition: `pg_get_ruledef(r.oid) || ${enabled('r.ev_enabled')}`,
    comment: commentOf('pg_rewrite', 'r.oid'),
  },
  `pg_rewrite r ${onTable('r', 'ev_class')} WHERE r.rulename <> '_RETURN' AND ${mine('pg_class', 'c')}`,
)

export const triggers = other(
  {
    kind: 'trigger',
    schema: 'n.nspname',
    name: 't.tgname',
    table: tableName,
    definition: `pg_get_triggerdef(t.oid) || ${enabled('t.tgenabled')}`,
    comment: commentOf('pg_trigger', 't.oid'),
  },
  `pg_trigger t ${onTable('t', 'tgrelid')} WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ${mine('pg_class', 'c')}`,
)

export const policies = other(
  {
    kind: 'policy',
    schema: 'n.nspname',
    name: 'p.polname',
    table: tableName,
    definition: `concat_ws(' ', CASE WHEN NOT p.polpermissive THEN 'AS RESTRICTIVE' END, 'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT'
    WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    'TO ' || (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ' ORDER BY CASE role WHEN 0 THEN '' ELSE pg_get_userbyid(role) END)
     FROM unnest(p.polroles) AS role),
    'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', 'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')`,
    comment: commentOf('pg_policy', 'p.oid'),
  },
  `pg_policy p ${onTable('p', 'polrelid')} WHERE ${mine('pg_class', 'c')}`,
)

const statisticsColumns = (order: string) =>
  `(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY ${order}) FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[]))`

/** PostgreSQL names their columns in the order of the table's, which says nothing of what they are. */
const statisticsDefinition = `COALESCE(replace(pg_get_statisticsobjdef(s.oid), ' ON ' || ${statisticsColumns('a.attnum')}, ' ON ' || ${statisticsColumns('a.attname')}), pg_get_statisticsobjdef(s.oid))`

export const statistics = other(
  {
    kind: 'statistics',
    schema: 'n.nspname',
    name: 's.stxname',
    table: `(SELECT ${dottedName('tn.nspname', 'c.relname')} FROM pg_class c JOIN pg_namespace tn ON tn.oid = c.relnamespace WHERE c.oid = s.stxrelid)`,
    definition: statisticsDefinition,
    properties: { 'statistics target': 'NULLIF(s.stxstattarget, -1)' },
    comment: commentOf('pg_statistic_ext', 's.oid'),
  },
  `pg_statistic_ext s ${inSchema('s', 'stxnamespace')} WHERE ${mine('pg_statistic_ext', 's')}`,
)
