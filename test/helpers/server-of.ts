import type { Server } from '../../src/postgres/driver/server.ts'
import type { Project } from './project.ts'

/** The database of a project, as the driver takes it. */
export function serverOf({ url }: Project): Server {
  const { hostname: host, port, username: user, password, pathname } = new URL(url)
  return { host, port: Number(port), user, password, database: pathname.slice(1) }
}
