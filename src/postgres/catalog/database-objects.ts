import { enabled, other, rowOf } from './object-query.ts'
import { commentOf, functionOf, notOfExtension, optionsWithoutSecrets } from './query-parts.ts'

/** SQL for what belongs to the whole database. */

export const wrappers = other(
  {
    kind: 'foreign-data wrapper',
    name: 'w.fdwname',
    properties: {
      handler: functionOf('w.fdwhandler'),
      validator: functionOf('w.fdwvalidator'),
      options: optionsWithoutSecrets('w.fdwoptions'),
    },
    comment: commentOf('pg_foreign_data_wrapper', 'w.oid'),
  },
  `pg_foreign_data_wrapper w WHERE ${notOfExtension('pg_foreign_data_wrapper', 'w.oid')}`,
)

export const servers = other(
  {
    kind: 'foreign server',
    name: 's.srvname',
    definition: `concat_ws(' ', (SELECT fdwname FROM pg_foreign_data_wrapper w WHERE w.oid = s.srvfdw), s.srvtype, s.srvversion)`,
    properties: { options: optionsWithoutSecrets('s.srvoptions') },
    comment: commentOf('pg_foreign_server', 's.oid'),
  },
  `pg_foreign_server s WHERE ${notOfExtension('pg_foreign_server', 's.oid')}`,
)

/** The options of a user mapping have passwords in them: PostgreSQL shows them to few. */
const mayBeSeen = `((SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
  OR EXISTS (SELECT FROM pg_foreign_server s WHERE s.oid = m.srvid AND CASE WHEN m.umuser = 0 THEN pg_has_role(s.srvowner, 'USAGE')
   ELSE m.usename = current_user AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(m.srvid, 'USAGE')) END))`

export const userMappings = other(
  {
    kind: 'user mapping',
    name: `m.usename || ' on ' || m.srvname`,
    properties: {
      'visible options': `CASE WHEN ${mayBeSeen} THEN COALESCE(${optionsWithoutSecrets('m.umoptions')}, 'none') END`,
    },
    comment: 'NULL',
  },
  'pg_user_mappings m',
)

/** Of PostgreSQL 14, which knows neither: schemas by their dependency, and a filter by the field of a row. */
const publishedSchemas = `(SELECT string_agg(n.nspname, ', ' ORDER BY n.nspname) FROM pg_depend d
  JOIN pg_depend s ON s.classid = d.classid AND s.objid = d.objid AND s.refclassid = 'pg_namespace'::regclass
  JOIN pg_namespace n ON n.oid = s.refobjid
  WHERE d.refclassid = 'pg_publication'::regclass AND d.refobjid = p.oid AND d.classid NOT IN ('pg_publication'::regclass, 'pg_publication_rel'::regclass))`

const publishedColumns = `(SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) || ')'
  FROM jsonb_array_elements(to_jsonb(r) -> 'prattrs') AS num JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = num::int
  WHERE jsonb_typeof(to_jsonb(r) -> 'prattrs') = 'array')`

const publishedFilter = `(SELECT ' WHERE ' || (to_jsonb(t) ->> 'rowfilter') FROM pg_publication_tables t JOIN pg_class c ON c.oid = r.prrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.pubname = p.pubname AND t.schemaname = n.nspname AND t.tablename = c.relname)`

export const publications = other(
  {
    kind: 'publication',
    name: 'p.pubname',
    definition: rowOf('p', 'pubname', 'pubowner'),
    properties: {
      tables: `(SELECT string_agg(concat(CASE WHEN to_jsonb(r) ->> 'prexcept' = 'true' THEN 'EXCEPT ' END, r.prrelid::regclass, ${publishedColumns}, ${publishedFilter}), ', '
        ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r WHERE r.prpubid = p.oid)`,
      schemas: publishedSchemas,
    },
    comment: commentOf('pg_publication', 'p.oid'),
  },
  'pg_publication p',
)

export const subscriptions = other(
  {
    kind: 'subscription',
    name: 's.subname',
    properties: {
      publications: `(SELECT string_agg(item, ', ' ORDER BY item) FROM unnest(s.subpublications) AS item)`,
      'synchronous commit': 's.subsynccommit',
      binary: 's.subbinary',
    },
    comment: commentOf('pg_subscription', 's.oid'),
  },
  'pg_subscription s JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database()',
)

export const eventTriggers = other(
  {
    kind: 'event trigger',
    name: 'e.evtname',
    definition: `concat_ws(' ', 'ON', e.evtevent, 'EXECUTE FUNCTION', e.evtfoid::regprocedure::text, e.evttags::text) || ${enabled('e.evtenabled')}`,
    comment: commentOf('pg_event_trigger', 'e.oid'),
  },
  `pg_event_trigger e WHERE ${notOfExtension('pg_event_trigger', 'e.oid')}`,
)
