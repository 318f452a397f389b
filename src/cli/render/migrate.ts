import type { DryRunResult, RepairResult, RunResult, UpdateResult } from '../../commands/shared/migrate-results.ts'
import { databaseName } from '../../core/database-name.ts'
import { effectLine } from '../../core/effect.ts'
import { listSome } from '../../core/migration/entry-words.ts'
import { counted, durationText, grouped } from '../../core/quantities.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'

/** What a run has done in one line, with the effects of each step above it and what to type next. */
export function renderRun({
  action,
  steps,
  database,
  waiting = [],
  irreversible,
  hasNone,
  durationMs,
}: RunResult): string {
  const where = databaseName(database)
  if (hasNone && action === 'up')
    return withGivenFlags(`No migrations yet for ${where}\nNext: nself db migrate create create_users`)
  if (steps.length === 0)
    return action === 'down'
      ? `Nothing to revert on ${where}`
      : [`Nothing to do: ${where} is up to date`, ...waitingLines(waiting)].join('\n')
  const of = (direction: 'up' | 'down') => steps.filter((step) => step.version !== null && step.direction === direction)
  const [reverted, applied] = [of('down').length, of('up').length]
  const done = [...(reverted > 0 ? [`reverted ${reverted}`] : []), ...(applied > 0 ? [`applied ${applied}`] : [])]
  const migrations =
    done.length === 0 ? [] : [`${done.join(' and ')} migration${(applied || reverted) === 1 ? '' : 's'}`]
  const repeatables = repeatableCount(steps)
  const verb = action === 'down' ? 'reverted' : 'applied'
  const others = repeatables === '' ? [] : [migrations.length === 0 ? `${verb} ${repeatables}` : repeatables]
  const count = capitalized([...migrations, ...others].join(' and '))
  const last = applied === 1 ? 'it' : 'the last one'
  const way =
    irreversible === undefined
      ? `To revert ${last}: nself db migrate down`
      : `${irreversible} has no DOWN; to have one written: nself db migrate create --down-of ${irreversible}`
  const back = action === 'up' && applied > 0 ? ` ${way}` : ''
  const line = `${count} ${reverted > 0 || action === 'down' ? 'in' : 'to'} ${where} in ${durationText(durationMs)}.${back}`
  return [...steps.flatMap(effectLines), withGivenFlags(line), ...waitingLines(waiting)].join('\n')
}

/** What stays pending on purpose. */
function waitingLines(waiting: readonly string[]): string[] {
  if (waiting.length === 0) return []
  const wait = waiting.length === 1 ? 'waits' : 'wait'
  return [
    withGivenFlags(
      `${listSome(waiting.map((name) => ({ name })))} ${wait} until the new release is out; then: nself db migrate up`,
    ),
  ]
}

/** `2 repeatables`; nothing without any. */
function repeatableCount(steps: RunResult['steps']): string {
  const names = steps.flatMap(({ version, name }) => (version === null ? [name.replace(/ \(DOWN\)$/, '')] : []))
  const count = new Set(names).size
  return count === 0 ? '' : counted(count, 'repeatable')
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

const effectsShown = 10

/** What a step did to relations and rows that were there before. */
export function effectLines({ name, effects = [] }: Pick<RunResult['steps'][number], 'name' | 'effects'>): string[] {
  const more = effects.length > effectsShown ? [`${name}: and ${effects.length - effectsShown} more`] : []
  return [...effects.slice(0, effectsShown).map((effect) => `${name}: ${effectLine(effect)}`), ...more]
}

/** What was backed up and verified stands in the stages above it. */
export function renderUpdate({ verified: _, backup, ...run }: UpdateResult): string {
  return `${renderRun({ ...run, kind: 'run' })}\nBackup: ${backup}`
}

/** The SQL of each step under a comment that names it, dangers as comments: all of it can be piped into psql. */
export function renderDryRun({ steps }: DryRunResult): string {
  if (steps.length === 0) return 'Nothing to do'
  const isMixed = new Set(steps.map(({ direction }) => direction)).size > 1
  return steps
    .map(({ name, direction, transaction, blocks = 0, batches, sql, dangers }) => {
      const own = `${counted(blocks, 'transaction')} of its own: not atomic`
      const apart = batches === undefined ? 'outside a transaction' : batchesText(batches)
      const section = isMixed && direction === 'down' && !name.endsWith(' (DOWN)') ? ' (DOWN)' : ''
      const head = `-- ${name}${section}${transaction ? '' : ` (${blocks > 0 ? own : apart})`}`
      const warnings = dangers.map(
        (danger) => `-- ! line ${danger.location.line}: ${danger.message}${rowsText(danger)}`,
      )
      return [head, ...warnings, sql].join('\n')
    })
    .join('\n\n')
}

/** `about 88 batches of up to 5,000 rows, each a transaction; this is the first` */
function batchesText({ count, size }: NonNullable<DryRunResult['steps'][number]['batches']>): string {
  const each = 'each a transaction'
  if (size === null) return `in batches until no row is left, ${each}`
  const rows = `of up to ${counted(size, 'row')}`
  if (count === null) return `in batches ${rows}, ${each}`
  if (count === 0) return `in batches ${rows}; no row is left`
  const next = count === 1 ? '1 batch' : `about ${grouped(count)} batches`
  return `${next} ${rows}, ${each}; this is the first`
}

function rowsText({ count }: DryRunResult['steps'][number]['dangers'][number]): string {
  if (count === null) return ''
  const rows = count.rows === 1 ? '1 row' : `${grouped(count.rows)} rows`
  return ` (${count.exact ? '' : 'about '}${rows})`
}

/** What was repaired; otherwise what is wrong, each with the flag that fixes it. */
export function renderRepair({ done, findings, inferred, database }: RepairResult, paint: Paint): string {
  if (done.length > 0) return done.map((what) => `${paint.green('✓')} ${what}`).join('\n')
  if (findings.length === 0)
    return withGivenFlags([...inferred, `Nothing to repair on ${databaseName(database)}`].join('\n'))
  return withGivenFlags(
    [
      ...inferred,
      `To repair on ${databaseName(database)}; nothing was changed:`,
      ...findings.flatMap(({ what, flag, recommended, better }) => [
        `  ${what}`,
        `    nself db migrate repair ${paint.cyan(flag)}${recommended ? '   (recommended)' : ''}`,
        ...(better === null ? [] : [`    better: ${better}`]),
      ]),
    ].join('\n'),
  )
}
