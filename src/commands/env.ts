import { relative } from 'node:path'
import { type Link, placesOf } from '../core/connection/link.ts'
import { passwordIn } from '../core/connection/passfile.ts'
import { placeOf } from '../postgres/driver/server.ts'
import type { Context } from './shared/context.ts'
import type { EnvResult, Setting } from './shared/results.ts'

const mask = '***'

/** Which environment and server the settings mean, and where each of them came from. Connects to nothing. */
export function env({ settings }: Pick<Context, 'settings'>): EnvResult {
  const { target, serverOrigins: origins, productionUsers: users, cwd } = settings
  const folder = (path: string) => relative(cwd, path) || '.'
  const list: Setting[] = [{ name: 'environment', value: settings.environment, source: settings.environmentSource }]
  if (target.kind === 'server') {
    const { user, password, database, ssl = null, link = {} } = target
    const places = placesOf(target)
    const host = places.map((place) => place.host).join(',')
    const port = places.map((place) => place.port).join(',')
    const filed = password === null && passwordIn(link.passwords ?? [], target) !== null
    const parts: readonly [keyof typeof origins, string | null][] = [
      ['host', host],
      ['port', port],
      ['user', user],
      ['password', password === null && !filed && link.passwordSource === undefined ? null : mask],
      ['database', database],
      ['ssl', ssl],
    ]
    for (const [name, value] of parts) {
      const source = name === 'password' && password === null ? passwordOrigin(link, filed) : origins[name]
      list.push({ name, value, source: source ?? 'default' })
    }
    if (link.role !== undefined) list.push({ name: 'role', value: link.role, source: 'NSELF_ROLE' })
    if (link.options !== undefined) list.push({ name: 'options', value: link.options, source: target.source })
    if (link.attributes !== undefined)
      list.push({ name: 'target session', value: link.attributes, source: target.source })
  } else list.push({ name: 'server', value: `embedded, in ${folder(target.home)}`, source: 'default' })
  list.push({ name: 'migrations', value: folder(settings.migrationsDir), source: settings.folderOrigins.migrations })
  list.push({ name: 'seeds', value: folder(settings.seedsDir), source: settings.folderOrigins.seeds })
  if (users !== null) list.push({ name: 'production users', value: mask, source: users.source })
  return {
    kind: 'env',
    environment: settings.environment,
    server: target.kind === 'server' ? placeOf(target) : 'the embedded server',
    settings: list,
    files: settings.envFiles,
    warnings: settings.warnings,
  }
}

function passwordOrigin({ passfile, passwordSource }: Link, filed: boolean): string | undefined {
  if (filed) return passfile
  return passwordSource === undefined ? undefined : 'NSELF_PASSWORD_COMMAND'
}
