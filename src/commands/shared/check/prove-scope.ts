import type { CheckPart } from '../../../core/check/finding.ts'
import { parseProofs, proofKeys, proofText, type StoredProof } from '../../../core/check/proof-lines.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import type { Recording } from '../../../core/queries/recording.ts'
import { namedValuesIn } from '../../../parsers/postgres/named-values.ts'
import { loadParser } from '../../../parsers/postgres/parser.ts'
import { type HistoryProof, type Proof, proveHistory } from '../../../postgres/proof/prove-history.ts'
import { majorOfScratch } from '../../../postgres/proof/scratch-major.ts'
import { readProofs, writeProofs } from '../../../project/proofs.ts'
import { readRepeatables } from '../../../project/repeatables.ts'
import type { Context } from '../context.ts'
import { QueriesVisit, type QueriesWanted, type ReleaseFound } from '../queries-visit.ts'
import { type ScratchWork, withScratchFor } from '../scratch-server.ts'
import type { TextLook } from './proof-findings.ts'
import { type RowsFound, RowsVisit } from './rows-visit.ts'
import type { CheckScope } from './scope.ts'

interface Wanted {
  readonly parts: readonly CheckPart[]
  readonly text: TextLook
  /** What releases ask, that is to be looked at. */
  readonly recordings: readonly Recording[]
}

export interface ProvenScope extends HistoryProof {
  /** What was proven before, of what is in scope. */
  readonly stored: readonly StoredProof[]
  readonly rows: readonly RowsFound[]
  /** Of each release of which something was recorded. */
  readonly queries: readonly ReleaseFound[]
}

/** What DOWN does not bring back is only what UP has said that it takes. */
export function isWhole({ isProven, rowsDiffer, file }: Proof, { tellsLoss }: TextLook): boolean {
  return isProven && rowsDiffer.every(({ table }) => tellsLoss(file, table))
}

/** Proves what is in scope and was not proven before, and keeps what is as it should be. @throws as withScratchFor, proveHistory. */
export function proveScope(context: Context, scope: CheckScope, wanted: Wanted): Promise<ProvenScope> {
  const { migrationsDir } = context.settings
  return withScratchFor(context, scope.live === null ? {} : { live: scope.live }, async (work) => {
    const major = await majorOfScratch(work.scratch)
    const before = parseProofs(readProofs(migrationsDir))
    const keys = new Map(proofKeys(scope.files, major).map((key, i) => [scope.files[i], key]))
    const known = new Map(before.map((proof) => [proof.key, proof]))
    const knownOf = (file: Migration) => known.get(keys.get(file) ?? '')
    const isOpen = (part: CheckPart, isKnown: (proof: StoredProof | undefined) => boolean) => (file: Migration) =>
      wanted.parts.includes(part) && scope.wanted.has(file) && !isKnown(knownOf(file))
    const { rows, queries, ...history } = await proveOn(context, work, scope, wanted.recordings, {
      proof: isOpen('proof', (proof) => proof !== undefined),
      rows: isOpen('rows', (proof) => proof?.rows === true),
      queries: isOpen('queries', () => false),
      restores: (file) => knownOf(file)?.reorders === false,
    })
    const fresh = freshProofs(history, rows, knownOf, wanted.text).map(({ file, ...rest }) => ({
      ...rest,
      name: file.name,
      major,
      key: keys.get(file) ?? '',
    }))
    const kept = before.filter((one) => one.major !== major || [...keys.values()].includes(one.key))
    keepProofs(context, migrationsDir, kept, fresh)
    const stored = wanted.parts.includes('proof') ? [...scope.wanted].flatMap((file) => knownOf(file) ?? []) : []
    return { ...history, stored, rows, queries }
  })
}

interface FreshProof extends Pick<StoredProof, 'reorders' | 'rows'> {
  readonly file: Migration
}

/** What is known of migrations now and was not before. */
function freshProofs(
  { proofs }: HistoryProof,
  rows: readonly RowsFound[],
  knownOf: (file: Migration) => StoredProof | undefined,
  text: TextLook,
): FreshProof[] {
  const clean = new Set(rows.filter(({ isClean }) => isClean).map(({ file }) => file))
  const proven = proofs.filter((one) => isWhole(one, text))
  const again = rows.flatMap(({ file, isClean }) => {
    const known = knownOf(file)
    return isClean && known !== undefined ? [{ file, reorders: known.reorders, rows: true }] : []
  })
  return [...proven.map(({ file, reorders }) => ({ file, reorders, rows: clean.has(file) })), ...again]
}

function keepProofs(
  context: Context,
  migrationsDir: string,
  kept: readonly StoredProof[],
  fresh: readonly StoredProof[],
): void {
  if (fresh.length === 0) return
  const all = new Map([...kept, ...fresh].map((one) => [one.key, one]))
  const lines = proofText([...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
  if (writeProofs(migrationsDir, lines)) return
  context.tell('Note: the proofs could not be kept beside the migrations; the next check proves them again')
}

interface Open {
  readonly proof: (file: Migration) => boolean
  readonly rows: (file: Migration) => boolean
  readonly queries: (file: Migration) => boolean
  /** DOWN of it was proven before, and brings back everything. */
  readonly restores: (file: Migration) => boolean
}

/** Files as a replay runs them are others than those in scope: they go by their place. */
async function proveOn(
  context: Context,
  work: ScratchWork,
  scope: CheckScope,
  recordings: readonly Recording[],
  isOpen: Open,
): Promise<Omit<ProvenScope, 'stored'>> {
  const ready = await work.ready(scope.files)
  const original = new Map(ready.map((file, i) => [file, scope.files[i] ?? file]))
  const originalOf = (file: Migration) => original.get(file) ?? file
  const back = <T extends { readonly file: Migration }>(one: T): T => ({ ...one, file: originalOf(one.file) })
  const parser = await loadParser()
  const namedIn = (file: Migration) => namedValuesIn(parser, file)
  const rows = new RowsVisit((file) => isOpen.rows(originalOf(file)), namedIn, work.replay.signal)
  const queries = await queriesVisit(context, work, {
    recordings,
    wanted: (file) => isOpen.queries(originalOf(file)),
    restores: (file) => isOpen.restores(originalOf(file)),
    eachByItself: scope.eachByItself,
  })
  const { proofs, broken } = await proveHistory(
    work.scratch,
    ready,
    (file) => isOpen.proof(originalOf(file)),
    [rows, ...(queries === null ? [] : [queries])],
    work.keepTemplate,
    work.replay,
  )
  return {
    proofs: proofs.map((one): Proof => back(one)),
    broken: broken && back(broken),
    rows: rows.found.map(back),
    queries: (queries?.found ?? []).map(({ recording, start, found }) => ({
      recording,
      start: start && back(start),
      found: found.map((one) => ({ ...back(one), until: one.until && originalOf(one.until) })),
    })),
  }
}

/** Null where nothing was recorded. */
async function queriesVisit(
  { settings }: Context,
  work: ScratchWork,
  wanted: Omit<QueriesWanted, 'repeatables'>,
): Promise<QueriesVisit | null> {
  const { repeatableDir, cwd } = settings
  if (wanted.recordings.length === 0) return null
  const repeatables = await work.ready(readRepeatables(repeatableDir, cwd).map(({ file }) => file))
  return QueriesVisit.of({ ...wanted, repeatables })
}
