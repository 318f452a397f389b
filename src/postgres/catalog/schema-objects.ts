import { notNullProperty } from '../../core/schema/not-null.ts'
import { inSchema, mine, other, rowOf } from './object-query.ts'
import { commentOf, dottedName, functionOf } from './query-parts.ts'

/** SQL for schemas, extensions, and for types and the like, which belong to a schema alone. */

const collationIfOther = (collation: string, type: string) =>
  `(SELECT 'COLLATE ' || ${collation}::regcollation FROM pg_type base WHERE base.oid = ${type} AND ${collation} NOT IN (0, base.typcollation))`

/** Numbers of a type's row that differ from server to server; its functions are told by name. */
const ofServer = [
  'typname',
  'typnamespace',
  'typowner',
  'typrelid',
  'typarray',
  'typelem',
  'typacl',
  'typinput',
  'typoutput',
  'typreceive',
  'typsend',
  'typmodin',
  'typmodout',
  'typanalyze',
  'typsubscript',
  'typdefaultbin',
  'typcollation',
  'typbasetype',
]

export const schemas = other(
  {
    kind: 'schema',
    name: 'n.nspname',
    definition: `''`,
    // The usual one of public comes with every database.
    comment: `CASE WHEN n.nspname <> 'public' OR ${commentOf('pg_namespace', 'n.oid')} <> 'standard public schema'
      THEN ${commentOf('pg_namespace', 'n.oid')} END`,
  },
  `pg_namespace n WHERE ${mine('pg_namespace', 'n')}`,
)

export const extensions = other(
  {
    kind: 'extension',
    name: 'x.extname',
    definition: `format('SCHEMA %I', n.nspname)`,
    properties: { version: 'x.extversion' },
    comment: commentOf('pg_extension', 'x.oid'),
  },
  `pg_extension x ${inSchema('x', 'extnamespace')} WHERE x.extname <> 'plpgsql'`,
)

export const domains = other(
  {
    kind: 'domain',
    schema: 'n.nspname',
    name: 't.typname',
    definition: `concat_ws(' ', format_type(t.typbasetype, t.typtypmod), 'DEFAULT ' || t.typdefault,
    CASE WHEN t.typnotnull THEN 'NOT NULL' END, ${collationIfOther('t.typcollation', 't.typbasetype')}, (SELECT string_agg(format('CONSTRAINT %I %s', conname, pg_get_constraintdef(k.oid)), ' '
     ORDER BY conname) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))`,
    properties: {
      // Of PostgreSQL 17 and later; by itself it ends like this.
      [notNullProperty]: `(SELECT quote_ident(k.conname) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'n'
        AND k.conname !~ '_not_null[0-9]*$')`,
    },
    comment: commentOf('pg_type', 't.oid'),
  },
  `pg_type t ${inSchema('t', 'typnamespace')} WHERE t.typtype = 'd' AND ${mine('pg_type', 't')}`,
)

export const types = other(
  {
    kind: 'type',
    schema: 'n.nspname',
    name: 't.typname',
    properties: {
      attributes: `CASE WHEN t.typtype = 'b' THEN ${rowOf('t', ...ofServer)} END`,
      functions: `CASE WHEN t.typtype = 'b' THEN (SELECT string_agg(DISTINCT named.name, ', ') FROM unnest(ARRAY[t.typinput, t.typoutput, t.typreceive,
        t.typsend, t.typmodin, t.typmodout, t.typanalyze]) AS f (oid), LATERAL (SELECT NULLIF(f.oid, 0)::regproc::text AS name) named) END`,
      'operator class': `(SELECT oc.opcname FROM pg_range r JOIN pg_opclass oc ON oc.oid = r.rngsubopc WHERE r.rngtypid = t.oid)`,
      collation: `(SELECT NULLIF(r.rngcollation, 0)::regcollation FROM pg_range r WHERE r.rngtypid = t.oid)`,
      multirange: `(SELECT NULLIF(to_jsonb(r) ->> 'rngmultitypid', '0')::oid::regtype FROM pg_range r WHERE r.rngtypid = t.oid)`,
    },
    definition: `COALESCE((SELECT 'RANGE (' || concat_ws(', ', 'subtype = ' || format_type(r.rngsubtype, NULL),
    'subtype_diff = ' || NULLIF(r.rngsubdiff, 0)::regproc::text, 'canonical = ' || NULLIF(r.rngcanonical, 0)::regproc::text) || ')'
    FROM pg_range r WHERE r.rngtypid = t.oid), '(' || (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), ${collationIfOther('a.attcollation', 'a.atttypid')}), ', ' ORDER BY a.attnum)
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
    properties: {
      persistence: `CASE WHEN s.relpersistence = 'u' THEN 'unlogged' END`,
      'owned by': `(SELECT ${dottedName('tn.nspname', 'tc.relname', 'ta.attname')} FROM pg_depend w
        JOIN pg_class tc ON tc.oid = w.refobjid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
        JOIN pg_attribute ta ON ta.attrelid = tc.oid AND ta.attnum = w.refobjsubid
        WHERE w.classid = 'pg_class'::regclass AND w.objid = s.oid AND w.refclassid = 'pg_class'::regclass
         AND w.deptype IN ('a', 'i') LIMIT 1)`,
    },
    comment: commentOf('pg_class', 's.oid'),
  },
  `pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid ${inSchema('s', 'relnamespace')} WHERE ${mine('pg_class', 's')}`,
)

export const collations = other(
  {
    kind: 'collation',
    schema: 'n.nspname',
    name: 'co.collname',
    // The encoding is that of the database, or any: a restored one says other than it was made from.
    definition: rowOf('co', 'collversion', 'collowner', 'collnamespace', 'collname', 'collencoding'),
    comment: commentOf('pg_collation', 'co.oid'),
  },
  `pg_collation co ${inSchema('co', 'collnamespace')} WHERE ${mine('pg_collation', 'co')}`,
)

const quotedName = (schema: string, name: string) => `quote_ident(${schema}) || '.' || quote_ident(${name})`

/** Configurations and dictionaries as what stands in the brackets of CREATE. */
export const textSearch = [
  other(
    {
      kind: 'text search',
      schema: 'n.nspname',
      name: `'configuration ' || f.cfgname`,
      definition: `'PARSER = ' || (SELECT ${quotedName('pn.nspname', 'p.prsname')} FROM pg_ts_parser p JOIN pg_namespace pn ON pn.oid = p.prsnamespace
        WHERE p.oid = f.cfgparser)`,
      properties: {
        mapping: `(SELECT string_agg(tokens || ' WITH ' || dicts, '; ' ORDER BY tokens) FROM (
          SELECT string_agg(token.alias, ', ' ORDER BY token.tokid) AS tokens, dicts FROM ts_token_type(f.cfgparser) AS token
           JOIN (SELECT m.maptokentype, string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS dicts FROM pg_ts_config_map m
            WHERE m.mapcfg = f.oid GROUP BY m.maptokentype) AS mapped ON mapped.maptokentype = token.tokid GROUP BY dicts) AS grouped)`,
      },
      comment: commentOf('pg_ts_config', 'f.oid'),
    },
    `pg_ts_config f ${inSchema('f', 'cfgnamespace')} WHERE ${mine('pg_ts_config', 'f')}`,
  ),
  other(
    {
      kind: 'text search',
      schema: 'n.nspname',
      name: `'dictionary ' || d.dictname`,
      definition: `'TEMPLATE = ' || (SELECT ${quotedName('tn.nspname', 't.tmplname')} FROM pg_ts_template t JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
        WHERE t.oid = d.dicttemplate) || COALESCE(', ' || d.dictinitoption, '')`,
      comment: commentOf('pg_ts_dict', 'd.oid'),
    },
    `pg_ts_dict d ${inSchema('d', 'dictnamespace')} WHERE ${mine('pg_ts_dict', 'd')}`,
  ),
  other(
    {
      kind: 'text search',
      schema: 'n.nspname',
      name: `'template ' || t.tmplname`,
      properties: { init: functionOf('t.tmplinit'), lexize: functionOf('t.tmpllexize') },
      comment: commentOf('pg_ts_template', 't.oid'),
    },
    `pg_ts_template t ${inSchema('t', 'tmplnamespace')} WHERE ${mine('pg_ts_template', 't')}`,
  ),
  other(
    {
      kind: 'text search',
      schema: 'n.nspname',
      name: `'parser ' || p.prsname`,
      properties: {
        start: functionOf('p.prsstart'),
        'get token': functionOf('p.prstoken'),
        end: functionOf('p.prsend'),
        headline: functionOf('p.prsheadline'),
        'lexical types': functionOf('p.prslextype'),
      },
      comment: commentOf('pg_ts_parser', 'p.oid'),
    },
    `pg_ts_parser p ${inSchema('p', 'prsnamespace')} WHERE ${mine('pg_ts_parser', 'p')}`,
  ),
]
