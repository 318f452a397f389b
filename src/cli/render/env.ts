import type { EnvResult } from '../../commands/shared/results.ts'
import { databaseName } from '../../core/database-name.ts'
import type { Paint } from './paint.ts'

/** The environment and its server, then each setting with where it came from. */
export function renderEnv({ environment, server, settings, files }: EnvResult, paint: Paint): string {
  const names = Math.max(...settings.map((item) => item.name.length))
  const values = Math.max(...settings.map((item) => (item.value ?? '(none)').length))
  const rows = settings.map(({ name, value, source }) => {
    return `  ${name.padEnd(names)}  ${(value ?? '(none)').padEnd(values)}  ${source}`
  })
  const list = files.map(({ file, found }) => (found ? file : `${file} (not there)`)).join(', ')
  return [
    `${paint.bold(environment)} · ${databaseName(server)}`,
    '',
    ...rows,
    '',
    `Env files, later ones win: ${list}`,
  ].join('\n')
}
