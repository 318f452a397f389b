import type { Migration } from '../../core/migration/migration.ts'
import type { Section } from '../../core/migration/section.ts'
import { openSection } from '../../core/migration/section-text.ts'
import { workUnits } from '../../core/migration/work-units.ts'
import type { RehearsedTransaction } from '../../core/rehearse/rehearsed.ts'
import { mayRunInside } from '../../core/sql/statement-list.ts'
import { connect, disconnect } from '../driver/connect.ts'
import { majorOf } from '../driver/limits.ts'
import { withConnection } from '../driver/with-connection.ts'
import { runBatches } from '../proof/run-batches.ts'
import { beginSession } from '../run/non-transactional.ts'
import type { Session } from '../run/session.ts'
import {
  beginSql,
  beginSqlOf,
  cleanSqlOf,
  constraintsSql,
  openingSql,
  roleSql,
  settingsSql,
} from '../run/transaction.ts'
import type { ScratchServer } from '../scratch/scratch.ts'
import { knownRelations } from './look.ts'
import type { RehearsalFailure, RehearsedSection } from './measured.ts'
import { Measuring } from './measuring.ts'

/** What of a plan runs on the copy. */
export interface RehearsedStep {
  readonly file: Migration
  readonly section: Section
  /** Repeatables that stand beside each other are done in one transaction. */
  readonly kind: 'migration' | 'repeatable'
  /** How many of its statements an earlier attempt has done. */
  readonly done: number
}

export interface RehearsingOptions {
  readonly progress: (what: string) => void
  readonly signal: AbortSignal
  /** The statement for which another one stands; the same for any other. */
  readonly original: (sql: string) => string
}

/** What became of a run on a copy. */
export interface Rehearsal {
  readonly transactions: readonly RehearsedTransaction[]
  readonly failure: RehearsalFailure | null
}

/**
 * Runs steps on a copy, as a run does, but statement by statement with a look at what each of them did.
 * @throws what the server says of what is ours; an error after an interruption.
 */
export function rehearse(
  copy: ScratchServer,
  steps: readonly RehearsedStep[],
  options: RehearsingOptions,
): Promise<Rehearsal> {
  return withConnection(connect(copy, 'nself rehearse'), options.signal, async (client, connection) => {
    const watching = await connect(copy, 'nself rehearse')
    try {
      const checksClient = await client.query("SET client_connection_check_interval = '1s'").then(
        () => true,
        () => false,
      )
      const { rows } = await client.query<{ user: string }>('SELECT current_user AS user')
      const session = { client, connection, pooled: false, checksClient, user: rows[0]?.user ?? '', citusMode: null }
      const known = await knownRelations(client)
      const { signal } = options
      const measuring = new Measuring({ session, watcher: watching.client, known, major: majorOf(connection), signal })
      return await new Rehearsing(session, measuring, options).run(steps)
    } finally {
      await disconnect(watching)
    }
  })
}

/** One run on a copy. */
class Rehearsing {
  private readonly session: Session
  private readonly measuring: Measuring
  private readonly options: RehearsingOptions

  constructor(session: Session, measuring: Measuring, options: RehearsingOptions) {
    this.session = session
    this.measuring = measuring
    this.options = options
  }

  async run(steps: readonly RehearsedStep[]): Promise<Rehearsal> {
    const transactions: RehearsedTransaction[] = []
    for (const group of groupsOf(steps)) {
      const [step] = group
      if (step === undefined) continue
      this.options.progress(`rehearsing ${step.file.name}`)
      const sections = group.map(({ file, section }) => ({
        file,
        section,
        text: openSection(section),
        original: this.options.original,
      }))
      const failure =
        step.section.transaction && step.done === 0
          ? await this.together(sections, transactions)
          : await this.apart(sections, step.done, transactions)
      if (this.options.signal.aborted) throw new Error('interrupted')
      if (failure !== null) return { transactions, failure }
    }
    return { transactions, failure: null }
  }

  /** In one transaction: a migration, or several repeatables. */
  private async together(
    sections: readonly RehearsedSection[],
    transactions: RehearsedTransaction[],
  ): Promise<RehearsalFailure | null> {
    const { session, measuring } = this
    const [first] = sections
    if (first === undefined) return null
    await measuring.open(openingSql(session, first.section, { asynchronous: false, after: null }))
    for (const one of sections) {
      if (one !== first) await measuring.must(nextSql(session, one.section))
      const failure = await measuring.statements(one, { first: 0, end: one.section.statements.length })
      if (failure !== null) return measuring.abandon(failure, transactions)
    }
    return measuring.commit(first, `${constraintsSql(first.section)}; COMMIT`, transactions)
  }

  /** Statement by statement, and the transactions of its own each as a whole. */
  private async apart(
    sections: readonly RehearsedSection[],
    done: number,
    transactions: RehearsedTransaction[],
  ): Promise<RehearsalFailure | null> {
    const { session, measuring } = this
    const [one] = sections
    if (one === undefined) return null
    const { section, text } = one
    await beginSession(session, section, text, done)
    const { batch } = section
    if (batch !== null)
      return measuring.outside(one, { first: 0, end: 1 }, transactions, () =>
        runBatches(session.client, section, batch),
      )
    for (const unit of workUnits(section.statements, done)) {
      const statement = section.statements.at(unit.first)
      if (!unit.isBlock && statement !== undefined && !mayRunInside(statement)) {
        const failure = await measuring.outside(one, unit, transactions)
        if (failure !== null) return failure
        continue
      }
      const role = section.role === null ? [] : [roleSql(section.role)]
      await measuring.open([unit.isBlock ? beginSqlOf(null) : beginSql, ...role].join('; '))
      const failure = await measuring.statements(one, unit)
      if (failure !== null) return measuring.abandon(failure, transactions)
      const failed = await measuring.commit(one, 'SET CONSTRAINTS ALL IMMEDIATE; COMMIT', transactions)
      if (failed !== null) return failed
    }
    await measuring.must('DISCARD ALL')
    return null
  }
}

/** The next of several in one transaction begins as if it were alone. */
function nextSql(session: Session, section: Section): string {
  const role = section.role === null ? [] : [roleSql(section.role)]
  return [cleanSqlOf(session), settingsSql(session, section), ...role].join('; ')
}

function groupsOf(steps: readonly RehearsedStep[]): RehearsedStep[][] {
  const groups: RehearsedStep[][] = []
  for (const step of steps) {
    const last = groups.at(-1)
    if (step.kind === 'repeatable' && last?.at(-1)?.kind === 'repeatable') last.push(step)
    else groups.push([step])
  }
  return groups
}
