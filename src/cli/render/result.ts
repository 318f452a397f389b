import type { Result, ResultOf } from '../../commands/shared/results.ts'
import { foldBeside } from './fold.ts'
import type { Paint } from './paint.ts'

/** What is told in sentences. Tables, SQL, diagrams and logs keep their lines, or see to their width themselves. */
const told: ReadonlySet<Result['kind']> = new Set([
  ...(['run', 'update', 'create', 'seed', 'seed-users', 'reset', 'repair', 'renumber', 'init', 'scaffold'] as const),
  ...(['adopt', 'backup', 'prune', 'restore', 'undo', 'queries-record'] as const),
])

/** A result as the lines that a person reads, no wider than the terminal where words can be moved to the next line. */
export async function renderResult(result: Result, paint: Paint, width: number): Promise<string> {
  const text = await linesOf(result.kind, result, paint, width)
  const isTold = told.has(result.kind) || (result.kind === 'diagram' && result.text === null)
  return isTold ? foldBeside(text, width) : text
}

type Renderer<Kind extends keyof ResultOf> = (
  result: ResultOf[Kind],
  paint: Paint,
  width: number,
) => string | Promise<string>

/** Each is loaded where its kind is shown: a short command spends most of its time on loading. */
const renderers: { readonly [Kind in keyof ResultOf]: () => Promise<Renderer<Kind>> } = {
  status: async () => (await import('./status.ts')).renderStatus,
  adopt: async () => (await import('./adopt.ts')).renderAdopt,
  run: async () => (await import('./migrate.ts')).renderRun,
  update: async () => (await import('./migrate.ts')).renderUpdate,
  'dry-run': async () => (await import('./migrate.ts')).renderDryRun,
  create: async () => (await import('./created.ts')).renderCreate,
  seed: async () => (await import('./seed.ts')).renderSeed,
  'seed-status': async () => (await import('./seed.ts')).renderSeedStatus,
  'seed-users': async () => (await import('./seed.ts')).renderUsers,
  reset: async () => (await import('./applied-design.ts')).renderReset,
  repair: async () => (await import('./migrate.ts')).renderRepair,
  renumber: async () => (await import('./created.ts')).renderRenumber,
  squash: async () => (await import('./squash.ts')).renderSquash,
  server: async () => (await import('./server.ts')).renderServer,
  log: async () => (await import('./server.ts')).renderLog,
  backup: backups,
  'backup-list': backups,
  prune: backups,
  restore: backups,
  undo: backups,
  init: async () => (await import('./init.ts')).renderInit,
  env: async () => (await import('./env.ts')).renderEnv,
  query: async () => (await import('./query.ts')).renderQuery,
  'queries-record': async () => (await import('./queries.ts')).renderQueries,
  import: async () => (await import('./design.ts')).renderImport,
  apply: async () => (await import('./applied-design.ts')).renderApply,
  diff: async () => (await import('./design.ts')).renderDiff,
  diagram: schemas,
  tables: schemas,
  table: schemas,
  scaffold: schemas,
  check: async () => (await import('./check-human.ts')).renderCheck,
  rehearse: async () => (await import('./rehearse.ts')).renderRehearsal,
  shell: async () => () => '',
}

async function backups() {
  return (await import('./backup.ts')).renderBackup
}

async function schemas() {
  return (await import('./schema.ts')).renderSchema
}

async function linesOf<Kind extends keyof ResultOf>(
  kind: Kind,
  result: ResultOf[Kind],
  paint: Paint,
  width: number,
): Promise<string> {
  const render = await renderers[kind]()
  return await render(result, paint, width)
}
