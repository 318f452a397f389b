import { other } from './object-query.ts'

/** SQL for comments on what has no place for one elsewhere, and for security labels. */

const isForeign = (alias: string) => `EXISTS (SELECT FROM pg_depend member WHERE member.classid = ${alias}.classoid
  AND member.objid = ${alias}.objoid AND member.deptype = 'e')`

/** What nself keeps for itself is named by its schema. */
const identified = (alias: string) =>
  `LATERAL pg_identify_object(${alias}.classoid, ${alias}.objoid, ${alias}.objsubid) AS o
   WHERE ${alias}.objoid >= 16384 AND NOT ${isForeign(alias)} AND o.identity !~ '^"?nself"?(\\.|$)' AND o.identity !~ ' on nself\\.'`

const elsewhere = [
  'pg_namespace',
  'pg_extension',
  'pg_language',
  'pg_transform',
  'pg_am',
  'pg_type',
  'pg_collation',
  'pg_conversion',
  'pg_proc',
  'pg_operator',
  'pg_opclass',
  'pg_opfamily',
  'pg_cast',
  'pg_rewrite',
  'pg_policy',
  'pg_statistic_ext',
  'pg_ts_config',
  'pg_ts_dict',
  'pg_ts_parser',
  'pg_ts_template',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_publication',
  'pg_event_trigger',
  'pg_class',
  'pg_trigger',
  'pg_largeobject',
]

/** Of domains' constraints, and of those that partitions and children have from their parent. */
export const moreComments = other(
  {
    kind: 'comment',
    schema: 'NULL',
    name: `o.type || ' ' || o.identity`,
    definition: 'd.description',
    comment: 'NULL',
  },
  `pg_description d, ${identified('d')} AND d.classoid NOT IN (${elsewhere.map((name) => `'${name}'::regclass`).join(', ')})
   AND (d.classoid <> 'pg_constraint'::regclass
    OR EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objoid AND (k.conrelid = 0 OR k.conparentid <> 0 OR NOT k.conislocal)))`,
)

export const securityLabels = other(
  {
    kind: 'security label',
    name: `l.provider || ' on ' || o.type || ' ' || o.identity`,
    definition: 'l.label',
    comment: 'NULL',
  },
  `pg_seclabel l, ${identified('l')}`,
)
