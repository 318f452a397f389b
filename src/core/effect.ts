import { counted } from './quantities.ts'

/**
 * What a transaction has done to what was there before it, asked of the server when all of it is done: `drop` a table
 * or a materialized view that is gone, `rewrite` one that was emptied or written anew.
 */
export type EffectKind = 'drop' | 'rewrite' | 'drop-column' | 'delete' | 'update'

export interface Effect {
  /** As SQL names it, with its schema: `public.users`. */
  readonly relation: string
  readonly schema: string
  readonly name: string
  readonly kind: EffectKind
  readonly column: string | null
  /** How many rows; for what is gone as a whole about how many, null where the server never counted. */
  readonly rows: number | null
  /** Of a rewrite, whether the rows are gone or were written anew, where that can be known; an older nself did not look. */
  readonly how?: 'empties' | 'rewrites' | null
  /** Whether it makes the table logged or unlogged. */
  readonly logged?: boolean | null
  /** The names of what it is a partition or a child of, as `relation`. */
  readonly parents: readonly string[]
}

/** An effect that was approved, before it was had. */
export interface Allowed {
  readonly kind: EffectKind
  /** Null where search_path finds it. */
  readonly schema: string | null
  /** Null for all that is in the schema; with no schema either, for everything. */
  readonly name: string | null
  /** Null for any. */
  readonly column: string | null
}

/** How the effects of a step are looked at before it commits; no step is without one where it matters. */
export interface Watch {
  /** What is not in it is rolled back; null where effects are only told. */
  readonly allowed: readonly Allowed[] | null
  /** Nothing in the file can have one, unless the server runs more than the file: an event trigger. */
  readonly harmless: boolean
}

/** An effect in words: `deletes 10 rows from users`. */
export function effectLine({ kind, relation, column, rows, how, logged }: Effect): string {
  const name = relation.replace(/^public\./, '')
  const about = rows === null || rows === 0 ? '' : ` (about ${counted(rows, 'row')})`
  const ofRows = counted(rows ?? 0, 'row')
  switch (kind) {
    case 'drop':
      return `drops ${name}${about}`
    case 'rewrite':
      return `${how ?? 'empties or rewrites'} ${name}${about}${keptText(logged)}`
    case 'drop-column':
      return `drops the column ${name}.${column}${about}`
    case 'delete':
      return rows === null ? `deletes rows from ${name}` : `deletes ${ofRows} from ${name}`
    case 'update':
      return rows === null ? `changes rows of ${name}` : `changes ${ofRows} of ${name}`
  }
}

function keptText(logged: boolean | null | undefined): string {
  if (logged == null) return ''
  return logged ? ' and makes it logged' : ' and makes it unlogged'
}

/** What several transactions did, one after the other, as if it had been one. */
export function addEffects(before: readonly Effect[], more: readonly Effect[]): Effect[] {
  const all = [...before]
  for (const effect of more) {
    const at = all.findIndex(
      ({ relation, kind, column }) => relation === effect.relation && kind === effect.kind && column === effect.column,
    )
    const same = all[at]
    if (same === undefined) all.push(effect)
    else all[at] = { ...same, ...together(same, effect) }
  }
  return all
}

function together(one: Effect, other: Effect): Pick<Effect, 'rows' | 'how'> {
  const rows = one.rows === null || other.rows === null ? one.rows : one.rows + other.rows
  return one.how === other.how ? { rows } : { rows, how: null }
}

/** Effects as the server told them. @returns null for any other text. */
export function parseEffects(text: string | undefined): Effect[] | null {
  try {
    const found: unknown = JSON.parse(text ?? '')
    return Array.isArray(found) && found.every(isEffect) ? found : null
  } catch {
    return null
  }
}

function isEffect(value: unknown): value is Effect {
  const fields = new Map<string, unknown>(Object.entries(value ?? {}))
  const texts = ['relation', 'schema', 'name', 'kind'].map((key) => fields.get(key))
  return texts.every((text) => typeof text === 'string') && Array.isArray(fields.get('parents'))
}

/** The approval of exactly this effect. */
export function allowing({ kind, schema, name, column }: Effect): Allowed {
  return { kind, schema, name, column }
}
