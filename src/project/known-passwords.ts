import type { ServerTarget } from './server-target.ts'
import type { Settings } from './settings.ts'

/** The passwords that these settings know, to be shown nowhere. */
export function passwordsOf({ target, shadow }: Pick<Settings, 'target' | 'shadow'>): string[] {
  return [target, shadow].flatMap((server) =>
    server === null || server.kind !== 'server' ? [] : passwordsOfServer(server),
  )
}

/** postgres/postgres: what is a name of the server's too cannot be told apart from it, and every message names the server. */
function passwordsOfServer({ host, user, database, password, link }: ServerTarget): string[] {
  const known = [password, ...(link?.passwords ?? []).map((line) => line.password)]
  return known.filter((one) => one !== null).filter((one) => ![host, user, database].includes(one))
}
