import type { OtherKind } from '../../core/schema/catalog.ts'
import { commentOf, dottedName, isMine, notOfExtension, optionsOf, routineName, type Section } from './query-parts.ts'

interface Shape {
  readonly kind: OtherKind
  readonly schema?: string
  readonly name: string
  readonly table?: string
  readonly definition: string
  readonly comment: string
}

/** One row an object of core's `Other`. */
function other({ kind, schema = 'NULL', name, table = 'NULL', definition, comment }: Shape, from: string): Section {
  return `SELECT jsonb_build_object('kind', '${kind}', 'schema', ${schema}, 'name', ${name}, 'table', ${table},
  'definition', ${definition}, 'comment', ${comment}) AS value FROM ${from} ORDER BY 1`
}

/** All of a catalog's row but what differs from server to server; for kinds that are too rare to spell out. */
const rowOf = (alias: string, ...without: readonly string[]) =>
  `jsonb_strip_nulls(to_jsonb(${alias})${['oid', ...without].map((column) => ` - '${column}'`).join('')})::text`

const inSchema = (alias: string, column: string) => `JOIN pg_namespace n ON n.oid = ${alias}.${column}`
const mine = (catalog: string, alias: string) => `${isMine('n')} AND ${notOfExtension(catalog, `${alias}.oid`)}`
const tableName = dottedName('n.nspname', 'c.relname')
const onTable = (alias: string, column: string) =>
  `JOIN pg_class c ON c.oid = ${alias}.${column} JOIN pg_namespace n ON n.oid = c.relnamespace`

const schemas = other(
  {
    kind: 'schema',
    name: 'n.nspname',
    definition: `''`,
    // The one of public comes with every database.
    comment: `CASE WHEN n.nspname <> 'public' THEN ${commentOf('pg_namespace', 'n.oid')} END`,
  },
  `pg_namespace n WHERE ${mine('pg_namespace', 'n')}`,
)

const extensions = other(
  {
    kind: 'extension',
    name: 'x.extname',
    definition: `format('SCHEMA %I VERSION %L', n.nspname, x.extversion)`,
    comment: 'NULL',
  },
  `pg_extension x ${inSchema('x', 'extnamespace')} WHERE x.extname <> 'plpgsql'`,
)

const domains = other(
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

const types = other(
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

const sequences = other(
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

const collations = other(
  {
    kind: 'collation',
    schema: 'n.nspname',
    name: 'co.collname',
    definition: rowOf('co', 'collversion', 'collowner', 'collnamespace', 'collname'),
    comment: commentOf('pg_collation', 'co.oid'),
  },
  `pg_collation co ${inSchema('co', 'collnamespace')} WHERE ${mine('pg_collation', 'co')}`,
)

const functions = other(
  {
    kind: 'function',
    schema: 'n.nspname',
    name: routineName,
    definition: 'pg_get_functiondef(p.oid)',
    comment: commentOf('pg_proc', 'p.oid'),
  },
  `pg_proc p ${inSchema('p', 'pronamespace')} WHERE p.prokind <> 'a' AND ${mine('pg_proc', 'p')}`,
)

const aggregates = other(
  {
    kind: 'aggregate',
    schema: 'n.nspname',
    name: routineName,
    definition: `concat_ws(', ', 'sfunc = ' || a.aggtransfn::regproc::text, 'stype = ' || format_type(a.aggtranstype, NULL),
    'finalfunc = ' || NULLIF(a.aggfinalfn, 0)::regproc::text, 'combinefunc = ' || NULLIF(a.aggcombinefn, 0)::regproc::text,
    'initcond = ' || quote_literal(a.agginitval), 'kind = ' || a.aggkind::text, 'parallel = ' || p.proparallel::text)`,
    comment: commentOf('pg_proc', 'p.oid'),
  },
  `pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid ${inSchema('p', 'pronamespace')} WHERE ${mine('pg_proc', 'p')}`,
)

const operators = other(
  {
    kind: 'operator',
    schema: 'n.nspname',
    name: `o.oprname || ' (' || format_type(o.oprleft, NULL) || ', ' || format_type(o.oprright, NULL) || ')'`,
    definition: `concat_ws(', ', 'function = ' || o.oprcode::regproc::text, 'returns ' || format_type(o.oprresult, NULL),
    'commutator = ' || NULLIF(o.oprcom, 0)::regoperator::text, 'negator = ' || NULLIF(o.oprnegate, 0)::regoperator::text)`,
    comment: commentOf('pg_operator', 'o.oid'),
  },
  `pg_operator o ${inSchema('o', 'oprnamespace')} WHERE ${mine('pg_operator', 'o')}`,
)

const casts = other(
  {
    kind: 'cast',
    name: `format_type(k.castsource, NULL) || ' AS ' || format_type(k.casttarget, NULL)`,
    definition: `concat_ws(' ', k.castmethod, k.castcontext, NULLIF(k.castfunc, 0)::regprocedure::text)`,
    comment: commentOf('pg_cast', 'k.oid'),
  },
  `pg_cast k WHERE k.oid >= 16384 AND ${notOfExtension('pg_cast', 'k.oid')}`,
)

const view = (kind: 'view' | 'materialized view', relkind: string) =>
  other(
    {
      kind,
      schema: 'n.nspname',
      name: 'c.relname',
      definition: `COALESCE('WITH (' || ${optionsOf('c.reloptions')} || ') ', '') || pg_get_viewdef(c.oid)`,
      comment: commentOf('pg_class', 'c.oid'),
    },
    `pg_class c ${inSchema('c', 'relnamespace')} WHERE c.relkind = '${relkind}' AND ${mine('pg_class', 'c')}`,
  )

/** Those on columns of views; those of tables are the tables'. */
const commentsOfViews = other(
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

const indexesOfViews = other(
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

const rules = other(
  {
    kind: 'rule',
    schema: 'n.nspname',
    name: 'r.rulename',
    table: tableName,
    definition: 'pg_get_ruledef(r.oid)',
    comment: commentOf('pg_rewrite', 'r.oid'),
  },
  `pg_rewrite r ${onTable('r', 'ev_class')} WHERE r.rulename <> '_RETURN' AND ${mine('pg_class', 'c')}`,
)

const enabled = (column: string) =>
  `CASE ${column} WHEN 'D' THEN ' DISABLED' WHEN 'R' THEN ' ENABLED REPLICA' WHEN 'A' THEN ' ENABLED ALWAYS' ELSE '' END`

const triggers = other(
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

const policies = other(
  {
    kind: 'policy',
    schema: 'n.nspname',
    name: 'p.polname',
    table: tableName,
    definition: `concat_ws(' ', CASE WHEN NOT p.polpermissive THEN 'AS RESTRICTIVE' END, 'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT'
    WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    'TO ' || (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ' ORDER BY role)
     FROM unnest(p.polroles) AS role),
    'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', 'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')`,
    comment: commentOf('pg_policy', 'p.oid'),
  },
  `pg_policy p ${onTable('p', 'polrelid')} WHERE ${mine('pg_class', 'c')}`,
)

const statistics = other(
  {
    kind: 'statistics',
    schema: 'n.nspname',
    name: 's.stxname',
    table: `(SELECT ${dottedName('tn.nspname', 'c.relname')} FROM pg_class c JOIN pg_namespace tn ON tn.oid = c.relnamespace WHERE c.oid = s.stxrelid)`,
    definition: 'pg_get_statisticsobjdef(s.oid)',
    comment: commentOf('pg_statistic_ext', 's.oid'),
  },
  `pg_statistic_ext s ${inSchema('s', 'stxnamespace')} WHERE ${mine('pg_statistic_ext', 's')}`,
)

const textSearch = [
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

const servers = other(
  {
    kind: 'foreign server',
    name: 's.srvname',
    definition: `concat_ws(' ', (SELECT fdwname FROM pg_foreign_data_wrapper w WHERE w.oid = s.srvfdw), s.srvtype, s.srvversion)`,
    comment: commentOf('pg_foreign_server', 's.oid'),
  },
  `pg_foreign_server s WHERE ${notOfExtension('pg_foreign_server', 's.oid')}`,
)

const publications = other(
  {
    kind: 'publication',
    name: 'p.pubname',
    definition: `${rowOf('p', 'pubname', 'pubowner')} || ' ' || COALESCE((SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text)
    FROM pg_publication_rel r WHERE r.prpubid = p.oid), '')`,
    comment: commentOf('pg_publication', 'p.oid'),
  },
  'pg_publication p',
)

const eventTriggers = other(
  {
    kind: 'event trigger',
    name: 'e.evtname',
    definition: `concat_ws(' ', 'ON', e.evtevent, 'EXECUTE FUNCTION', e.evtfoid::regprocedure::text, e.evttags::text) || ${enabled('e.evtenabled')}`,
    comment: commentOf('pg_event_trigger', 'e.oid'),
  },
  `pg_event_trigger e WHERE ${notOfExtension('pg_event_trigger', 'e.oid')}`,
)

/** SQL for everything that is no table and no part of one, but for sequences, of which each identity column makes one. */
export const othersButSequences: readonly Section[] = [
  schemas,
  extensions,
  domains,
  types,
  collations,
  functions,
  aggregates,
  operators,
  casts,
  view('view', 'v'),
  view('materialized view', 'm'),
  commentsOfViews,
  indexesOfViews,
  rules,
  triggers,
  policies,
  statistics,
  ...textSearch,
  servers,
  publications,
  eventTriggers,
]

/** SQL for everything that is no table and no part of one. */
export const others: readonly Section[] = [...othersButSequences, sequences]
