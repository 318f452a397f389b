import { inSchema, mine, other, rowOf } from './object-query.ts'
import { commentOf, dottedName } from './query-parts.ts'

/** SQL for schemas, extensions, and for types and the like, which belong to a schema alone. */

export const schemas = other(
  {
    kind: 'schema',
    name: 'n.nspname',
    definition: `''`,
    // The one of public comes with every database.
    comment: `CASE WHEN n.nspname <> 'public' THEN ${commentOf('pg_namespace', 'n.oid')} END`,
  },
  `pg_namespace n WHERE ${mine('pg_namespace', 'n')}`,
)

export const extensions = other(
  {
    kind: 'extension',
    name: 'x.extname',
    definition: `format('SCHEMA %I VERSION %L', n.nspname, x.extversion)`,
    comment: 'NULL',
  },
  `pg_extension x ${inSchema('x', 'extnamespace')} WHERE x.extname <> 'plpgsql'`,
)

export const domains = other(
  {
    kind: 'domain',
    schema: 'n.nspname',
    name: 't.typname',
    definition: `concat_ws(' ', format_type(t.typbasetype, t.typtypmod), 'DEFAULT ' || t.typdefault,
    CASE WHEN t.typnotnull THEN 'NOT NULL' END, (SELECT string_agg(format('CONSTRAINT %I %s', conname, pg_get_constraintdef(k.oid)), ' '
     ORDER BY conname) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))`,
    comment: commentOf('pg_type', 't.oid'),
  },
  `pg_type t ${inSchema('t', 'typnamespace')} WHERE t.typtype = 'd' AND ${mine('pg_type', 't')}`,
)

export const types = other(
  {
    kind: 'type',
    schema: 'n.nspname',
    name: 't.typname',
    definition: `COALESCE((SELECT 'RANGE (' || concat_ws(', ', 'subtype = ' || format_type(r.rngsubtype, NULL),
    'subtype_diff = ' || NULLIF(r.rngsubdiff, 0)::regproc::text, 'canonical = ' || NULLIF(r.rngcanonical, 0)::regproc::text) || ')'
    FROM pg_range r WHERE r.rngtypid = t.oid), '(' || (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) || ')', 'base type')`,
    comment: commentOf('pg_type', 't.oid'),
  },
  `pg_type t ${inSchema('t', 'typnamespace')} LEFT JOIN pg_class c ON c.oid = t.typrelid
   WHERE (t.typtype = 'r' OR (t.typtype = 'c' AND c.relkind = 'c') OR (t.typtype = 'b' AND t.typelem = 0))
    AND ${mine('pg_type', 't')}`,
)

export const sequences = other(
  {
    kind: 'sequence',
    schema: 'n.nspname',
    name: 's.relname',
    table: `(SELECT ${dottedName('tn.nspname', 'tc.relname')} FROM pg_depend w JOIN pg_class tc ON tc.oid = w.refobjid
    JOIN pg_namespace tn ON tn.oid = tc.relnamespace WHERE w.classid = 'pg_class'::regclass AND w.objid = s.oid
     AND w.refclassid = 'pg_class'::regclass AND w.deptype IN ('a', 'i') LIMIT 1)`,
    definition: `format('AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s', format_type(q.seqtypid, NULL),
    q.seqincrement, q.seqmin, q.seqmax, q.seqstart, q.seqcache, CASE WHEN q.seqcycle THEN ' CYCLE' ELSE '' END)`,
    comment: commentOf('pg_class', 's.oid'),
  },
  `pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid ${inSchema('s', 'relnamespace')} WHERE ${mine('pg_class', 's')}`,
)

export const collations = other(
  {
    kind: 'collation',
    schema: 'n.nspname',
    name: 'co.collname',
    definition: rowOf('co', 'collversion', 'collowner', 'collnamespace', 'collname'),
    comment: commentOf('pg_collation', 'co.oid'),
  },
  `pg_collation co ${inSchema('co', 'collnamespace')} WHERE ${mine('pg_collation', 'co')}`,
)

export const textSearch = [
  other(
    {
      kind: 'text search',
      schema: 'n.nspname',
      name: `'configuration ' || f.cfgname`,
      definition: `(SELECT p.prsname FROM pg_ts_parser p WHERE p.oid = f.cfgparser) || ' ' || COALESCE((SELECT string_agg(
      m.maptokentype || ':' || m.mapseqno || ':' || d.dictname, ' ' ORDER BY m.maptokentype, m.mapseqno)
      FROM pg_ts_config_map m JOIN pg_ts_dict d ON d.oid = m.mapdict WHERE m.mapcfg = f.oid), '')`,
      comment: commentOf('pg_ts_config', 'f.oid'),
    },
    `pg_ts_config f ${inSchema('f', 'cfgnamespace')} WHERE ${mine('pg_ts_config', 'f')}`,
  ),
  other(
    {
      kind: 'text search',
      schema: 'n.nspname',
      name: `'dictionary ' || d.dictname`,
      definition: `(SELECT tmplname FROM pg_ts_template t WHERE t.oid = d.dicttemplate) || COALESCE(' ' || d.dictinitoption, '')`,
      comment: commentOf('pg_ts_dict', 'd.oid'),
    },
    `pg_ts_dict d ${inSchema('d', 'dictnamespace')} WHERE ${mine('pg_ts_dict', 'd')}`,
  ),
]
