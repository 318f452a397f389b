import { NselfError } from '../../../core/errors.ts'
import { complementOf } from '../../../core/schema/complement.ts'
import { differencesOf } from '../../../core/schema/differences.ts'
import { effectsOf } from '../../../core/schema/effects.ts'
import { sectionLines } from '../../../core/schema/migration-text.ts'
import { readFacts } from '../../../postgres/delta/facts.ts'
import { statementFormat } from '../../../postgres/delta/format.ts'
import { changesBetween } from '../../../postgres/delta/plan.ts'
import { catalogOf, on } from '../../../postgres/scratch/look.ts'
import type { Context } from '../../context.ts'
import type { DiffResult } from '../../results.ts'
import { type Side, withSides } from './sides.ts'

export interface DiffOptions {
  /** Null: the environment of the command. */
  readonly left: string | null
  readonly right: string
  /** Owners and rights too. */
  readonly all: boolean
  readonly sql: boolean
  /** Exit 6 when there is a difference. */
  readonly exitCode: boolean
}

/** Compares two schemas: environments, URLs, migrations, designs. Reads only. */
export function diff(context: Context, options: DiffOptions): Promise<DiffResult> {
  return withSides(context, [options.left, options.right], async (left, right) => {
    context.progress('reading both catalogs')
    const [ours, theirs] = await Promise.all([
      catalogOf(left.server, options.all),
      catalogOf(right.server, options.all),
    ])
    const differences = differencesOf(ours, theirs)
    const sql = options.sql ? await sqlFor(context, left, right, options.all) : null
    const labels = { left: left.label, right: right.label }
    return { kind: 'diff', ...labels, differences, sql, different: options.exitCode && differences.length > 0 }
  })
}

/** The statements that make the right side what the left one is. */
async function sqlFor(context: Context, left: Side, right: Side, all: boolean): Promise<string> {
  context.progress('writing the difference as SQL')
  const scope = all ? 'all' : 'schema'
  const [want, have] = await Promise.all([readFacts(left.server, scope), readFacts(right.server, scope)]).catch(
    (error) => {
      throw error?.code === '42501'
        ? new NselfError('configuration', `the role may not read what --sql needs: ${error.message}`, {
            hint: 'connect as a role that may, such as the owner; without --sql any role will do',
          })
        : error
    },
  )
  const [ours, theirs] = await Promise.all([catalogOf(left.server), catalogOf(right.server)])
  const changes = await changesBetween(have, want)
  const more = complementOf(theirs, ours, changes)
  const format = await on(right.server, statementFormat)
  const lines = sectionLines([...changes, ...more], format, (sql) => effectsOf(sql, theirs))
  if (lines.length === 0) return ''
  // A new value of an enum can be used only after it is committed.
  const head = changes.some((change) => change.commitsFirst) ? ['-- nself: no-transaction'] : []
  return [`-- Run on ${right.label}: makes it what ${left.label} is`, ...head, '', ...lines].join('\n')
}
