import { enabled, other, rowOf } from './object-query.ts'
import { commentOf, notOfExtension } from './query-parts.ts'

/** SQL for what belongs to the whole database. */

export const servers = other(
  {
    kind: 'foreign server',
    name: 's.srvname',
    definition: `concat_ws(' ', (SELECT fdwname FROM pg_foreign_data_wrapper w WHERE w.oid = s.srvfdw), s.srvtype, s.srvversion)`,
    comment: commentOf('pg_foreign_server', 's.oid'),
  },
  `pg_foreign_server s WHERE ${notOfExtension('pg_foreign_server', 's.oid')}`,
)

export const publications = other(
  {
    kind: 'publication',
    name: 'p.pubname',
    definition: `${rowOf('p', 'pubname', 'pubowner')} || ' ' || COALESCE((SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text)
    FROM pg_publication_rel r WHERE r.prpubid = p.oid), '')`,
    comment: commentOf('pg_publication', 'p.oid'),
  },
  'pg_publication p',
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
