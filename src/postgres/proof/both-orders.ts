import { NselfError } from '../../core/errors.ts'
import { interruption } from '../../core/interruption.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { type Difference, differencesOf, withoutNotNullNames } from '../../core/schema/differences.ts'
import { readCatalog } from '../catalog/read.ts'
import { fingerprintOf, withScratchConnection } from '../scratch/read.ts'
import { type ReplayOptions, replay } from '../scratch/replay.ts'
import type { Scratch, ScratchServer } from '../scratch/scratch.ts'
import { runAlone, type SectionFailure } from './run-section.ts'

/** What two branches make of one database, in either order. */
export type BothOrders =
  | { readonly kind: 'same' }
  | { readonly kind: 'differ'; readonly differences: readonly Difference[] }
  /** One of them does not run where those before it have run. */
  | {
      readonly kind: 'fails'
      readonly file: Migration
      readonly before: readonly Migration[]
      readonly failure: SectionFailure
    }

export interface TwoBranches {
  /** What both have, in its order. */
  readonly common: readonly Migration[]
  readonly here: readonly Migration[]
  readonly there: readonly Migration[]
}

/**
 * Runs the new migrations of two branches on scratch databases: those of here first, and those of there first.
 * @throws NselfError as replay, for what both have; `interrupted`.
 */
export async function bothOrders(
  scratch: Scratch,
  { common, here, there }: TwoBranches,
  keep: boolean,
  options: ReplayOptions,
): Promise<BothOrders> {
  const start = common.length === 0 ? await scratch.create() : await replay(scratch, common, keep, options)
  const servers: ScratchServer[] = []
  for (const order of [
    [...there, ...here],
    [...here, ...there],
  ]) {
    const server = await scratch.create(start)
    const failed = await runAll(server, order, options)
    if (failed !== null) return failed
    servers.push(server)
  }
  const [one, other] = servers
  return one === undefined || other === undefined ? { kind: 'same' } : compared(one, other)
}

async function runAll(
  server: ScratchServer,
  order: readonly Migration[],
  options: ReplayOptions,
): Promise<BothOrders | null> {
  return withScratchConnection(server, async (client) => {
    for (const [i, file] of order.entries()) {
      if (options.signal.aborted)
        throw new NselfError(interruption(options.signal), 'interrupted; the scratch databases are gone')
      options.progress(`running ${file.name} in both orders`)
      const failure = await runAlone(client, file, file.up)
      if (failure !== null) return { kind: 'fails', file, before: order.slice(0, i), failure }
    }
    return null
  })
}

/** The fingerprint tells most of it at once. */
async function compared(one: ScratchServer, other: ScratchServer): Promise<BothOrders> {
  const look = (server: ScratchServer) =>
    withScratchConnection(server, async (client) => ({
      fingerprint: await fingerprintOf(client),
      catalog: withoutNotNullNames(await readCatalog(client)),
    }))
  const [left, right] = [await look(one), await look(other)]
  if (left.fingerprint === right.fingerprint) return { kind: 'same' }
  const differences = differencesOf(left.catalog, right.catalog)
  return differences.length === 0 ? { kind: 'same' } : { kind: 'differ', differences }
}
