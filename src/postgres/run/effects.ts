import type { Allowed, Watch } from '../../core/effect.ts'
import { NselfError } from '../../core/errors.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import { toldState, unapprovedState } from './effect-states.ts'
import { effectsSql, touchedSql } from './effects-query.ts'
import { quickVerdict } from './quick-verdict.ts'

/**
 * How a transaction is asked, when all of it is done and before it commits, what it has done to what was there before.
 * docs/decisions/effects.md says why it is asked this way.
 */

/** What is known of the server before the first transaction that is watched. */
export interface WatchStart {
  /** A transaction id, as text: what was made by one that is not older was made by the run. */
  readonly firstXid: string
  /** Something runs with each DDL: no file is harmless. */
  readonly eventTriggers: boolean
  /** The counters of rows may hold what this backend did before: their values are taken at the start. */
  readonly keepsCounts: boolean
}

/** @throws NselfError `refused` where the server does not count. */
export async function beginWatching(client: Client, oneOfMany: boolean): Promise<WatchStart> {
  const [row] = await rowsOf<{ xid: string; triggers: boolean; counts: string; version: number }>(
    client,
    `SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid, current_setting('track_counts') AS counts,
 EXISTS (SELECT FROM pg_event_trigger WHERE evtenabled <> 'D') AS triggers, current_setting('server_version_num')::int AS version`,
  )
  if (row?.counts !== 'on') {
    throw new NselfError(
      'refused',
      'track_counts is off, so nself cannot tell which rows a migration deletes or changes',
      {
        hint: 'turn it on for the server, or for this role: ALTER ROLE … SET track_counts = on; nothing was run',
      },
    )
  }
  return { firstXid: row.xid, eventTriggers: row.triggers, keepsCounts: oneOfMany || row.version < 150000 }
}

const countsSql = `SELECT coalesce(json_agg(json_build_array(relid::text, n_tup_del, n_tup_upd)), '[]')::text
 FROM pg_catalog.pg_stat_xact_all_tables WHERE n_tup_del + n_tup_upd > 0`

/** Sent alone before a transaction that is watched, lets its counters begin at zero. */
export const zeroCountsSql = 'SELECT pg_catalog.pg_stat_force_next_flush()'

/** How a step is watched, by the server that it runs on. */
export interface Watched {
  readonly watch: Watch
  readonly start: WatchStart
}

/** Null where nothing of a step need be looked at. */
export function watched(watch: Watch | undefined, start: WatchStart | null): Watched | null {
  if (watch === undefined || start === null || (watch.harmless && !start.eventTriggers)) return null
  return { watch, start }
}

/** The watch over several steps in one transaction: what was allowed to one is allowed to all. */
export function watchedTogether(all: readonly (Watched | null)[]): Watched | null {
  const [first, ...more] = all.filter((one) => one !== null)
  if (first === undefined) return null
  const lists = [first, ...more].map(({ watch }) => watch.allowed)
  const allowed = lists.some((list) => list === null) ? null : lists.flatMap((list) => list ?? [])
  return { start: first.start, watch: { allowed, harmless: false } }
}

/** Closes all cursors but ours. */
export const closeCursorsSql = `DO LANGUAGE plpgsql ${quoteLiteral(
  `DECLARE one refcursor; BEGIN FOREACH one IN ARRAY (SELECT array_agg(name::refcursor) FROM pg_catalog.pg_cursors
 WHERE name NOT IN ('', 'nself_before', 'nself_counts')) LOOP CLOSE one; END LOOP; EXCEPTION WHEN null_value_not_allowed THEN NULL; END`,
)}`

/**
 * Ends the opening of a transaction. A cursor sees the catalog as it is when it is declared, and asks only when it is
 * read: until then it costs nothing, however large the catalog is.
 */
export function baselineSql(start: WatchStart): string {
  const before = `DECLARE nself_before NO SCROLL CURSOR FOR SELECT pg_catalog.query_to_xml(${quoteLiteral(touchedSql(start.firstXid))}, true, false, '')`
  if (!start.keepsCounts) return before
  // What it finds is kept with it at the first reading, to be read again.
  return `${before}; DECLARE nself_counts SCROLL CURSOR FOR ${countsSql}; FETCH 1 FROM nself_counts`
}

/** Keeps what was done with the entry of the journal that this transaction has just written. */
export const keepEffectsSql =
  'UPDATE nself.journal SET effects = told::jsonb WHERE id = (SELECT max(id) FROM nself.journal);'

const noJournal = ''

/**
 * Ends a transaction that began with the baseline, after everything else in it: fails with `unapprovedState` where it
 * has done what is not allowed, otherwise tells what it has done by a notice of `toldState`.
 * @param journals what is done first where it is told.
 * @param repeated it ends one of very many transactions, which most likely only change rows.
 */
export function verdictSql({ watch, start: { keepsCounts } }: Watched, journals = noJournal, repeated = false): string {
  const counted = keepsCounts ? `FETCH ABSOLUTE 1 FROM counts INTO line; counted := line::json;` : `counted := '[]';`
  const allowed: readonly Allowed[] = watch.allowed ?? []
  const refuse = watch.allowed === null ? 'false' : 'NOT fine'
  const body = `DECLARE
  cursors text[] := ARRAY['nself_before'${keepsCounts ? ", 'nself_counts'" : ''}];
  looked refcursor := 'nself_before'; counts refcursor := 'nself_counts';
  line text; seen xml; was json; counted json; allowed json := ${quoteLiteral(JSON.stringify(allowed))}; told json; fine bool;
BEGIN
  IF current_setting('track_counts') <> 'on' THEN
    RAISE EXCEPTION 'track_counts was turned off, so nself cannot tell what this migration has done';
  END IF;
  IF (SELECT count(*) FROM pg_cursors WHERE name = ANY (cursors) AND creation_time = now()) < cardinality(cursors) THEN
    RAISE EXCEPTION 'the cursors of nself were closed, so nself cannot tell what this migration has done';
  END IF;
  ${repeated && !keepsCounts ? quickVerdict(refuse !== 'false', journals) : ''}
  FETCH looked INTO seen;
  was := convert_from(decode(substring(seen::text from '<x>([0-9a-f]*)</x>'), 'hex'), getdatabaseencoding())::json;
  ${counted}
  IF was IS NULL OR counted IS NULL THEN
    RAISE EXCEPTION 'the cursors of nself were read, so nself cannot tell what this migration has done';
  END IF;
  ${effectsSql};
  IF ${refuse} THEN
    RAISE EXCEPTION 'effects that were not approved' USING ERRCODE = '${unapprovedState}', DETAIL = told::text;
  ELSIF told IS NOT NULL THEN
    ${journals}
    RAISE NOTICE 'effects' USING ERRCODE = '${toldState}', DETAIL = told::text;
  END IF;
END`
  const zero = keepsCounts ? '' : `; ${zeroCountsSql}`
  return `SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL client_min_messages = notice; DO LANGUAGE plpgsql ${quoteLiteral(body)}${zero}`
}
