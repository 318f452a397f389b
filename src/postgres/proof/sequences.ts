import { isMine } from '../catalog/query-parts.ts'
import type { Client } from '../driver/pg.ts'

/** Where sequences stand: no transaction that is rolled back takes back what it has drawn from them. */
export interface SequenceMarks {
  /** By number of the sequence; null for one that nobody has asked yet. */
  readonly all: Readonly<Record<string, string | null>>
  /** As setval takes it, of those that were moved. */
  readonly moved: readonly { readonly name: string; readonly value: string; readonly isCalled: boolean }[]
}

/** Beyond what rows of ours have in the columns that they number. */
const far = 'LEAST(seqmax, CASE WHEN seqtypid = 21 THEN 31000 ELSE 1100000 END)'

export const sequenceFunctionsSql = `CREATE OR REPLACE FUNCTION nself.sequence_marks() RETURNS jsonb LANGUAGE plpgsql AS $marks$ BEGIN
 RETURN (SELECT COALESCE(jsonb_object_agg(seqrelid, pg_sequence_last_value(seqrelid)::text), '{}') FROM pg_sequence
  JOIN pg_class c ON c.oid = seqrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE ${isMine('n')}); END $marks$;
CREATE OR REPLACE FUNCTION nself.move_sequences(names text[]) RETURNS jsonb LANGUAGE plpgsql AS $move$
 DECLARE one text; moved jsonb := '[]'; state jsonb; BEGIN
 FOREACH one IN ARRAY names LOOP
  EXECUTE 'SELECT jsonb_build_object(''name'', $1, ''value'', last_value::text, ''isCalled'', is_called) FROM ' || one INTO state USING one;
  moved := moved || state;
  PERFORM setval(seqrelid::regclass, ${far}) FROM pg_sequence WHERE seqrelid = one::regclass AND (state ->> 'value')::int8 < ${far} AND seqincrement > 0;
 END LOOP; RETURN moved; END $move$;
CREATE OR REPLACE FUNCTION nself.restore_sequences(marks jsonb, moved jsonb) RETURNS void LANGUAGE plpgsql AS $restore$ BEGIN
 PERFORM setval(seqrelid::regclass, COALESCE(value::int8, seqstart), value IS NOT NULL) FROM jsonb_each_text(marks) JOIN pg_sequence ON seqrelid = key::oid
  WHERE pg_sequence_last_value(seqrelid)::text IS DISTINCT FROM value;
 PERFORM setval((one ->> 'name')::regclass, (one ->> 'value')::int8, (one ->> 'isCalled')::boolean) FROM jsonb_array_elements(moved) one;
END $restore$`

/**
 * Where sequences stand.
 * @param names of those that are then moved far ahead of what rows of ours have.
 */
export async function moveSequences(client: Client, names: readonly string[]): Promise<SequenceMarks> {
  const { rows } = await client.query<SequenceMarks>({
    text: 'SELECT nself.sequence_marks() AS all, nself.move_sequences($1) AS moved',
    values: [names],
  })
  return rows[0] ?? { all: {}, moved: [] }
}

/** Puts sequences back to where they stood. */
export async function restoreSequences(client: Client, { all, moved }: SequenceMarks): Promise<void> {
  await client.query({
    text: 'SELECT nself.restore_sequences($1, $2)',
    values: [JSON.stringify(all), JSON.stringify(moved)],
  })
}
