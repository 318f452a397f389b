import type { Effect } from '../../core/effect.ts'
import type { Environment } from '../../core/environment.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'

/** A migration, a seed or a repeatable; only the first has a version. */
interface JournaledThing {
  readonly version: string | null
  readonly name: string
  readonly file?: { readonly checksum: string } | null
}

/**
 * SQL that writes a line of the journal.
 * @param action what was run: `up`, `down`, `seed` …
 * @param outcome how it ended.
 */
export function journalSql(
  action: string,
  of: JournaledThing | null,
  outcome: string,
  environment: Environment,
  detail: string | null = null,
  effects: readonly Effect[] | null = null,
): string {
  return journaled(action, of, quoteLiteral(outcome), environment, detail, effects)
}

/** @param outcome SQL. */
export function journaled(
  action: string,
  of: JournaledThing | null,
  outcome: string,
  environment: Environment,
  detail: string | null,
  effects: readonly Effect[] | null = null,
): string {
  const checksum = of?.file?.checksum ?? null
  const done = effects ? `, ${quoteLiteral(JSON.stringify(effects))}` : ''
  return `INSERT INTO nself.journal (action, version, name, checksum, outcome, detail, environment${effects ? ', effects' : ''}) VALUES ('${action}', ${of?.version ?? 'NULL'}, ${quoteLiteral(of?.name ?? null)}, ${quoteLiteral(checksum)}, ${outcome}, ${quoteLiteral(detail)}, '${environment}'${done})`
}
