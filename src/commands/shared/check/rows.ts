import type { CheckPart } from '../../../core/check/finding.ts'
import type { Context } from '../context.ts'
import type { PartFound } from './part-found.ts'
import { rowFindings, type ToldElsewhere } from './rows-findings.ts'
import type { CheckScope } from './scope.ts'
import { walkOf } from './scratch-walk.ts'

const tellsNothing: ToldElsewhere = { loss: () => false, failure: () => false }

/** Runs each migration both ways on tables that are filled with awkward rows. */
export async function checkRows(context: Context, scope: CheckScope, parts: readonly CheckPart[]): Promise<PartFound> {
  const { text, outcome, rows, proofs, broken } = await walkOf(context, scope, parts)
  if (!parts.includes('proof')) return { findings: rows.flatMap((one) => rowFindings(one, tellsNothing)), outcome }
  const failing = new Map(proofs.map((proof) => [proof.file, proof]))
  const told: ToldElsewhere = {
    loss: text.tellsLoss,
    failure: (file, section) => {
      const proof = failing.get(file)
      if (section === 'up') return broken?.file === file
      return (section === 'down' ? proof?.downFails : proof?.upAgainFails) != null
    },
  }
  return { findings: rows.flatMap((one) => rowFindings(one, told)), outcome }
}
