import type { CheckResult, PartOutcome } from '../../commands/shared/check-results.ts'

/** What a person must know of how a part of the check went; null where it did all that it does. */
export function caveatOf({ part, outcome, reason }: PartOutcome): string | null {
  if (outcome === 'incomplete') return `${part} is not complete: ${reason}`
  return outcome === 'done' && reason !== null ? `${part}: ${reason}` : null
}

/** For how many migrations DOWN is proven; empty where nobody asked for a proof, or there is none to prove. */
export function provenWords({
  parts,
  proven,
  migrations,
}: Pick<CheckResult, 'parts' | 'proven' | 'migrations'>): string {
  const isAsked = parts.some(({ part, outcome }) => part === 'proof' && outcome !== 'skipped')
  return isAsked && migrations.length > 0 ? `; DOWN is proven for ${proven.length}` : ''
}
