import { basename } from 'node:path'
import { backupNames } from '../../project/backups/list.ts'
import { listFiles } from '../../project/list-files.ts'
import { processEnvironment } from '../../project/process-environment.ts'
import { loadSettings, type Settings } from '../../project/settings.ts'
import type { Places } from './complete.ts'

/** What can be chosen from where the person stands; nothing where there is no project, or it cannot be read. */
export function placesHere(): Places {
  return {
    migrations: () =>
      found(({ migrationsDir, root }) => listFiles(migrationsDir, root).map((file) => basename(file, '.sql'))),
    backups: () => found(({ backupsDir }) => backupNames(backupsDir)),
  }
}

function found(list: (settings: Settings) => string[]): string[] {
  try {
    return list(loadSettings({ cwd: process.cwd(), env: processEnvironment, flagUrl: 'postgres://localhost/any' }))
  } catch {
    return []
  }
}
