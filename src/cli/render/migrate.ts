import type {
  DryRunResult,
  RepairResult,
  RunResult,
  StatusResult,
  UpdateResult,
} from '../../commands/shared/migrate-results.ts'
import { effectLine } from '../../core/effect.ts'
import { differenceLine } from '../../core/schema/differences.ts'
import { painted } from './design.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'

export function renderStatus({ migrations, database, environment, drift }: StatusResult, paint: Paint): string {
  if (migrations.length === 0) return `No migrations yet on ${database} (${environment})`
  const colours = {
    applied: paint.green,
    pending: paint.yellow,
    empty: paint.yellow,
    missing: paint.red,
    edited: paint.red,
    failed: paint.red,
    lost: paint.red,
    running: paint.yellow,
  }
  const width = Math.max(...migrations.map((item) => item.name.length), 9)
  const rows = migrations.map((item) => {
    const status = item.outOfOrder ? 'pending, out of order' : item.status
    const when =
      item.appliedAt === null ? '' : `${item.appliedAt.slice(0, 19).replace('T', ' ')}  ${item.durationMs} ms`
    const part = item.statements ? `  ${partText(item.statements)}` : ''
    const from = fileFrom(item)
    return `${item.name.padEnd(width)}  ${colours[item.status](status.padEnd(21))}  ${when}${part}${from}`.trimEnd()
  })
  const of = (status: string) => migrations.filter((item) => item.status === status).length
  const counts = ['applied', 'pending', 'empty', 'missing', 'edited', 'failed', 'lost', 'running'].filter(
    (status) => of(status) > 0,
  )
  return [
    paint.bold(`${'Migration'.padEnd(width)}  ${'Status'.padEnd(21)}  Applied at`),
    ...rows,
    '',
    `${counts.map((status) => `${of(status)} ${status}`).join(', ')} · ${database} (${environment})`,
    ...driftLines(drift, paint),
  ].join('\n')
}

/** Where the file of one is to be found that is missing here. */
function fileFrom({ status, branch, branchWithFile }: StatusResult['migrations'][number]): string {
  if (status !== 'missing') return ''
  if (branchWithFile !== undefined) return `  branch ${branchWithFile} has the file`
  return branch === null ? '' : `  applied from ${branch}`
}

function partText({ done, total, direction }: NonNullable<StatusResult['migrations'][number]['statements']>): string {
  return `partially ${direction === 'down' ? 'reverted' : 'applied'}, ${done} of ${total}`
}

function driftLines(drift: StatusResult['drift'], paint: Paint): string[] {
  if (drift === null) return []
  const { inAccess } = drift
  const hidden =
    inAccess === 0
      ? []
      : [paint.red(`${inAccess} difference${inAccess === 1 ? '' : 's'} in owners and rights: see --drift --all`)]
  if (drift.differences.length === 0 && inAccess > 0) return ['', ...hidden]
  if (drift.differences.length === 0) return ['', paint.green('No drift: the database is what its migrations make')]
  const since = drift.since === null ? '' : ` since ${drift.since}`
  return [
    '',
    paint.red(`Drift: the database differs from what its migrations make${since}`),
    ...drift.differences.map((item) => painted(item, paint, differenceLine(item, 'the migrations', 'the database'))),
    ...hidden,
  ]
}

export function renderRun({ action, steps, database, durationMs }: RunResult): string {
  if (steps.length === 0)
    return action === 'down' ? `Nothing to revert on ${database}` : `Nothing to do: ${database} is up to date`
  const reverted = steps.filter(({ direction }) => direction === 'down').length
  const applied = steps.length - reverted
  const done = [...(reverted > 0 ? [`reverted ${reverted}`] : []), ...(applied > 0 ? [`applied ${applied}`] : [])]
  const line = `${capitalized(done.join(' and '))} migration${(applied || reverted) === 1 ? '' : 's'} on ${database} in ${durationMs} ms`
  return [...steps.flatMap(effectLines), line].join('\n')
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

export function renderUpdate({ verified, backup, ...run }: UpdateResult): string {
  const { tables, rows, holds } = verified
  return [
    renderRun({ ...run, kind: 'run' }),
    `Verified: ${['every file is recorded with its checksum', ...holds, `${tables} tables with ${rows} rows`].join(', ')}`,
    `Backup: ${backup}`,
  ].join('\n')
}

export function renderDryRun({ steps }: DryRunResult): string {
  if (steps.length === 0) return 'Nothing to do'
  const isMixed = new Set(steps.map(({ direction }) => direction)).size > 1
  return steps
    .map(({ name, direction, transaction, blocks = 0, sql, dangers }) => {
      const own = `${blocks} ${blocks === 1 ? 'transaction' : 'transactions'} of its own: not atomic`
      const section = isMixed && direction === 'down' ? ' (DOWN)' : ''
      const head = `-- ${name}${section}${transaction ? '' : ` (${blocks > 0 ? own : 'outside a transaction'})`}`
      const warnings = dangers.map(
        (danger) => `-- ! line ${danger.location.line}: ${danger.message}${rowsText(danger)}`,
      )
      return [head, ...warnings, sql].join('\n')
    })
    .join('\n\n')
}

function rowsText({ count }: DryRunResult['steps'][number]['dangers'][number]): string {
  if (count === null) return ''
  const rows = count.rows === 1 ? '1 row' : `${count.rows.toLocaleString('en-US')} rows`
  return ` (${count.exact ? '' : 'about '}${rows})`
}

export function renderRepair({ done, findings, inferred, database }: RepairResult, paint: Paint): string {
  if (done.length > 0) return done.map((what) => `${paint.green('✓')} ${what}`).join('\n')
  if (findings.length === 0) return withGivenFlags([...inferred, `Nothing to repair on ${database}`].join('\n'))
  return withGivenFlags(
    [
      ...inferred,
      `To repair on ${database}; nothing was changed:`,
      ...findings.flatMap(({ what, flag, recommended, better }) => [
        `  ${what}`,
        `    nself db migrate repair ${paint.cyan(flag)}${recommended ? '   (recommended)' : ''}`,
        ...(better === null ? [] : [`    better: ${better}`]),
      ]),
    ].join('\n'),
  )
}
