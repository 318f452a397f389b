import type {
  ResetResult,
  SeedResult,
  SeedStatusResult,
  SeedUsersResult,
} from '../../../commands/shared/seed-results.ts'
import { runDocument, seedStepDocuments } from './migrate.ts'

export function seedDocument({ kind, action, steps, unchanged, database, environment, durationMs }: SeedResult) {
  return { kind, action, steps: seedStepDocuments(steps), unchanged, database, environment, durationMs }
}

export function seedStatusDocument({ kind, database, environment, seeds }: SeedStatusResult) {
  return {
    kind,
    database,
    environment,
    seeds: seeds.map(({ name, status, appliedAt, durationMs }) => ({ name, status, appliedAt, durationMs })),
  }
}

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

export function resetDocument({ kind, migrations, seeds }: ResetResult) {
  return { kind, migrations: runDocument(migrations), seeds: seedDocument(seeds) }
}
