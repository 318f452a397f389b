import { othersButSequences } from './other-objects.ts'
import { columnOptionsOf, isMine, notOfExtension, optionsOf } from './query-parts.ts'

const relations = `relations AS MATERIALIZED (SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.oid >= 16384 AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')}),
 mine AS MATERIALIZED (SELECT * FROM relations WHERE relkind IN ('r', 'p', 'f'))`

const rows = (fields: string, from: string) => `SELECT ROW(${fields})::text AS value FROM ${from}`

/** Built-in types have the same number everywhere, and their names take long to write. */
const type = (column: string) =>
  `CASE WHEN ${column} < 16384 THEN ${column}::text ELSE format_type(${column}, NULL) END`

/** In as few words as tell one from another; what is rare stands apart, so that it is not looked up for each table in vain. */
const inShort = [
  rows(
    `nspname, relname, relkind, relpersistence, relispartition, relrowsecurity, relforcerowsecurity, relreplident,
     CASE WHEN reloptions IS NOT NULL THEN ${optionsOf('reloptions')} END`,
    'mine',
  ),
  rows(
    'nspname, relname, pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid)',
    `mine WHERE relkind = 'p' OR relispartition`,
  ),
  rows(
    `nspname, relname, amname, format_type(NULLIF(reloftype, 0), NULL)`,
    `mine LEFT JOIN pg_am ON pg_am.oid = relam WHERE reloftype <> 0 OR amname <> 'heap'`,
  ),
  rows(
    'nspname, relname, inhseqno, inhparent::regclass, inhdetachpending',
    'mine JOIN pg_inherits ON inhrelid = mine.oid',
  ),
  rows(
    'nspname, relname, attname',
    `mine JOIN pg_inherits ON inhrelid = mine.oid JOIN pg_attribute ON attrelid = mine.oid
     WHERE NOT relispartition AND attinhcount > 0 AND attislocal AND NOT attisdropped`,
  ),
  rows(
    'nspname, relname, srvname, ftoptions',
    'mine JOIN pg_foreign_table ON ftrelid = mine.oid JOIN pg_foreign_server s ON s.oid = ftserver',
  ),
  rows(
    `nspname, relname, attname, ${type('atttypid')}, atttypmod, attnotnull, attidentity, attgenerated, NULLIF(attstattarget, -1),
     attstorage, attcompression, CASE WHEN attcollation NOT IN (0, 100) THEN attcollation::regcollation END,
     CASE WHEN attoptions IS NOT NULL OR attfdwoptions IS NOT NULL THEN
      NULLIF(concat(${columnOptionsOf('attoptions')}, ' ', ${optionsOf('attfdwoptions')}), ' ') END`,
    `mine JOIN pg_attribute ON attrelid = mine.oid WHERE attnum > 0 AND NOT attisdropped`,
  ),
  rows(
    'nspname, relname, attname, pg_get_expr(adbin, adrelid)',
    'mine JOIN pg_attrdef ON adrelid = mine.oid JOIN pg_attribute ON attrelid = mine.oid AND attnum = adnum',
  ),
  rows(
    'nspname, relname, conname, pg_get_constraintdef(k.oid)',
    `mine JOIN pg_constraint k ON conrelid = mine.oid
     WHERE contype IN ('p', 'u', 'f', 'c', 'x') AND conparentid = 0 AND conislocal`,
  ),
  rows(
    'nspname, x.relname, pg_get_indexdef(x.oid), indisvalid',
    `mine JOIN pg_index ON indrelid = mine.oid JOIN pg_class x ON x.oid = indexrelid
     WHERE NOT x.relispartition AND ${notOfExtension('pg_class', 'x.oid')}
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = x.oid AND contype IN ('p', 'u', 'x'))`,
  ),
  rows(
    'nspname, indexrelid::regclass, indisreplident, indisclustered, indisvalid',
    'pg_index JOIN relations ON relations.oid = indrelid WHERE indisreplident OR indisclustered OR NOT indisvalid',
  ),
  rows(
    `nspname, x.relname, ${optionsOf('x.reloptions')}, (SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = x.oid)`,
    `(SELECT * FROM pg_class WHERE relkind IN ('i', 'I') AND (reloptions IS NOT NULL OR relispartition) OFFSET 0) x
     JOIN pg_index ON indexrelid = x.oid JOIN mine ON mine.oid = indrelid`,
  ),
  rows(
    'nspname, indexrelid::regclass, attnum, attstattarget',
    'mine JOIN pg_index ON indrelid = mine.oid JOIN pg_attribute ON attrelid = indexrelid WHERE indexprs IS NOT NULL AND attstattarget >= 0',
  ),
  rows(
    `nspname, mine.relname, ${optionsOf('t.reloptions')}`,
    'mine JOIN pg_class t ON t.oid = mine.reltoastrelid WHERE t.reloptions IS NOT NULL',
  ),
  rows(
    'nspname, relname, conkey, connoinherit, convalidated',
    `mine JOIN pg_constraint ON conrelid = mine.oid WHERE contype = 'n' AND (connoinherit OR NOT convalidated)`,
  ),
  rows(
    'nspname, relname, conname, tgfoid::regproc, tgenabled',
    `pg_trigger JOIN mine ON mine.oid = tgrelid JOIN pg_constraint k ON k.oid = tgconstraint WHERE tgenabled <> 'O' AND tgisinternal`,
  ),
  rows(
    `nspname, relname, t.tgname, up.tgname, t.tgenabled, obj_description(t.oid, 'pg_trigger')`,
    `(SELECT * FROM pg_trigger WHERE tgparentid <> 0 OFFSET 0) t JOIN mine ON mine.oid = t.tgrelid JOIN pg_trigger up ON up.oid = t.tgparentid
     WHERE (t.tgconstraint = 0 OR NOT EXISTS (SELECT FROM pg_constraint k WHERE k.oid = t.tgconstraint AND contype <> 't'))`,
  ),
  rows(
    'nspname, relname, adnum, pg_get_expr(adbin, adrelid)',
    `relations JOIN pg_attrdef ON adrelid = relations.oid WHERE relkind = 'v'`,
  ),
  rows(
    `nspname, relname, attname, NULLIF(attstattarget, -1), attstorage, attcompression, ${columnOptionsOf('attoptions')}`,
    `relations JOIN pg_attribute ON attrelid = relations.oid WHERE relkind = 'm' AND attnum > 0 AND NOT attisdropped`,
  ),
  rows(
    `nspname, s.relname, ${type('seqtypid')}, seqincrement, seqmin, seqmax, seqstart, seqcache, seqcycle,
     deptype, refobjid::regclass, attname`,
    `pg_sequence JOIN pg_class s ON s.oid = seqrelid JOIN pg_namespace n ON n.oid = s.relnamespace
     LEFT JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = s.oid AND refclassid = 'pg_class'::regclass
      AND deptype IN ('a', 'i') LEFT JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
     WHERE ${isMine('n')} AND ${notOfExtension('pg_class', 's.oid')}`,
  ),
  rows(
    'nspname, c.relname, attname, description',
    `pg_description JOIN pg_class c ON c.oid = objoid JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_attribute ON attrelid = c.oid AND attnum = objsubid AND objsubid > 0
     WHERE classoid = 'pg_class'::regclass AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')}`,
  ),
  rows(
    'nspname, relname, conname, description',
    `pg_description JOIN pg_constraint k ON k.oid = objoid JOIN mine ON mine.oid = conrelid
     WHERE classoid = 'pg_constraint'::regclass`,
  ),
  rows(
    `nspname, typname, (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
     obj_description(t.oid, 'pg_type')`,
    `pg_type t JOIN pg_namespace n ON n.oid = typnamespace
     WHERE typtype = 'e' AND ${isMine('n')} AND ${notOfExtension('pg_type', 't.oid')}`,
  ),
]

/** Made by a person, and not by an extension. */
const added = (catalog: string, alias: string) => `${alias}.oid >= 16384 AND ${notOfExtension(catalog, `${alias}.oid`)}`

/** What few databases have: a server takes longer to plan how to find it than to find none. */
const rare = [
  rows(
    'n.nspname, f.opfname, f.opfmethod, a.amopstrategy, a.amopopr::regoperator, a.amopsortfamily <> 0',
    `pg_amop a JOIN pg_opfamily f ON f.oid = a.amopfamily JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE ${added('pg_amop', 'a')}`,
  ),
  rows(
    'n.nspname, f.opfname, f.opfmethod, a.amprocnum, a.amproclefttype::regtype, a.amprocrighttype::regtype, a.amproc::regprocedure',
    `pg_amproc a JOIN pg_opfamily f ON f.oid = a.amprocfamily JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE ${added('pg_amproc', 'a')}`,
  ),
  rows(
    'n.nspname, f.opfname, c.opcname, c.opcintype::regtype, c.opckeytype::regtype, c.opcdefault',
    `pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace LEFT JOIN pg_opclass c ON c.opcfamily = f.oid WHERE ${added('pg_opfamily', 'f')}`,
  ),
  rows(
    'n.nspname, c.conname, c.conforencoding, c.contoencoding, c.conproc::regproc, c.condefault',
    `pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE ${added('pg_conversion', 'c')}`,
  ),
  rows('m.amname, m.amtype, m.amhandler::regproc', `pg_am m WHERE ${added('pg_am', 'm')}`),
  rows(
    'l.lanname, l.lanpltrusted, l.lanplcallfoid::regproc, l.laninline::regproc, l.lanvalidator::regproc',
    `pg_language l WHERE ${added('pg_language', 'l')}`,
  ),
  rows(
    't.trftype::regtype, l.lanname, t.trffromsql::regprocedure, t.trftosql::regprocedure',
    `pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE ${added('pg_transform', 't')}`,
  ),
  rows(
    'w.fdwname, w.fdwhandler::regproc, w.fdwvalidator::regproc, w.fdwoptions',
    `pg_foreign_data_wrapper w WHERE ${added('pg_foreign_data_wrapper', 'w')}`,
  ),
  // Its options are hidden from most roles.
  rows('m.srvname, m.usename, m.umoptions', 'pg_user_mappings m'),
  rows(
    '(pg_identify_object(classoid, objoid, objsubid)).identity, description',
    `pg_description WHERE objoid >= 16384 AND classoid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_conversion'::regclass,
      'pg_am'::regclass, 'pg_language'::regclass, 'pg_transform'::regclass, 'pg_foreign_data_wrapper'::regclass)
     AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = classoid AND e.objid = objoid AND e.deptype = 'e')`,
  ),
  rows(
    'contypid::regtype, conname, description',
    `pg_description JOIN pg_constraint k ON k.oid = objoid WHERE classoid = 'pg_constraint'::regclass AND contypid <> 0`,
  ),
  rows(
    '(pg_identify_object(classid, objid, objsubid)).identity, extname',
    `pg_depend JOIN pg_extension ON pg_extension.oid = refobjid WHERE refclassid = 'pg_extension'::regclass AND deptype = 'x'`,
  ),
  rows(
    'provider, (pg_identify_object(classoid, objoid, objsubid)).identity, label',
    'pg_seclabel WHERE objoid >= 16384',
  ),
]

const all = [...inShort, ...rare, ...othersButSequences.map((query) => `(SELECT value::text FROM (${query}) AS item)`)]

/**
 * SQL for one text that tells two schemas apart, whatever the order of their parts; it runs inside a transaction after
 * plainTextSql. Asked after every run, also of schemas with thousands of tables: so it is not what readCatalog reads.
 */
export const fingerprintSql = `WITH ${relations} SELECT COALESCE(sum(hashtextextended(value, 0)), 0)::text AS fingerprint FROM (
${all.join('\nUNION ALL ')}) AS part`
