import type { CheckFinding } from '../../../core/check/finding.ts'
import { parseProofs, proofKeys, proofText, type StoredProof } from '../../../core/check/proof-lines.ts'
import { NselfError } from '../../../core/errors.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import { type HistoryProof, type Proof, proveHistory } from '../../../postgres/proof/prove-history.ts'
import { majorOfScratch } from '../../../postgres/proof/scratch-major.ts'
import { readProofs, writeProofs } from '../../../project/proofs.ts'
import type { Context } from '../context.ts'
import { type ScratchWork, withScratchFor } from '../scratch-server.ts'
import { done, type PartFound } from './part-found.ts'
import { brokenFindings, findingsOf, lookAtTexts, reorderFindings, type TextLook } from './proof-findings.ts'
import type { CheckScope } from './scope.ts'

/**
 * Proves UP and DOWN of each migration on a scratch database, on what those before it make. What was proven before, as it
 * is now, is not proven again.
 */
export async function checkProofs(context: Context, scope: CheckScope): Promise<PartFound> {
  const text = await lookAtTexts(scope.wanted, context.settings.variables)
  const told = text.findings
  const revertible = [...scope.wanted].filter(({ down }) => down !== null)
  if (revertible.length === 0) return { findings: told, outcome: done, proven: [] }
  try {
    const { history, stored } = await prove(context, scope, text)
    const found = [
      ...history.proofs.flatMap((proof) => findingsOf(proof, text)),
      ...stored.filter(({ reorders }) => reorders).flatMap(toldAgain(scope)),
    ]
    const names = [
      ...history.proofs.filter(isWhole(text)).map(({ file }) => file.name),
      ...stored.map(({ name }) => name),
    ]
    const { broken } = history
    if (broken === null) return { findings: [...told, ...found], outcome: done, proven: names.sort() }
    const reason = `${broken.file.name} does not run on a scratch database, so nothing after it was looked at`
    const findings = [...told, ...found, ...brokenFindings(broken)]
    return { findings, outcome: { outcome: 'incomplete', reason }, proven: names.sort() }
  } catch (error) {
    if (!(error instanceof NselfError) || context.signal.aborted) throw error
    return { findings: told, outcome: { outcome: 'incomplete', reason: reasonOf(error) }, proven: [] }
  }
}

/** What DOWN does not bring back is only what UP has said that it takes. */
const isWhole =
  ({ takesRows }: TextLook) =>
  ({ isProven, rowsDiffer, file }: Proof): boolean =>
    isProven && rowsDiffer.every(({ table }) => takesRows(file, table))

/** What stands before the first migration in scope could not be replayed, or there is no place to do so. */
function reasonOf({ message, location, hint }: NselfError): string {
  const place = location === undefined ? '' : ` (${location.path}:${location.line})`
  return `${message}${place}${hint === undefined ? '' : `. Next: ${hint}`}`
}

const toldAgain =
  ({ files }: CheckScope) =>
  ({ name }: StoredProof): CheckFinding[] => {
    const file = files.find((one) => one.name === name)
    return file === undefined ? [] : reorderFindings(file)
  }

interface Proven {
  readonly history: HistoryProof
  /** What was proven before, of what is in scope. */
  readonly stored: readonly StoredProof[]
}

function prove(context: Context, scope: CheckScope, text: TextLook): Promise<Proven> {
  const { migrationsDir } = context.settings
  return withScratchFor(context, scope.live === null ? {} : { live: scope.live }, async (work) => {
    const major = await majorOfScratch(work.scratch)
    const before = parseProofs(readProofs(migrationsDir))
    const keys = new Map(proofKeys(scope.files, major).map((key, i) => [scope.files[i], key]))
    const known = new Map(before.map((proof) => [proof.key, proof]))
    const stored = [...scope.wanted].flatMap((file) => known.get(keys.get(file) ?? '') ?? [])
    const history = await proveOn(work, scope, (file) => scope.wanted.has(file) && !known.has(keys.get(file) ?? ''))
    const fresh = history.proofs
      .filter(isWhole(text))
      .map(({ file, reorders }) => ({ name: file.name, major, key: keys.get(file) ?? '', reorders }))
    const kept = before.filter((one) => one.major !== major || [...keys.values()].includes(one.key))
    const all = new Map([...kept, ...fresh].map((one) => [one.key, one]))
    const lines = proofText([...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
    if (fresh.length > 0 && !writeProofs(migrationsDir, lines)) {
      context.tell('Note: the proofs could not be kept beside the migrations; the next check proves them again')
    }
    return { history, stored }
  })
}

/** Files as a replay runs them are others than those in scope: they go by their place. */
async function proveOn(
  work: ScratchWork,
  scope: CheckScope,
  wanted: (file: Migration) => boolean,
): Promise<HistoryProof> {
  const ready = await work.ready(scope.files)
  const original = new Map(ready.map((file, i) => [file, scope.files[i] ?? file]))
  const isWanted = (file: Migration) => wanted(original.get(file) ?? file)
  const { proofs, broken } = await proveHistory(work.scratch, ready, isWanted, work.keepTemplate, work.replay)
  const back = <T extends { readonly file: Migration }>(one: T): T => ({
    ...one,
    file: original.get(one.file) ?? one.file,
  })
  return { proofs: proofs.map((one): Proof => back(one)), broken: broken && back(broken) }
}
