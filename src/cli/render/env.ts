import type { EnvResult } from '../../commands/shared/results.ts'
import { databaseName } from '../../core/database-name.ts'
import { displayWidth, padTo } from '../../core/display-width.ts'
import { fold } from './fold.ts'
import type { Paint } from './paint.ts'

/** The environment and its server, then each setting with where it came from. */
export function renderEnv({ environment, server, settings, files }: EnvResult, paint: Paint, width: number): string {
  const names = Math.max(...settings.map((item) => displayWidth(item.name)))
  const values = Math.max(...settings.map((item) => displayWidth(item.value ?? '(none)')))
  const rows = settings.map(({ name, value, source }) => {
    return `  ${padTo(name, names)}  ${padTo(value ?? '(none)', values)}  ${source}`
  })
  const list = files.map(({ file, found }) => (found ? file : `${file} (not there)`)).join(', ')
  return [
    `${paint.bold(environment)} · ${databaseName(server)}`,
    '',
    ...rows,
    '',
    fold(`Env files, later ones win: ${list}`, width, '  '),
  ].join('\n')
}
