import type {
  BaseStatus,
  CreateResult,
  DryRunResult,
  RenumberResult,
  RepairResult,
  RunResult,
  StatusResult,
  UpdateResult,
} from '../../../commands/shared/migrate-results.ts'
import type { SquashResult } from '../../../commands/shared/squash-result.ts'
import type { Effect } from '../../../core/effect.ts'
import type { Location } from '../../../core/location.ts'
import type { Report, SeedReport } from '../../../core/report.ts'
import type { Difference } from '../../../core/schema/differences.ts'
import { redact } from '../redact.ts'

/** One difference between two schemas, as `import`, `diff`, `adopt` and the drift of `status` have it. */
export function differenceDocument({ sign, kind, name, traits }: Difference) {
  return { sign, kind, name, traits: traits.map(({ trait, left, right }) => ({ trait, left, right })) }
}

/** Where in a file: line and column from 1, with the line itself and the caret below it. */
export function locationDocument({ path, line, column, excerpt, caret }: Location) {
  return { path, line, column, excerpt, caret }
}

function effectDocument({ kind, relation, column, rows }: Effect) {
  return { kind, relation, column, rows }
}

/** What became of each seed; effects only where it had some. */
export function seedStepDocuments(steps: SeedReport['steps']) {
  return steps.map(({ name, outcome, effects }) => ({
    name,
    outcome,
    ...(effects ? { effects: effects.map(effectDocument) } : {}),
  }))
}

/** What became of each migration; fields that say nothing about one are left out. */
export function stepDocuments(steps: Report['steps']) {
  return steps.map(({ name, version, direction, outcome, partly, statements, batches, effects }) => ({
    name,
    version,
    direction,
    outcome,
    ...(partly ? { partly } : {}),
    ...(statements ? { statements } : {}),
    ...(batches ? { batches } : {}),
    ...(effects ? { effects: effects.map(effectDocument) } : {}),
  }))
}

/** The document of `db migrate status`. */
export function statusDocument(result: StatusResult) {
  const { database, environment, markedAs, migrations, repeatables, drift, base, untracked, different, checked } =
    result
  return {
    kind: result.kind,
    database,
    environment,
    markedAs,
    migrations: migrations.map((one) => ({
      version: one.version,
      name: one.name,
      status: one.status,
      outOfOrder: one.outOfOrder,
      phase: one.phase,
      appliedAt: one.appliedAt,
      durationMs: one.durationMs,
      appliedBy: one.appliedBy,
      branch: one.branch,
      ...(one.branchWithFile ? { branchWithFile: one.branchWithFile.name } : {}),
      ...(one.standsFor ? { standsFor: one.standsFor } : {}),
      ...(one.partOf ? { partOf: one.partOf } : {}),
      ...(one.statements ? { statements: one.statements } : {}),
      ...(one.batches ? { batches: one.batches } : {}),
      ...(one.failure ? { failure: failureDocument(one.failure) } : {}),
      ...(one.runner ? { runner: one.runner } : {}),
      ...(one.down ? { down: one.down } : {}),
    })),
    repeatables: repeatables.map(({ name, status, appliedAt, durationMs, appliedBy, branch }) => ({
      name,
      status,
      appliedAt,
      durationMs,
      appliedBy,
      branch,
    })),
    drift: drift && {
      differences: drift.differences.map(differenceDocument),
      since: drift.since,
      inAccess: drift.inAccess,
    },
    ...(base === undefined ? {} : { base: baseDocument(base) }),
    ...(untracked === undefined ? {} : { untracked }),
    different,
    checked,
  }
}

function baseDocument({ ref, onlyHere, onlyThere, contradictions }: BaseStatus) {
  return {
    ref,
    onlyHere,
    onlyThere,
    contradictions: contradictions.map(({ name, message }) => ({ name, message })),
  }
}

function failureDocument({ message, line }: NonNullable<StatusResult['migrations'][number]['failure']>) {
  return { message: message === null ? null : redact(message), line }
}

/** The document of what runs migrations: `up`, `down`, `redo`, `sync`, `fresh`. */
export function runDocument({ kind, action, steps, database, waiting, durationMs }: RunResult) {
  return { kind, action, steps: stepDocuments(steps), database, ...(waiting ? { waiting } : {}), durationMs }
}

/** The document of `db update`. */
export function updateDocument({ kind, action, steps, database, backup, verified, durationMs }: UpdateResult) {
  const { tables, rows } = verified
  return { kind, action, steps: stepDocuments(steps), database, backup, verified: { tables, rows }, durationMs }
}

/** The document of `--dry-run`: what would be sent, and what of it is dangerous. */
export function dryRunDocument({ kind, action, steps }: DryRunResult) {
  return {
    kind,
    action,
    steps: steps.map(({ version, name, direction, transaction, blocks, batches, sql, dangers }) => ({
      version,
      name,
      ...(direction ? { direction } : {}),
      transaction,
      ...(blocks ? { blocks } : {}),
      ...(batches ? { batches } : {}),
      sql,
      dangers: dangers.map((danger) => ({
        kind: danger.kind,
        object: danger.object,
        message: danger.message,
        destructive: danger.destructive,
        location: locationDocument(danger.location),
        rows: danger.count?.rows ?? null,
        rowsAreExact: danger.count?.exact ?? null,
      })),
    })),
  }
}

/** The document of `db migrate create` and `db seed create`. */
export function createDocument({ kind, path, down }: CreateResult) {
  return { kind, path, ...(down === undefined ? {} : { down: { of: down.of, lost: down.lost } }) }
}

/** The document of `db migrate repair`: what is wrong with the flag that fixes it, or what was done. */
export function repairDocument({ kind, database, findings, inferred, done }: RepairResult) {
  return {
    kind,
    database,
    findings: findings.map(({ kind, version, flag, what, recommended, better }) => ({
      kind,
      version,
      flag,
      what,
      recommended,
      better,
    })),
    inferred,
    done,
  }
}

/** The document of `db migrate repair --renumber`. */
export function renumberDocument({ kind, from, to, updated }: RenumberResult) {
  return { kind, from, to, updated }
}

/** A file that was written in place of others. */
export function squashDocument(result: SquashResult) {
  const { kind, path, replaces, folder, rows, sequences, carried, left, down, sql, written, removed } = result
  return {
    kind,
    path,
    replaces,
    folder,
    rows: rows.map(({ name, rows }) => ({ table: name, rows })),
    sequences,
    carried: carried.map(({ migration, what }) => ({ migration, what })),
    left,
    down: { proven: down.proven, lost: down.lost, why: down.why },
    ...(written || removed ? {} : { sql }),
    written,
    removed,
  }
}
