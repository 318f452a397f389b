import type { Migration } from '../../core/migration/migration.ts'
import type { NamedValues } from '../../core/rows/named-values.ts'
import type { FillableTable, TypeFacts, TypeMap } from '../../core/rows/table-facts.ts'
import { touchedWords } from '../../core/rows/touched-words.ts'
import { isMine, notOfExtension } from '../catalog/query-parts.ts'
import type { Client } from '../driver/pg.ts'

/** What is known of the tables that a migration touches, and of those that their foreign keys need. */
export interface RowFacts {
  readonly tables: readonly FillableTable[]
  readonly types: TypeMap
  readonly named: NamedValues
}

/** What a migration compares columns with. */
export type NamedIn = (file: Migration) => NamedValues

/** Step by step, with lists between: together the server would look at all of the catalog for each of its rows. */
const touchedSql = `found := ARRAY(SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = ANY (words) AND c.relkind IN ('r', 'p', 'v', 'm') AND ${isMine('n')});
 named := ARRAY(SELECT unnest(ARRAY[t.oid, t.typarray]) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typname = ANY (words) AND t.typtype IN ('e', 'd', 'r', 'c') AND ${isMine('n')});
 IF named <> '{}' THEN found := found || ARRAY(SELECT DISTINCT attrelid FROM pg_attribute WHERE atttypid = ANY (named) AND NOT attisdropped); END IF;
 SELECT string_agg(lower(p.prosrc), ' ') INTO bodies FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.proname = ANY (words) AND ${isMine('n')};
 IF bodies IS NOT NULL THEN called := regexp_split_to_array(bodies, '[^[:alnum:]_]+');
  found := found || ARRAY(SELECT c.oid FROM pg_class c WHERE c.relname = ANY (called)); END IF;
 touched := ARRAY(WITH RECURSIVE reach (oid) AS (SELECT unnest(found) UNION SELECT next.oid FROM reach, LATERAL (SELECT refobjid AS oid FROM pg_rewrite r
   JOIN pg_depend d ON classid = 'pg_rewrite'::regclass AND objid = r.oid AND refclassid = 'pg_class'::regclass WHERE ev_class = reach.oid AND refobjid <> reach.oid
   UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = reach.oid) AS next)
  SELECT DISTINCT CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid ELSE c.oid END FROM reach JOIN pg_class c USING (oid)
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')});`

const namesOf = (table: string, keys: string) =>
  `(SELECT COALESCE(jsonb_agg(attname ORDER BY array_position(${keys}, attnum)), '[]') FROM pg_attribute WHERE attrelid = ${table} AND attnum = ANY (${keys}))`

const columnsSql = `(SELECT COALESCE(jsonb_agg(jsonb_build_object('name', attname, 'type', atttypid::int8, 'typmod', atttypmod,
  'notNull', attnotnull, 'sequence', pg_get_serial_sequence(format('%I.%I', nspname, relname), attname)) ORDER BY attnum), '[]')
 FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')`

const checksSql = `(SELECT COALESCE(jsonb_agg(jsonb_build_object('name', conname, 'columns', ${namesOf('c.oid', 'conkey')},
  'text', pg_get_constraintdef(k.oid) || COALESCE((SELECT string_agg(' ' || prosrc, '') FROM pg_depend JOIN pg_proc p ON p.oid = refobjid
   JOIN pg_namespace pn ON pn.oid = pronamespace
   WHERE classid = 'pg_constraint'::regclass AND objid = k.oid AND refclassid = 'pg_proc'::regclass AND ${isMine('pn')}), '')) ORDER BY conname), '[]')
 FROM pg_constraint k WHERE conrelid = c.oid AND contype = 'c' AND conkey IS NOT NULL)`

const foreignKeysSql = `(SELECT COALESCE(jsonb_agg(jsonb_build_object('name', quote_ident(conname), 'isDeferrable', condeferrable,
  'columns', ${namesOf('c.oid', 'conkey')}, 'target', confrelid::int8,
  'targetSql', (SELECT format('%I.%I', tn.nspname, tc.relname) FROM pg_class tc JOIN pg_namespace tn ON tn.oid = tc.relnamespace WHERE tc.oid = confrelid),
  'targetColumns', ${namesOf('confrelid', 'confkey')}) ORDER BY conname), '[]')
 FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f' AND conparentid = 0)`

const partitioningSql = `CASE WHEN c.relkind = 'p' THEN (SELECT jsonb_build_object(
  'columns', (SELECT COALESCE(jsonb_agg(attname), '[]') FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
   AND string_agg(pg_get_partkeydef(b.oid), ' ') ~ ('\\m' || regexp_replace(attname, '(\\W)', '\\\\\\1', 'g') || '\\M')),
  'bounds', COALESCE(jsonb_agg(pg_get_expr(b.relpartbound, b.oid) ORDER BY b.relname) FILTER (WHERE b.relispartition), '[]'))
 FROM pg_partition_tree(c.oid) JOIN pg_class b ON b.oid = relid) END`

const tableSql = `jsonb_build_object('oid', c.oid::int8, 'schema', nspname, 'name', relname, 'sql', format('%I.%I', nspname, relname),
 'isTouched', c.oid = ANY (touched), 'columns', ${columnsSql}, 'checks', ${checksSql}, 'foreignKeys', ${foreignKeysSql},
 'primaryKey', COALESCE((SELECT ${namesOf('c.oid', 'conkey')} FROM pg_constraint WHERE conrelid = c.oid AND contype = 'p'), '[]'),
 'partitioning', ${partitioningSql},
 'deferred', (SELECT COALESCE(jsonb_agg(DISTINCT format('%I.%I', nspname, conname)), '[]') FROM pg_constraint WHERE conrelid = c.oid AND condeferred))`

const typesSql = `WITH RECURSIVE used (oid) AS (
 SELECT atttypid FROM pg_attribute WHERE attrelid = ANY (touched || needed) AND attnum > 0 AND NOT attisdropped
 UNION SELECT below FROM used JOIN pg_type t USING (oid) CROSS JOIN LATERAL (
  SELECT typelem AS below WHERE typcategory = 'A' AND typelem <> 0 UNION ALL SELECT typbasetype WHERE typtype = 'd'
  UNION ALL SELECT rngsubtype FROM pg_range g WHERE t.oid IN (rngtypid, (to_jsonb(g) ->> 'rngmultitypid')::oid)
  UNION ALL SELECT atttypid FROM pg_attribute WHERE typtype = 'c' AND attrelid = typrelid AND attnum > 0 AND NOT attisdropped) part)
SELECT jsonb_agg(jsonb_build_array(t.oid::int8, jsonb_build_object('name', typname, 'typmod', typtypmod,
  'kind', CASE WHEN typcategory = 'A' AND typelem <> 0 THEN 'array' ELSE CASE typtype::text WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain'
   WHEN 'c' THEN 'composite' WHEN 'r' THEN 'range' WHEN 'm' THEN 'multirange' ELSE 'base' END END,
  'of', CASE WHEN typcategory = 'A' AND typelem <> 0 THEN typelem::int8 WHEN typtype = 'd' THEN typbasetype::int8
   ELSE (SELECT rngsubtype::int8 FROM pg_range g WHERE t.oid IN (rngtypid, (to_jsonb(g) ->> 'rngmultitypid')::oid)) END,
  'labels', (SELECT COALESCE(jsonb_agg(enumlabel ORDER BY enumsortorder), '[]') FROM pg_enum WHERE enumtypid = t.oid),
  'attributes', (SELECT COALESCE(jsonb_agg(jsonb_build_object('name', attname, 'type', atttypid::int8, 'typmod', atttypmod) ORDER BY attnum), '[]')
   FROM pg_attribute WHERE typtype = 'c' AND attrelid = typrelid AND attnum > 0 AND NOT attisdropped),
  'text', COALESCE((SELECT string_agg(pg_get_constraintdef(k.oid), ' ') FROM pg_constraint k WHERE contypid = t.oid), '')))) FROM used JOIN pg_type t USING (oid)`

/**
 * A function that finds them, so that the server plans its queries once.
 * `reaches`: what refers to them counts as touched too, because rows of theirs may go.
 */
export const factsFunctionSql = `CREATE OR REPLACE FUNCTION nself.row_facts(words text[], reaches boolean) RETURNS jsonb LANGUAGE plpgsql
 SET search_path = pg_catalog SET jit = off AS $facts$ DECLARE touched oid[]; needed oid[]; found oid[]; named oid[]; bodies text; called text[]; BEGIN
 ${touchedSql}
 touched := touched || ARRAY(SELECT inhrelid FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
  WHERE inhparent = ANY (touched) AND NOT c.relispartition AND inhrelid <> ALL (touched));
 IF reaches THEN touched := touched || ARRAY(SELECT DISTINCT conrelid FROM pg_constraint
  WHERE contype = 'f' AND conparentid = 0 AND confrelid = ANY (touched) AND conrelid <> ALL (touched)); END IF;
 needed := ARRAY(WITH RECURSIVE up (oid) AS (SELECT unnest(touched) UNION SELECT confrelid FROM up JOIN pg_constraint k ON conrelid = up.oid AND contype = 'f')
  SELECT oid FROM up WHERE oid <> ALL (touched));
 RETURN jsonb_build_object('tables', (SELECT COALESCE(jsonb_agg(${tableSql} ORDER BY nspname, relname), '[]')
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = ANY (touched || needed)), 'types', (${typesSql})); END $facts$`

/** What a migration touches. @throws what the server says. */
export async function readTouched(client: Client, file: Migration, namedIn: NamedIn): Promise<RowFacts> {
  const { words, reaches } = touchedWords(file)
  const { rows } = await client.query<{ facts: { tables: FillableTable[]; types: [number, TypeFacts][] | null } }>({
    text: 'SELECT nself.row_facts($1, $2) AS facts',
    values: [words, reaches],
  })
  const { tables, types } = rows[0]?.facts ?? { tables: [], types: null }
  return { tables, types: new Map(types ?? []), named: tables.length === 0 ? new Map() : namedIn(file) }
}
