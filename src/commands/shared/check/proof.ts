import type { CheckFinding, CheckPart } from '../../../core/check/finding.ts'
import type { StoredProof } from '../../../core/check/proof-lines.ts'
import type { Context } from '../context.ts'
import type { PartFound } from './part-found.ts'
import { brokenFindings, findingsOf, reorderFindings } from './proof-findings.ts'
import { isWhole } from './prove-scope.ts'
import type { CheckScope } from './scope.ts'
import { walkOf } from './scratch-walk.ts'

/**
 * Proves UP and DOWN of each migration on a scratch database, on what those before it make. What was proven before, as it
 * is now, is not proven again.
 */
export async function checkProofs(
  context: Context,
  scope: CheckScope,
  parts: readonly CheckPart[],
): Promise<PartFound> {
  const { text, outcome, proofs, broken, stored } = await walkOf(context, scope, parts)
  const findings = [
    ...text.findings,
    ...proofs.flatMap((proof) => findingsOf(proof, text)),
    ...stored.filter(({ reorders }) => reorders).flatMap(toldAgain(scope)),
    ...(broken === null ? [] : brokenFindings(broken)),
  ]
  const proven = proofs.filter((one) => isWhole(one, text)).map(({ file }) => file.name)
  return { findings, outcome, proven: [...proven, ...stored.map(({ name }) => name)].sort() }
}

const toldAgain =
  ({ files }: CheckScope) =>
  ({ name }: StoredProof): CheckFinding[] => {
    const file = files.find((one) => one.name === name)
    return file === undefined ? [] : reorderFindings(file)
  }
