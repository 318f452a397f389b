import type {
  EnvResult,
  InitResult,
  LogResult,
  Result,
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
  statusDocument,
  updateDocument,
} from './migrate.ts'
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
  return JSON.stringify({ format, ok: true, result: documentOf(result) })
}

function documentOf(result: Result) {
  switch (result.kind) {
    case 'status':
      return statusDocument(result)
    case 'adopt':
      return adoptDocument(result)
    case 'run':
      return runDocument(result)
    case 'update':
      return updateDocument(result)
    case 'dry-run':
      return dryRunDocument(result)
    case 'create':
      return createDocument(result)
    case 'repair':
      return repairDocument(result)
    case 'renumber':
      return renumberDocument(result)
    case 'seed':
      return seedDocument(result)
    case 'seed-status':
      return seedStatusDocument(result)
    case 'seed-users':
      return seedUsersDocument(result)
    case 'reset':
      return resetDocument(result)
    case 'backup':
      return backupDocument(result)
    case 'backup-list':
      return backupListDocument(result)
    case 'prune':
      return pruneDocument(result)
    case 'restore':
      return restoreDocument(result)
    case 'undo':
      return undoDocument(result)
    case 'import':
      return importDocument(result)
    case 'apply':
      return applyDocument(result)
    case 'diff':
      return diffDocument(result)
    case 'diagram':
      return diagramDocument(result)
    case 'scaffold':
      return scaffoldDocument(result)
    case 'tables':
      return tablesDocument(result)
    case 'table':
      return showTableDocument(result)
    case 'query':
      return jsonQuery(result)
    case 'init':
      return initDocument(result)
    case 'env':
      return envDocument(result)
    case 'server':
      return serverDocument(result)
    case 'log':
      return logDocument(result)
    case 'check':
      return checkDocument(result)
    case 'shell':
      return shellDocument(result)
  }
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
