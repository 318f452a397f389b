import { resolve } from 'node:path'
import type { PlannedFile } from '../../core/adopt/planned-file.ts'
import { noDown } from '../../core/adopt/target-text.ts'
import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { parseMigration } from '../../core/migration/parse-file.ts'
import { compare } from '../../core/migration/state.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { rewriteMigration, textOfMigration } from '../../project/rewrite-migration.ts'
import type { AdoptedDowns } from './adopt-results.ts'
import type { Context } from './context.ts'
import { type ProvenDown, provenDown } from './proven-down.ts'
import { type ScratchWork, withScratchFor } from './scratch-server.ts'

/** The migrations that are taken over, as they were and as they are with the DOWNs that they lacked. */
export interface WrittenDowns {
  readonly planned: readonly PlannedFile[]
  readonly files: ReadonlyMap<string, Migration>
  readonly downs: AdoptedDowns
  /** Files of an earlier run that get a DOWN now. */
  readonly rewrites: readonly { readonly path: string; readonly was: string; readonly text: string }[]
}

/** What `missingDowns` is given. */
interface Adopted {
  readonly server: Server
  readonly planned: readonly PlannedFile[]
  /** Those of the plan, by key. */
  readonly files: ReadonlyMap<string, Migration>
  /** All that is in our folder and all that comes into it. */
  readonly all: readonly Migration[]
}

/** Writes the DOWNs that migrations lack, each proven. What cannot be made or proven is left out, and said. */
export async function missingDowns(context: Context, adopted: Adopted): Promise<WrittenDowns> {
  const { server, planned, files, all } = adopted
  const wanted = planned.filter(({ key }) => files.get(key)?.down === null)
  if (wanted.length === 0) return { planned, files, downs: { written: [], left: [] }, rewrites: [] }
  const order = compare(all, []).entries.flatMap(({ file }) => file ?? [])
  const run = new Downs(context, wanted, files)
  await withScratchFor(context, { live: server }, (work) => run.all(work, order))
  return run.result(planned)
}

class Downs {
  private readonly context: Context
  private readonly wanted: readonly PlannedFile[]
  private readonly files: Map<string, Migration>
  private readonly proven = new Map<string, ProvenDown>()
  private readonly left: { name: string; why: string }[] = []
  private readonly rewrites: { path: string; was: string; text: string }[] = []

  constructor(context: Context, wanted: readonly PlannedFile[], files: ReadonlyMap<string, Migration>) {
    this.context = context
    this.wanted = wanted
    this.files = new Map(files)
  }

  async all(work: ScratchWork, order: readonly Migration[]): Promise<void> {
    const last = order.findLastIndex(({ name }) => this.wanted.some((one) => one.name === name))
    const history = await work.ready(order.slice(0, last + 1))
    let broken: string | null = null
    for (const [i, file] of order.slice(0, last + 1).entries()) {
      const planned = this.wanted.find(({ name }) => name === file.name)
      if (planned === undefined) continue
      if (broken === null) {
        this.context.progress(`writing the DOWN of ${file.name}`)
        broken = await this.one(work, { planned, file, ready: history.slice(0, i + 1) })
      } else this.left.push({ name: file.name, why: broken })
    }
  }

  /** Why none of those that come after it can be written either; null where they can. */
  private async one(
    work: ScratchWork,
    { planned, file, ready }: { planned: PlannedFile; file: Migration; ready: readonly Migration[] },
  ): Promise<string | null> {
    const { up } = file
    try {
      if (up.kind === 'streamed') throw new NselfError('refused', 'the file is too large for its DOWN to be written')
      const was = planned.isThere ? textOfMigration(this.pathOf(file)) : planned.text
      const down = await provenDown(this.context, { work, file: { ...file, up }, ready, was })
      this.proven.set(planned.key, down)
      this.files.set(planned.key, parseMigration(file.path, file, down.text))
      if (planned.isThere) this.rewrites.push({ path: file.path, was, text: down.text })
      return null
    } catch (error) {
      if (!(error instanceof NselfError) || this.context.signal.aborted) throw error
      if (!['refused', 'not-proven', 'migration-failed', 'usage'].includes(error.code)) throw error
      this.left.push({ name: file.name, why: error.message.replace('; nothing was written', '') })
      return error.code === 'migration-failed' || error.code === 'usage' ? error.message : null
    }
  }

  private pathOf({ path }: Migration): string {
    return resolve(this.context.settings.root, path)
  }

  result(before: readonly PlannedFile[]): WrittenDowns {
    const planned = before.map((file): PlannedFile => {
      const down = this.proven.get(file.key)
      if (down === undefined) return file
      return { ...file, text: down.text, notes: file.notes.filter((note) => note !== noDown) }
    })
    const written = planned.flatMap(({ key, name }) => {
      const down = this.proven.get(key)
      return down === undefined ? [] : [{ name, lost: down.lost }]
    })
    const { files, left, rewrites } = this
    return { planned, files, downs: { written, left }, rewrites }
  }
}

/** Writes them into files of an earlier run. Returns their paths. @throws as rewriteMigration. */
export async function rewriteAdopted(root: string, rewrites: WrittenDowns['rewrites']): Promise<string[]> {
  for (const { path, was, text } of rewrites) rewriteMigration(resolve(root, path), path, was, text)
  return rewrites.map(({ path }) => path)
}
