import type { CreateResult, RenumberResult } from '../../commands/shared/migrate-results.ts'
import type { LogResult, Result, ResultOf } from '../../commands/shared/results.ts'
import type { ApplyResult } from '../../commands/shared/schema-results.ts'
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
import { renderQueries } from './queries.ts'
import { renderQuery } from './query.ts'
import { renderRehearsal } from './rehearse.ts'
import { renderSchema } from './schema.ts'
import { renderSeed, renderSeedStatus, renderUsers } from './seed.ts'
import { renderSquash } from './squash.ts'
import { renderStatus } from './status.ts'

/** What is told in sentences. Tables, SQL, diagrams and logs keep their lines, or see to their width themselves. */
const told: ReadonlySet<Result['kind']> = new Set([
  ...(['run', 'update', 'create', 'seed', 'seed-users', 'reset', 'repair', 'renumber', 'init', 'scaffold'] as const),
  ...(['adopt', 'backup', 'prune', 'restore', 'undo', 'queries-record'] as const),
])

/** A result as the lines that a person reads, no wider than the terminal where words can be moved to the next line. */
export function renderResult(result: Result, paint: Paint, width: number): string {
  const text = linesOf(result.kind, result, paint, width)
  const isTold = told.has(result.kind) || (result.kind === 'diagram' && result.text === null)
  return isTold ? foldBeside(text, width) : text
}

const renderers: {
  readonly [Kind in keyof ResultOf]: (result: ResultOf[Kind], paint: Paint, width: number) => string
} = {
  status: renderStatus,
  adopt: renderAdopt,
  run: renderRun,
  update: renderUpdate,
  'dry-run': renderDryRun,
  create: renderCreate,
  seed: renderSeed,
  'seed-status': renderSeedStatus,
  'seed-users': renderUsers,
  reset: ({ migrations, seeds }) => `${renderRun(migrations)}\n${renderSeed(seeds)}`,
  repair: renderRepair,
  renumber: renderRenumber,
  squash: renderSquash,
  server: ({ url, state }) => url ?? (state === 'stopped' ? 'Stopped' : 'Not running'),
  log: renderLog,
  backup: renderBackup,
  'backup-list': renderBackup,
  prune: renderBackup,
  restore: renderBackup,
  undo: renderBackup,
  init: renderInit,
  env: renderEnv,
  query: renderQuery,
  'queries-record': renderQueries,
  import: renderImport,
  apply: renderApply,
  diff: renderDiff,
  diagram: renderSchema,
  tables: renderSchema,
  table: renderSchema,
  scaffold: renderSchema,
  check: renderCheck,
  rehearse: renderRehearsal,
  shell: () => '',
}

function linesOf<Kind extends keyof ResultOf>(kind: Kind, result: ResultOf[Kind], paint: Paint, width: number): string {
  return renderers[kind](result, paint, width)
}

function renderRenumber({ from, to, updated }: RenumberResult): string {
  return [`Renamed ${from} to ${to}`, ...updated.map((path) => `Fixed depends_on in ${path}`)].join('\n')
}

function renderApply({ import: made, migrations, seeds }: ApplyResult, paint: Paint, width: number): string {
  return [
    renderImport(made, paint, width, true),
    renderResult(migrations, paint, width),
    ...(seeds === null ? [] : [renderResult(seeds, paint, width)]),
  ].join('\n')
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
