import { type LockMode, lockModes } from '../probe/question.ts'
import type { SeenLock, SeenScan, SeenWork } from './rehearsed.ts'

/** What is known of a relation before a run, by its oid. */
export interface KnownRelation {
  readonly name: string
  /** As pg_class has it: `r` for a table. */
  readonly kind: string
  /** 0 where it has no file. */
  readonly filenode: number
}

/** A relation as a transaction sees it that works on it. */
export interface RelationLook extends KnownRelation {
  readonly oid: number
  readonly modes: readonly string[]
  /** Counts of what the session did; null where the server does not tell. */
  readonly counts: RelationCounts | null
}

interface RelationCounts {
  readonly scans: number
  readonly rowsRead: number
  /** False where parallel workers may have read more, and changed nothing. */
  readonly countsAll: boolean
  readonly rowsChanged: number
}

/** What can be seen at a moment. */
export interface RelationsLook {
  /** How many bytes of WAL were ever written. */
  readonly wal: number
  readonly relations: readonly RelationLook[]
}

const isTable = ({ kind }: KnownRelation): boolean => kind === 'r' || kind === 'm' || kind === 'p'
const isLockedByName = (one: KnownRelation): boolean => isTable(one) || ['f', 'v', 'S'].includes(one.kind)
const nothing: RelationCounts = { scans: 0, rowsRead: 0, rowsChanged: 0, countsAll: true }

/**
 * What was done between two looks.
 * @param known what was there before the run.
 * @param empties the statement empties tables: a new file is no rewrite then.
 */
export function seenBetween(
  before: RelationsLook,
  after: RelationsLook,
  known: ReadonlyMap<number, KnownRelation>,
  empties: boolean,
): SeenWork {
  const earlier = new Map(before.relations.map((one) => [one.oid, one]))
  const locks: SeenLock[] = []
  const rewritten: string[] = []
  const scanned: SeenScan[] = []
  let rows = 0
  let isCounted = true
  for (const now of after.relations) {
    const was = earlier.get(now.oid)
    const there = known.get(now.oid)
    const counts = differenceOf(was?.counts ?? nothing, now.counts)
    if (counts === null) isCounted = false
    else if (now.kind === 'r') rows += counts.rowsChanged
    if (there === undefined) continue
    const mode = newMode(was?.modes ?? [], now.modes)
    if (mode !== null && isLockedByName(there)) locks.push({ table: there.name, mode })
    if (!isTable(there)) continue
    const oldFile = was?.filenode ?? there.filenode
    if (!empties && oldFile !== 0 && now.filenode !== 0 && now.filenode !== oldFile) rewritten.push(there.name)
    else if (counts !== null && counts.scans > 0)
      scanned.push({ table: there.name, rows: counts.countsAll ? counts.rowsRead : null })
  }
  return {
    locks: locks.sort(byTable),
    rewritten: rewritten.sort(),
    scanned: isCounted ? scanned.sort(byTable) : null,
    rows: isCounted ? rows : null,
    walBytes: Math.max(0, after.wal - before.wal),
  }
}

const byTable = (a: { readonly table: string }, b: { readonly table: string }) => (a.table < b.table ? -1 : 1)

/** TRUNCATE takes counts back. */
function differenceOf(before: RelationCounts, after: RelationCounts | null): RelationCounts | null {
  if (after === null) return null
  const more = (key: 'scans' | 'rowsRead' | 'rowsChanged') => Math.max(0, after[key] - before[key])
  return {
    scans: more('scans'),
    rowsRead: more('rowsRead'),
    rowsChanged: more('rowsChanged'),
    countsAll: after.countsAll,
  }
}

/** The strongest mode, where it is stronger than what was held before; null otherwise. */
function newMode(before: readonly string[], now: readonly string[]): LockMode | null {
  const strength = (modes: readonly string[]) => lockModes.findLastIndex((mode) => modes.includes(mode))
  const [old, fresh] = [strength(before), strength(now)]
  return fresh > old ? (lockModes[fresh] ?? null) : null
}
