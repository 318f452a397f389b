import type { CheckFinding } from '../../core/check/finding.ts'
import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { compare } from '../../core/migration/state.ts'
import type { Recording } from '../../core/queries/recording.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { proveHistory } from '../../postgres/proof/prove-history.ts'
import { readRepeatables } from '../../project/repeatables.ts'
import type { Context } from './context.ts'
import { QueriesVisit } from './queries-visit.ts'
import { queryFindings } from './query-findings.ts'
import { withScratchFor } from './scratch-server.ts'

interface AroundRun {
  readonly live: Server
  /** What is applied, and what is to run. */
  readonly files: readonly Migration[]
  readonly wanted: ReadonlySet<Migration>
  readonly recordings: readonly Recording[]
}

/**
 * Prepares recorded queries before and after each migration that is to run, without looking at any DOWN.
 * @throws NselfError as withScratchFor, proveHistory; `conflict` where a migration does not run on a scratch database.
 */
export function queriesAround(
  context: Context,
  { live, files, wanted, recordings }: AroundRun,
): Promise<CheckFinding[]> {
  return withScratchFor(context, { live }, async (work) => {
    // As a new database gets them, whatever the order in which this one did.
    const history = compare(files, []).entries.flatMap(({ file }) => file ?? [])
    const ready = await work.ready(history)
    const original = new Map(ready.map((file, i) => [file, history[i] ?? file]))
    const { repeatableDir, cwd } = context.settings
    const visit = await QueriesVisit.of({
      recordings,
      wanted: (file) => wanted.has(original.get(file) ?? file),
      restores: () => true,
      repeatables: await work.ready(readRepeatables(repeatableDir, cwd).map(({ file }) => file)),
      eachByItself: false,
    })
    const { broken } = await proveHistory(work.scratch, ready, () => false, [visit], work.keepTemplate, work.replay)
    if (broken !== null) throw new NselfError('conflict', `${broken.file.name} does not run on a scratch database`)
    return visit.found.flatMap((found) => queryFindings(found, false))
  })
}
