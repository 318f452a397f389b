import { databaseName } from '../../../core/database-name.ts'
import { approve } from '../../../core/guard/guard.ts'
import { mockPeople, type Person } from '../../../core/person.ts'
import { counted } from '../../../core/quantities.ts'
import { placeOf } from '../../../postgres/driver/server.ts'
import { addPeople } from '../../../postgres/run/users.ts'
import { readProductionPeople, readUsersConfig } from '../../../project/users.ts'
import type { UsersConfig } from '../../../project/users-schema.ts'
import { briefingOn, listedStep } from '../../shared/brief.ts'
import {
  type Context,
  lookAtHistory,
  refuseLost,
  refuseOtherEnvironment,
  refuseReadOnly,
} from '../../shared/context.ts'
import type { SeedUsersResult } from '../../shared/seed-results.ts'

export interface SeedUsersOptions {
  readonly lockWaitMs: number
  /** How many mock users; undefined for what the environment usually gets. */
  readonly mock: number | undefined
}

/** Adds the people whom this environment has: mock users and test accounts, or in production those who are listed. */
export async function seedUsers(context: Context, options: SeedUsersOptions): Promise<SeedUsersResult> {
  const { settings, answers, ask, tell, signal } = context
  const { environment, root, cwd } = settings
  const mocked = environment !== 'production' || options.mock !== undefined
  const config = await readUsersConfig(root, cwd)
  const people = mocked
    ? mocks(context, config, options)
    : await readProductionPeople(root, cwd, settings.productionUsers)
  const { server, history } = await lookAtHistory(context)
  refuseOtherEnvironment(server, history.facts, environment)
  refuseLost(server, history)
  const database = placeOf(server)
  const users = counted(people.length, mocked ? 'mock user' : 'user')
  const summary = `add ${users} to ${databaseName(database)}`
  const action = mocked ? 'mock-users' : 'seed'
  const briefing = briefingOn(context, server, {
    title: `${users} will be added to ${config.table}:`,
    steps: [listedStep(people.map(({ email }) => email))],
    notes: ['Existing users are left unchanged.'],
  })
  const approved = await approve({ action, what: people, summary, briefing }, environment, answers, ask)
  refuseReadOnly(server, history)
  const password = environment === 'local' ? config.testPassword : null
  const table = { schema: config.schema, table: config.table, columns: config.columns }
  const added = await addPeople(server, approved, { ...options, environment, table, password, tell, signal })
  // In staging nobody signs in as a mock user: a password that is not told cannot leak.
  const shown = environment === 'production' ? added : []
  return {
    kind: 'seed-users',
    database,
    environment,
    added: added.map((person) => person.email),
    existing: people.length - added.length,
    passwords: shown.flatMap(({ email, password }) => (password === null ? [] : [{ email, password }])),
    accounts: environment === 'local' ? config.testAccounts.map((account) => account.email) : [],
    testPassword: config.columns.password === null ? null : password,
  }
}

function mocks({ settings }: Context, config: UsersConfig, { mock }: SeedUsersOptions): Person[] {
  const local = settings.environment === 'local'
  const people = mockPeople(mock ?? (local ? 20 : 100), config.mockRole)
  return local ? [...config.testAccounts, ...people] : people
}
