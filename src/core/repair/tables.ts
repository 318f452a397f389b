import type { ProposedRepair } from './findings.ts'
import type { Repair } from './repair.ts'
import { fixOf, problemOf, type TableDamage } from './table-damage.ts'

/** The one fix for all of it, which loses nothing: a table that is not nself's keeps its rows under another name. */
export function restoreTables(damages: readonly TableDamage[]): Repair & { readonly kind: 'restore-tables' } {
  return { kind: 'restore-tables', damages, what: damages.map(fixOf).join('; ') }
}

/** What is wrong with nself's tables, as a fix to choose; none where nothing is. */
export function tableFindings(damages: readonly TableDamage[]): ProposedRepair[] {
  if (damages.length === 0) return []
  const repair = restoreTables(damages)
  const what = `${damages.map(problemOf).join('; ')}: ${repair.what}`
  return [
    {
      kind: repair.kind,
      version: null,
      flag: '--restore-tables',
      what,
      recommended: true,
      better: null,
      repairs: [repair],
    },
  ]
}
