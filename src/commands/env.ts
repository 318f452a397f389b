import { relative } from 'node:path'
import type { Context } from './shared/context.ts'
import type { EnvResult, Setting } from './shared/results.ts'

const mask = '***'

/** Which environment and server the settings mean, and where each of them came from. Connects to nothing. */
export function env({ settings }: Pick<Context, 'settings'>): EnvResult {
  const { target, serverOrigins: origins, productionUsers: users, root } = settings
  const folder = (path: string) => relative(root, path) || '.'
  const list: Setting[] = [{ name: 'environment', value: settings.environment, source: settings.environmentSource }]
  if (target.kind === 'server') {
    const { host, port, user, password, database, ssl = null } = target
    const parts: Record<keyof typeof origins, string | null> = {
      host,
      port: String(port),
      user,
      password: password === null ? null : mask,
      database,
      ssl,
    }
    for (const [name, value] of Object.entries(parts)) {
      list.push({ name, value, source: origins[name as keyof typeof parts] ?? 'default' })
    }
  } else list.push({ name: 'server', value: `embedded, in ${folder(target.home)}`, source: 'default' })
  list.push({ name: 'migrations', value: folder(settings.migrationsDir), source: settings.folderOrigins.migrations })
  list.push({ name: 'seeds', value: folder(settings.seedsDir), source: settings.folderOrigins.seeds })
  if (users !== null) list.push({ name: 'production users', value: mask, source: users.source })
  return {
    kind: 'env',
    environment: settings.environment,
    server: target.kind === 'server' ? `${target.host}:${target.port}/${target.database}` : 'the embedded server',
    settings: list,
    files: settings.envFiles,
    warnings: settings.warnings,
  }
}
