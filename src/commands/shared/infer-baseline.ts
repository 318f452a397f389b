import type { State } from '../../core/migration/state.ts'
import { counted } from '../../core/quantities.ts'
import type { ProposedRepair } from '../../core/repair/findings.ts'
import { noRepairFlags, repairsFor } from '../../core/repair/repair-flags.ts'
import { differenceLine } from '../../core/schema/differences.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { type Inferred, inferVersion } from '../../postgres/scratch/drift.ts'
import type { Context } from './context.ts'
import { withScratchFor } from './scratch-server.ts'

/**
 * What to record for a database whose tracking is lost or never was: everything up to the version whose schema it has.
 * @param lost the journal still knows what was applied: to rebuild from it is what is recommended.
 */
export async function inferBaseline(
  context: Context,
  server: Server,
  state: State,
  lost: boolean,
): Promise<{ findings: ProposedRepair[]; lines: string[] }> {
  const files = state.entries.flatMap(({ file }) => (file === null ? [] : [file]))
  const where = { live: server, strict: 'the version was not determined' }
  const inferred = await withScratchFor(context, where, async (work) =>
    inferVersion(work.scratch, server, await work.ready(files), work.replay),
  )
  return { findings: baselinesOf(state, inferred.matches, lost), lines: linesOf(inferred) }
}

/** Each is one to choose: the last of several is what is most likely, the others leave what changes only data to `up`. */
function baselinesOf(state: State, matches: Inferred['matches'], lost: boolean): ProposedRepair[] {
  const last = matches.at(-1)
  return matches.toReversed().flatMap(({ name, version }): ProposedRepair[] => {
    const repairs = repairsFor(state, { ...noRepairFlags, baseline: version })
    if (repairs.length === 0) return []
    const isLast = version === last?.version
    const rest = isLast ? '' : '; up then runs the ones after it, which change no schema'
    const what = `the schema is that of ${name}: record everything up to it as applied${rest}`
    const recommended = isLast && !lost
    return [{ kind: 'baseline', version, flag: `--baseline ${version}`, what, recommended, better: null, repairs }]
  })
}

function linesOf({ matches, closest }: Inferred): string[] {
  const [first, last] = [matches[0], matches.at(-1)]
  if (first !== undefined && last !== undefined) {
    const found = `The database has the schema of ${first.name}`
    const same = first === last ? '' : `, and of each migration after it up to ${last.name}: these change no schema`
    return [`${found}${same}`]
  }
  if (closest === null) return ['There is no migration to compare the database with']
  const { length } = closest.differences
  const shown = closest.differences
    .slice(0, 10)
    .map((item) => `  ${differenceLine(item, closest.name, 'the database')}`)
  return [
    `The database has the schema of none of the migrations; the closest is ${closest.name}, with ${counted(length, 'difference')}:`,
    ...shown,
  ]
}
