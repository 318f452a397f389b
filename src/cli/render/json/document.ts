import type {
  EnvResult,
  InitResult,
  LogResult,
  Result,
  ResultOf,
  ServerResult,
  ShellResult,
} from '../../../commands/shared/results.ts'
import { jsonQuery } from '../query.ts'
import { adoptDocument } from './adopt.ts'
import { backupDocument, backupListDocument, pruneDocument, restoreDocument, undoDocument } from './backups.ts'
import { checkDocument } from './check.ts'
import {
  createDocument,
  dryRunDocument,
  renumberDocument,
  repairDocument,
  runDocument,
  squashDocument,
  statusDocument,
  updateDocument,
} from './migrate.ts'
import { queriesRecordDocument } from './queries.ts'
import { rehearseDocument } from './rehearse.ts'
import {
  applyDocument,
  diagramDocument,
  diffDocument,
  importDocument,
  scaffoldDocument,
  showTableDocument,
  tablesDocument,
} from './schema.ts'
import { resetDocument, seedDocument, seedStatusDocument, seedUsersDocument } from './seeds.ts'

/** Grows only when a field goes or means something else; fields may be added without it. The contract is docs/json.md. */
export const format = 1

/** A result as the one document that `--json` prints. Field by field: a rename inside never reaches a user's script. */
export function jsonResult(result: Result): string {
  return JSON.stringify({ format, ok: true, result: documentOf(result.kind, result) })
}

const documents: { readonly [Kind in keyof ResultOf]: (result: ResultOf[Kind]) => unknown } = {
  status: statusDocument,
  adopt: adoptDocument,
  run: runDocument,
  update: updateDocument,
  'dry-run': dryRunDocument,
  create: createDocument,
  repair: repairDocument,
  renumber: renumberDocument,
  squash: squashDocument,
  seed: seedDocument,
  'seed-status': seedStatusDocument,
  'seed-users': seedUsersDocument,
  reset: resetDocument,
  backup: backupDocument,
  'backup-list': backupListDocument,
  prune: pruneDocument,
  restore: restoreDocument,
  undo: undoDocument,
  import: importDocument,
  apply: applyDocument,
  diff: diffDocument,
  diagram: diagramDocument,
  scaffold: scaffoldDocument,
  tables: tablesDocument,
  table: showTableDocument,
  query: jsonQuery,
  'queries-record': queriesRecordDocument,
  init: initDocument,
  env: envDocument,
  server: serverDocument,
  log: logDocument,
  check: checkDocument,
  rehearse: rehearseDocument,
  shell: shellDocument,
}

function documentOf<Kind extends keyof ResultOf>(kind: Kind, result: ResultOf[Kind]): unknown {
  return documents[kind](result)
}

function initDocument({ kind, made, migrations, server, untracked }: InitResult) {
  return { kind, made, migrations, server, untracked }
}

function envDocument({ kind, environment, server, settings, files, warnings }: EnvResult) {
  return {
    kind,
    environment,
    server,
    settings: settings.map(({ name, value, source }) => ({ name, value, source })),
    files: files.map(({ file, found }) => ({ file, found })),
    warnings,
  }
}

function serverDocument({ kind, state, url }: ServerResult) {
  return { kind, state, url }
}

function logDocument({ kind, text }: LogResult) {
  return { kind, text }
}

function shellDocument({ kind, exitStatus }: ShellResult) {
  return { kind, exitStatus }
}
