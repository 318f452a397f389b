import type { CheckPart } from '../../../core/check/finding.ts'
import { NselfError } from '../../../core/errors.ts'
import { readRecordings } from '../../../project/queries.ts'
import type { Context } from '../context.ts'
import { done, type PartFound } from './part-found.ts'
import { lookAtTexts, type TextLook } from './proof-findings.ts'
import { type ProvenScope, proveScope } from './prove-scope.ts'
import type { CheckScope } from './scope.ts'

/** What a walk over the history on a scratch database has found. */
export interface ScratchWalk extends ProvenScope {
  readonly text: TextLook
  readonly outcome: PartFound['outcome']
}

const walks = new WeakMap<CheckScope, Promise<ScratchWalk>>()

/** The walk over a scope: the parts that need one share it. @throws NselfError where it is interrupted; as readRecordings. */
export function walkOf(context: Context, scope: CheckScope, parts: readonly CheckPart[]): Promise<ScratchWalk> {
  const known = walks.get(scope)
  if (known !== undefined) return known
  const walk = walkOver(context, scope, parts)
  walks.set(scope, walk)
  return walk
}

const nothing: ProvenScope = { proofs: [], broken: null, stored: [], rows: [], queries: [] }

async function walkOver(context: Context, scope: CheckScope, parts: readonly CheckPart[]): Promise<ScratchWalk> {
  const text = await lookAtTexts(scope.wanted, scope.files, context.settings.variables)
  const looksAtUp = parts.includes('rows') || parts.includes('queries')
  const wanted = [...scope.wanted].filter(({ down }) => looksAtUp || down !== null)
  if (wanted.length === 0) return { ...nothing, text, outcome: done }
  const { migrationsDir, cwd } = context.settings
  const recordings = parts.includes('queries') ? readRecordings(migrationsDir, cwd) : []
  try {
    const found = await proveScope(context, scope, { text, parts, recordings })
    const { broken } = found
    if (broken === null) return { ...found, text, outcome: done }
    const reason = `${broken.file.name} does not run on a scratch database, so nothing after it was checked`
    return { ...found, text, outcome: { outcome: 'incomplete', reason } }
  } catch (error) {
    if (!(error instanceof NselfError) || context.signal.aborted) throw error
    return { ...nothing, text, outcome: { outcome: 'incomplete', reason: reasonOf(error) } }
  }
}

/** What stands before the first migration in scope could not be replayed, or there is no place to do so. */
function reasonOf({ message, location, hint }: NselfError): string {
  const place = location === undefined ? '' : ` (${location.path}:${location.line})`
  return `${message}${place}${hint === undefined ? '' : `. Next: ${hint}`}`
}
