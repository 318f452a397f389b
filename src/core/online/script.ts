import type { Change } from '../schema/generated-statement.ts'
import { sectionLines, type TextOptions } from '../schema/migration-text.ts'
import { ofKey } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { fillLoop } from './fill-loop.ts'
import type { OnlineDraft } from './series.ts'

/** What is committed at once, or a statement that commits by itself. */
interface Step {
  readonly says: string
  readonly isContract: boolean
  readonly lines: readonly string[]
}

/** How statements are written for a reader. */
export type Writing = Pick<TextOptions, 'format' | 'effects'>

/**
 * A series as one script for psql, which needs nothing else: steps of which each is committed before the next, so that one
 * that failed can be run again by its number; what waits for the new release runs only with `contract`.
 */
export function onlineScript(drafts: readonly OnlineDraft[], writing: Writing): string[] {
  const steps = drafts.flatMap((draft) => stepsOf(draft, writing))
  if (steps.length === 0) return []
  const expanding = steps.filter(({ isContract }) => !isContract).length
  return [...headLines(expanding, steps.length), '', ...steps.flatMap((step, i) => guarded(step, i + 1, steps.length))]
}

/** The statements of a series for a database without rows, where nothing is to be filled; each step is committed by itself. */
export function statementsOf(drafts: readonly OnlineDraft[]): Change[] {
  return drafts.flatMap((draft) => {
    if (draft.filled !== null) return []
    const { up } = draft
    return up.map((change, i) => ({ ...change, commitsFirst: areApart(draft) || i === up.length - 1 }))
  })
}

/** With statements that follow all others. */
export function withLast(drafts: readonly OnlineDraft[], rest: readonly Change[]): OnlineDraft[] {
  return drafts.map((draft, i) => (i === drafts.length - 1 ? { ...draft, up: [...draft.up, ...rest] } : draft))
}

function headLines(expanding: number, all: number): string[] {
  const first = { from: 1, to: expanding, run: 'psql -f FILE', when: 'before the release' }
  const last = {
    from: expanding + 1,
    to: all,
    run: 'psql -v contract=1 -f FILE',
    when: 'when the new release is out, and the old one gone',
  }
  const runs = [first, last].filter(({ from, to }) => from <= to)
  return [
    ...runs.map(
      ({ from, to, run, when }) => `-- ${run}: ${from === to ? `step ${from}` : `steps ${from} to ${to}`}, ${when}.`,
    ),
    '-- Each step is committed before the next. It waits 500 ms for a lock. One that fails leaves nothing: fix the cause, and',
    '-- continue from it with -v step=NUMBER.',
    '\\set ON_ERROR_STOP on',
    'SET client_min_messages = warning;',
    '\\if :{?step} \\else',
    '  \\set step 1',
    '\\endif',
    '\\if :{?contract} \\else',
    '  \\set contract 0',
    '\\endif',
  ]
}

function guarded({ says, isContract, lines }: Step, number: number, all: number): string[] {
  const title = `Step ${number} of ${all}: ${says}`
  return [
    `SELECT ${isContract ? '' : 'NOT '}:'contract'::boolean AND ${number} >= :step AS runs \\gset`,
    '\\if :runs',
    `\\echo ${echoed(title)}`,
    ...lines,
    '\\endif',
    '',
  ]
}

const echoed = (text: string) => `'${text.replaceAll("'", "''")}'`

function stepsOf(draft: OnlineDraft, writing: Writing): Step[] {
  const { up, filled } = draft
  const step = (lines: readonly string[]) => ({
    says: draft.says ?? 'what is new.',
    isContract: draft.contract === true,
    lines,
  })
  if (up.length === 0) return []
  if (filled !== null) return [step([setLockTimeout, `${fillLoop(filled)};`])]
  if (areApart(draft)) return up.map((change) => step(linesOf(change, writing)))
  return [
    step([
      'BEGIN;',
      setLockTimeout.replace('SET ', 'SET LOCAL '),
      ...sectionLines(up, writing.format, writing.effects),
      'COMMIT;',
    ]),
  ]
}

/** Whether each of its statements commits by itself. */
const areApart = ({ headers, up }: OnlineDraft) =>
  headers?.up.includes('nself: no-transaction') === true || up.some((one) => one.commitsFirst || isConcurrent(one))

/** Shorter than a deadlock is waited for, so that it is the script that gives way. */
const setLockTimeout = "SET lock_timeout = '500ms';"

const isConcurrent = ({ sql }: Change) => / INDEX CONCURRENTLY /.test(sql)

const concurrentBuild = /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY ("(?:[^"]|"")*"|\S+) ON /

/** A build that failed leaves an index that serves nobody. Its locks keep nobody from reading or writing, and may be waited for. */
function linesOf(change: Change, { format, effects }: Writing): string[] {
  const lines = sectionLines([change], format, effects)
  if (!isConcurrent(change)) return [setLockTimeout, ...lines]
  const [, name] = concurrentBuild.exec(change.sql) ?? []
  const left =
    name === undefined || change.table === null
      ? []
      : [`DROP INDEX CONCURRENTLY IF EXISTS ${quoteIdentifier(ofKey(change.table).schema)}.${name};`]
  return ['SET lock_timeout = 0;', ...left, ...lines]
}
