import { type LockMode, lockModes } from '../../core/probe/question.ts'
import type { KnownRelation } from '../../core/rehearse/looks.ts'
import type { SeenLock } from '../../core/rehearse/rehearsed.ts'
import { type Client, pidOf } from '../driver/pg.ts'

/** How often it is looked, in ms: what is held for a shorter time keeps nobody waiting for long. */
const every = 10

/**
 * Looks which locks a session holds on tables while it works outside of a transaction: when it is done, they are gone.
 * @param watcher another connection to the same database.
 */
export async function locksWhile<T>(
  watcher: Client,
  worker: Client,
  known: ReadonlyMap<number, KnownRelation>,
  work: Promise<T>,
): Promise<{ readonly result: T; readonly locks: readonly SeenLock[] }> {
  const seen = new Map<string, LockMode>()
  let over = false
  const ended = work.finally(() => {
    over = true
  })
  ended.catch(() => {})
  while (!over) {
    const { rows } = await watcher.query<{ oid: string; mode: string }>(
      `SELECT relation::int8 AS oid, mode FROM pg_locks WHERE pid = ${pidOf(worker)} AND locktype = 'relation' AND granted`,
    )
    for (const { oid, mode } of rows) note(seen, known.get(Number(oid)), mode)
    await Promise.race([ended.catch(() => {}), new Promise((resolve) => setTimeout(resolve, every))])
  }
  return { result: await ended, locks: [...seen].map(([table, mode]) => ({ table, mode })) }
}

function note(seen: Map<string, LockMode>, relation: KnownRelation | undefined, said: string): void {
  const mode = lockModes.find((one) => one === said)
  if (mode === undefined || relation === undefined || !['r', 'p', 'm'].includes(relation.kind)) return
  const before = seen.get(relation.name)
  if (before === undefined || lockModes.indexOf(mode) > lockModes.indexOf(before)) seen.set(relation.name, mode)
}
