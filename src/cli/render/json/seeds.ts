import type {
  ResetResult,
  SeedResult,
  SeedStatusResult,
  SeedUsersResult,
} from '../../../commands/shared/seed-results.ts'
import { runDocument, seedStepDocuments } from './migrate.ts'

/** The document of `db seed`. */
export function seedDocument({ kind, action, steps, unchanged, database, environment, durationMs }: SeedResult) {
  return { kind, action, steps: seedStepDocuments(steps), unchanged, database, environment, durationMs }
}

/** The document of `db seed status`. */
export function seedStatusDocument({ kind, database, environment, seeds }: SeedStatusResult) {
  return {
    kind,
    database,
    environment,
    seeds: seeds.map(({ name, status, appliedAt, durationMs }) => ({ name, status, appliedAt, durationMs })),
  }
}

/** The document of `db seed users`. It has the passwords, which are shown this once and stored nowhere. */
export function seedUsersDocument(result: SeedUsersResult) {
  const { kind, database, environment, added, existing, passwords, accounts, testPassword } = result
  return {
    kind,
    database,
    environment,
    added,
    existing,
    passwords: passwords.map(({ email, password }) => ({ email, password })),
    accounts,
    testPassword,
  }
}

/** The document of `db reset`: those of the run and of the seeds. */
export function resetDocument({ kind, migrations, seeds }: ResetResult) {
  return { kind, migrations: runDocument(migrations), seeds: seedDocument(seeds) }
}
