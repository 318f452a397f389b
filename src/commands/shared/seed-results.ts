import type { Environment } from '../../core/environment.ts'
import type { SeedEntry } from '../../core/migration/seed.ts'
import type { SeedReport } from '../../core/report.ts'
import type { RunResult } from './migrate-results.ts'

export interface SeedResult extends SeedReport {
  readonly kind: 'seed'
  /** Those that were left out: nothing has changed since they ran. */
  readonly unchanged: number
  readonly database: string
  readonly environment: Environment
  readonly durationMs: number
}

export interface SeedStatusResult {
  readonly kind: 'seed-status'
  readonly database: string
  readonly environment: Environment
  readonly seeds: readonly {
    readonly name: string
    readonly status: SeedEntry['status']
    readonly appliedAt: string | null
    readonly durationMs: number | null
  }[]
}

export interface SeedUsersResult {
  readonly kind: 'seed-users'
  readonly database: string
  readonly environment: Environment
  /** Email addresses. */
  readonly added: readonly string[]
  readonly existing: number
  /** Generated ones, of production: told this once, kept nowhere. */
  readonly passwords: readonly { readonly email: string; readonly password: string }[]
  /** The test accounts of local, and the password of everybody there. */
  readonly accounts: readonly string[]
  readonly testPassword: string | null
}

export interface ResetResult {
  readonly kind: 'reset'
  readonly migrations: RunResult
  readonly seeds: SeedResult
}
