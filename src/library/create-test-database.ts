import { resolveServer } from '../commands/shared/context.ts'
import { urlOf } from '../core/connection/url.ts'
import { NselfError } from '../core/errors.ts'
import type { Server } from '../postgres/driver/server.ts'
import { contextIn, type Opened, openProject } from './context.ts'
import { type OptionKinds, refuseUnfit } from './options.ts'
import { withoutSecrets } from './redacted-error.ts'
import type { TestDatabase, TestDatabaseSettings } from './test-database.ts'
import { TestWorkshop } from './test-workshop.ts'

const known: OptionKinds<TestDatabaseSettings> = { cwd: 'text', databaseUrl: 'text', env: 'variables', seed: 'flag' }

/** Of this process: one for each server and kind of template. */
const workshops = new Map<string, Promise<TestWorkshop>>()

/**
 * A new database as the migrations make it, with the seeds where that is wanted. It is a copy of a template, which is
 * made once for the files as they are.
 * @throws NselfError `refused` in staging and production, `migration-failed`, `configuration`, `connection`.
 */
export async function createTestDatabase(given: TestDatabaseSettings = {}): Promise<TestDatabase> {
  refuseUnfit('createTestDatabase()', known, given)
  const { seed = false, ...place } = given
  const opened = openProject(place)
  try {
    refuseOtherThanLocal(opened)
    const server = await resolveServer(contextIn(opened, {}))
    const workshop = await workshopFor(opened, server, seed)
    return lent(workshop, { ...server, database: await workshop.take() }, opened)
  } catch (error) {
    throw withoutSecrets(error, opened.secrets)
  }
}

function refuseOtherThanLocal({ settings: { environment, environmentSource } }: Opened): void {
  if (environment === 'local') return
  throw new NselfError('refused', `test databases are never made in ${environment} (${environmentSource})`, {
    hint: "name a server for tests: createTestDatabase({ databaseUrl, env: {} }), or ENV=local in the tests' environment",
  })
}

async function workshopFor(opened: Opened, server: Server, seed: boolean): Promise<TestWorkshop> {
  const { root, migrationsDir, seedsDir } = opened.settings
  const { host, port, user, database } = server
  const key = JSON.stringify([root, migrationsDir, seedsDir, host, port, user, database, seed])
  const found = workshops.get(key) ?? TestWorkshop.open({ opened, server, seed }, () => workshops.delete(key))
  workshops.set(key, found)
  // What could not be opened is tried again by the next.
  found.catch(() => workshops.delete(key))
  return found
}

function lent(workshop: TestWorkshop, server: Server, { secrets }: Opened): TestDatabase {
  const { host, port, user, password, database } = server
  let dropping: Promise<void> | null = null
  const drop = () => {
    dropping ??= workshop.giveBack(database).catch((error) => {
      dropping = null
      throw withoutSecrets(error, secrets)
    })
    return dropping
  }
  return { url: urlOf(server), database, host, port, user, password, drop }
}
