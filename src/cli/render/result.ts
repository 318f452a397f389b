import type { CreateResult } from '../../commands/shared/migrate-results.ts'
import type { LogResult, Result } from '../../commands/shared/results.ts'
import { lastErrors } from '../../core/server-log.ts'
import { renderAdopt } from './adopt.ts'
import { renderBackup } from './backup.ts'
import { renderCheck } from './check-human.ts'
import { renderDiff, renderImport } from './design.ts'
import { renderEnv } from './env.ts'
import { foldBeside } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import { renderInit } from './init.ts'
import { renderDryRun, renderRepair, renderRun, renderUpdate } from './migrate.ts'
import type { Paint } from './paint.ts'
import { renderQuery } from './query.ts'
import { renderSchema } from './schema.ts'
import { renderSeed, renderSeedStatus, renderUsers } from './seed.ts'
import { renderStatus } from './status.ts'

/** What is told in sentences. Tables, SQL, diagrams and logs keep their lines, or see to their width themselves. */
const told: ReadonlySet<Result['kind']> = new Set([
  ...(['run', 'update', 'create', 'seed', 'seed-users', 'reset', 'repair', 'renumber', 'init', 'scaffold'] as const),
  ...(['adopt', 'backup', 'prune', 'restore', 'undo'] as const),
])

/** A result as the lines that a person reads, no wider than the terminal where words can be moved to the next line. */
export function renderResult(result: Result, paint: Paint, width: number): string {
  const text = linesOf(result, paint, width)
  const isTold = told.has(result.kind) || (result.kind === 'diagram' && result.text === null)
  return isTold ? foldBeside(text, width) : text
}

function linesOf(result: Result, paint: Paint, width: number): string {
  switch (result.kind) {
    case 'status':
      return renderStatus(result, paint, width)
    case 'adopt':
      return renderAdopt(result, paint)
    case 'run':
      return renderRun(result)
    case 'update':
      return renderUpdate(result)
    case 'dry-run':
      return renderDryRun(result)
    case 'create':
      return renderCreate(result)
    case 'seed':
      return renderSeed(result)
    case 'seed-status':
      return renderSeedStatus(result, paint)
    case 'seed-users':
      return renderUsers(result, paint)
    case 'reset':
      return `${renderRun(result.migrations)}\n${renderSeed(result.seeds)}`
    case 'repair':
      return renderRepair(result, paint)
    case 'renumber':
      return [
        `Renamed ${result.from} to ${result.to}`,
        ...result.updated.map((path) => `Fixed depends_on in ${path}`),
      ].join('\n')
    case 'server':
      return result.url ?? (result.state === 'stopped' ? 'Stopped' : 'Not running')
    case 'log':
      return renderLog(result)
    case 'backup':
    case 'backup-list':
    case 'prune':
    case 'restore':
    case 'undo':
      return renderBackup(result, paint)
    case 'init':
      return renderInit(result)
    case 'env':
      return renderEnv(result, paint)
    case 'query':
      return renderQuery(result, paint)
    case 'import':
      return renderImport(result, paint, width)
    case 'apply':
      return [
        renderImport(result.import, paint, width, true),
        renderResult(result.migrations, paint, width),
        ...(result.seeds === null ? [] : [renderResult(result.seeds, paint, width)]),
      ].join('\n')
    case 'diff':
      return renderDiff(result, paint, width)
    case 'diagram':
    case 'tables':
    case 'table':
    case 'scaffold':
      return renderSchema(result, paint)
    case 'check':
      return renderCheck(result, paint, width)
    case 'shell':
      return ''
  }
}

function renderCreate({ path, isSeed, down }: CreateResult): string {
  if (down === undefined) {
    const run = isSeed ? 'nself db seed' : 'nself db migrate up'
    return withGivenFlags(`Created ${path}. Next: write its SQL, then: ${run}`)
  }
  return [
    `Wrote a DOWN into ${path}, proven on a scratch database: it restores the previous schema`,
    ...down.lost.map((line) => `  ! ${line}`),
    'Where it is already applied, the database has no DOWN stored: down runs the one in this file.',
    'Next: review it before you rely on it',
  ].join('\n')
}

const errorsShown = 5

/** A log, and below it the last errors, which one looks for in it. */
function renderLog({ text }: LogResult): string {
  const log = text.trimEnd()
  const errors = lastErrors(log, errorsShown)
  return errors.length === 0 ? log : [log, '', 'The last errors:', ...errors.map((line) => `  ${line}`)].join('\n')
}
