import { NselfError } from '../../core/errors.ts'
import { onlineScript, statementsOf, type Writing, withLast } from '../../core/online/script.ts'
import { withUsualPublic } from '../../core/schema/access.ts'
import { restStatements } from '../../core/schema/after-library/rest-statements.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differenceLine } from '../../core/schema/differences.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { separate } from '../../core/schema/joined-alterations.ts'
import { sectionLines } from '../../core/schema/migration-text.ts'
import { effectsOf } from '../../core/schema/statement-effects.ts'
import { readFacts } from '../../postgres/diff/facts.ts'
import { statementFormat, timeZoneOf } from '../../postgres/diff/format.ts'
import { type Lend, planStatements } from '../../postgres/diff/plan-statements.ts'
import { proveStatements } from '../../postgres/diff/prove-statements.ts'
import type { Claim } from '../../postgres/diff/scratch-copy.ts'
import { withScratchConnection } from '../../postgres/scratch/read.ts'
import type { Context } from './context.ts'
import type { Side } from './diff-sides.ts'
import { seriesOf } from './online-series.ts'
import { withScratchFor } from './scratch-server.ts'

/** Two catalogs, and how they differ. */
export interface Comparison {
  /** With owners and rights. */
  readonly ours: Catalog
  readonly theirs: Catalog
  /** Owners and rights shall become the same, too. */
  readonly all: boolean
  readonly differences: readonly Difference[]
  /** As a script for psql that blocks nobody for long. */
  readonly online: boolean
}

/**
 * The statements that make the right side what the left one is, and whether they are proven.
 * @throws NselfError `usage` for a design, `configuration` where the role may not read what is needed.
 */
export async function differenceSql(
  context: Context,
  [left, right]: readonly [Side, Side],
  { ours, theirs, all, differences, online }: Comparison,
): Promise<{ sql: string; proven: boolean }> {
  if (left.design !== null || right.design !== null) {
    throw new NselfError('usage', '--sql does not work with a design, which describes only a part of a schema', {
      hint: 'to write the migration instead: nself db schema import',
    })
  }
  context.progress('writing the difference as SQL')
  const [wanted, present] = await factsOf(left, right)
  const claim = { facts: present, catalog: withUsualPublic(theirs) }
  const want = withUsualPublic(ours)
  const lend: Lend = (use) =>
    withScratchFor(context, { live: right.server }, ({ scratch, readyStatement }) => use(scratch, readyStatement))
  const [format, zone] = await withScratchConnection(right.server, async (client) => {
    return [await statementFormat(client), await timeZoneOf(client)] as const
  })
  const of = { zone, role: right.server.user }
  const parts = await planStatements(claim, { facts: wanted, catalog: want }, lend, of)
  if (parts.length === 0 && differences.length === 0) return { sql: '', proven: true }
  const back = online ? await planStatements({ facts: wanted, catalog: want }, claim, lend, of) : []
  const planned = { up: separate(parts.flat()), down: separate(back.flat()) }
  const series = online ? seriesOf(context, theirs, ours, [planned]) : null
  const changes = series === null ? parts.flat() : statementsOf(series)
  const { rest, why } = await proofOf(context, lend, claim, { want: { facts: wanted, catalog: want }, all, changes })
  const effects = (change: Change) => change.remarks ?? effectsOf(change, theirs)
  const lines =
    series === null
      ? plainLines([...parts, rest], { format, effects })
      : onlineScript(withLast(series, rest), { format, effects })
  const proof = why === null ? [] : [`-- Not proven: ${oneLine(why)}`]
  const sql = [`-- Run this on ${right.label}: it then has the schema of ${left.label}`, ...proof, ...lines].join('\n')
  return { sql, proven: why === null }
}

function plainLines(parts: readonly (readonly Change[])[], { format, effects }: Writing): string[] {
  // A new value of an enum can be used only after it is committed.
  const head = parts.flat().some((change) => change.commitsFirst) ? ['-- nself: no-transaction'] : []
  return [...head, '', ...parts.flatMap((part) => sectionLines(part, format, effects))]
}

const oneLine = (text: string) => text.replace(/[\r\n]+/g, ' ')

/** Without owners and rights, which follow by themselves. */
async function factsOf(left: Side, right: Side) {
  return Promise.all([readFacts(left.server), readFacts(right.server)]).catch((error) => {
    throw error?.code === '42501'
      ? new NselfError('configuration', `the role may not read what --sql needs: ${error.message}`, {
          hint: 'connect as a role that may, such as the owner; without --sql any role will do',
        })
      : error
  })
}

/** What a scratch database says of the statements: what has to follow them, and why they are not proven, if they are not. */
async function proofOf(
  context: Context,
  lend: Lend,
  have: Claim,
  work: Parameters<typeof proveStatements>[2],
): Promise<{ rest: readonly Change[]; why: string | null }> {
  context.progress('proving it on a scratch database')
  const untold = (why: string, rest: readonly Change[]) => {
    context.tell(`Note: this SQL is not proven: ${why}`)
    return { rest, why }
  }
  try {
    const { rest, left } = await lend((scratch, ready) => proveStatements(scratch, have, work, ready))
    const lines = left.map((item) => differenceLine(item, 'the target', 'the result'))
    return lines.length === 0 ? { rest, why: null } : untold(`differences remain after it: ${lines.join(', ')}`, rest)
  } catch (error) {
    if (context.signal.aborted) throw error
    const { want, all } = work
    const known = all ? restStatements(have.catalog, want.catalog) : []
    return untold(error instanceof Error ? error.message : String(error), known)
  }
}
