import { type Allowed, allowing, type Effect, type EffectKind, type Watch } from '../effect.ts'
import { allowedBy } from './allowed.ts'
import type { Danger } from './danger.ts'
import type { Reach } from './harmless.ts'

/** Something that is concerned by a danger as the database is: its relation, or one that refers to it. */
interface Reached {
  readonly schema: string
  readonly name: string
  readonly kind: EffectKind
  /** The column that goes with something else. */
  readonly column?: string | null
}

/** All that was looked at of one step before anybody was asked. */
export interface StepLook {
  readonly dangers: readonly (Danger & { readonly reached: readonly Reached[] })[]
  readonly reach: Reach
  /** Rewrites that lose nothing, as long as nothing in the file may empty the same table. */
  readonly rewrites: readonly Allowed[]
  /** What may be done to what an earlier attempt at it has made. */
  readonly own: readonly Allowed[]
  /** What it did when it was rolled back for it. */
  readonly seen: readonly Effect[]
}

/** How a step is watched once what was found of it is approved: it may do that, and no more. */
export function watchFor({ dangers, reach, rewrites, own, seen }: StepLook): Watch {
  const named = dangers.flatMap((danger) => {
    const reached = danger.reached.map((one) => ({ ...one, column: one.column ?? danger.column ?? null }))
    // What search_path finds now is what was shown.
    return reached.length > 0 ? reached : allowedBy(danger)
  })
  const allowed = [...named, ...(reach === 'opaque' ? [] : rewrites), ...own, ...seen.map(allowing)]
  return { allowed, harmless: reach === 'harmless' }
}
