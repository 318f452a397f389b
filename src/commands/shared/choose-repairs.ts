import type { ProposedFix, ProposedRepair } from '../../core/repair/findings.ts'
import type { Repair } from '../../core/repair/repair.ts'
import type { Context } from './context.ts'

/** The repairs that a person picks from a list of what is wrong; none where there is no terminal. */
export async function choose(
  { choose: ask }: Context,
  database: string,
  findings: readonly ProposedRepair[],
): Promise<Repair[]> {
  if (ask === null || findings.length === 0) return []
  const picked = await ask(
    `What should be repaired on ${database}? Nothing is selected yet`,
    findings.map(({ what, recommended, better }) => {
      if (recommended) return `${what} (recommended)`
      return better === null ? what : `${what} (better: ${better})`
    }),
  )
  return findings.filter((_, i) => picked.includes(i)).flatMap((finding) => finding.repairs)
}

/** A fix as it is shown, without what does it. */
export function shownFix({ repairs: _, ...shown }: ProposedRepair): ProposedFix {
  return shown
}
