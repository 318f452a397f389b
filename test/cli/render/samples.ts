import type { Result } from '../../../src/commands/shared/results.ts'
import { NselfError } from '../../../src/core/errors.ts'

/** One result of each kind, for the documents that they become. */

const location = {
  path: 'nself/migrations/003_clean_up.sql',
  line: 2,
  column: 1,
  excerpt: 'DROP TABLE countries;',
  caret: 1,
}
const database = '127.0.0.1:5432/shop'
const environment = 'production' as const
const difference = {
  sign: '~' as const,
  kind: 'Column',
  name: 'users.last_login',
  traits: [{ trait: 'type', left: 'timestamptz', right: 'timestamp' }],
}
const step = { name: '001_create_users', version: '1', direction: 'up' as const, outcome: 'done' as const }
const effect = {
  kind: 'delete' as const,
  relation: 'public.users',
  schema: 'public',
  name: 'users',
  column: null,
  rows: 10,
  parents: [],
}
const run = { kind: 'run' as const, action: 'up' as const, steps: [step], database, durationMs: 12 }
const seed = {
  kind: 'seed' as const,
  action: 'seed' as const,
  steps: [{ name: 'common/001_categories', outcome: 'done' as const }],
  unchanged: 2,
  database,
  environment,
  durationMs: 34,
}
const imported = {
  kind: 'import' as const,
  design: 'schema.dbml',
  files: ['nself/migrations/004_add_coupons.sql'],
  differences: [{ sign: '+' as const, kind: 'Table', name: 'coupons', traits: [] }],
  renames: ['users.name to users.full_name'],
  renamed: [{ table: 'users', from: 'name', to: 'full_name' }],
  columns: { coupons: 4 },
  seed: null,
}
const manifest = {
  method: 'dump' as const,
  kind: 'full' as const,
  database: 'shop',
  server: 'db.example:5432',
  serverId: '7412345678901234567',
  searchPath: '"$user", public',
  serverVersion: '15.18',
  pgDumpVersion: '15.18',
  environment,
  lastVersion: '003_clean_up',
  size: 48_000_000,
  sha256: 'c0ffee',
  takenAt: '2026-01-22T14:30:00.000Z',
  durationMs: 3100,
  verified: true,
  roles: ['shop'],
  copy: null,
}
const references = {
  schema: 'public',
  table: 'users',
  columns: ['id'],
  onDelete: 'cascade' as const,
  onUpdate: 'no action' as const,
}

export const results: { [Kind in Result['kind']]: Extract<Result, { kind: Kind }> } = {
  adopt: {
    kind: 'adopt',
    tool: 'dbmate',
    folder: 'db/migrations',
    table: 'public.schema_migrations',
    database,
    files: [
      {
        name: '20260120103000_create_users',
        path: 'nself/migrations/20260120103000_create_users.sql',
        sources: ['db/migrations/20260120103000_create_users.sql'],
        applied: true,
        appliedAt: null,
        isThere: false,
        notes: [],
      },
    ],
    problems: [
      {
        subject: 'row 20251231235900',
        what: 'dbmate has it as applied, and no file has that version',
        decision: 'it is not recorded',
        choice: 'put its file back and run this again',
        weight: 'note',
      },
    ],
    proof: { state: 'proven', replayed: 1, pending: 0 },
    others: [],
    dryRun: false,
    written: ['nself/migrations/20260120103000_create_users.sql'],
    recorded: ['20260120103000_create_users'],
    command: 'nself db adopt',
    exitStatus: 0,
  },
  status: {
    kind: 'status',
    isEmbedded: false,
    database,
    environment,
    markedAs: 'production',
    migrations: [
      {
        version: '1',
        name: '001_create_users',
        status: 'applied',
        outOfOrder: false,
        appliedAt: '2026-01-20T10:30:00Z',
        durationMs: 4,
        appliedBy: 'deploy',
        branch: 'main',
      },
      {
        version: '2',
        name: '002_add_coupons',
        status: 'pending',
        outOfOrder: false,
        appliedAt: null,
        durationMs: null,
        appliedBy: null,
        branch: null,
      },
    ],
    drift: { differences: [difference], since: '001_create_users', inAccess: 2 },
    different: true,
    checked: true,
  },
  check: {
    kind: 'check',
    format: 'json',
    report: null,
    scope: '2 pending migrations',
    migrations: ['002_add_coupons', '003_split_name'],
    parts: [
      { part: 'parse', outcome: 'done', reason: null },
      { part: 'proof', outcome: 'done', reason: null },
    ],
    findings: [
      {
        rule: 'proof/values-lost',
        severity: 'note',
        migration: '003_split_name',
        place: { path: 'nself/migrations/003_split_name.sql', line: 4, column: 1 },
        message: 'the column users.name comes back with DOWN, its values do not',
        instead: 'keep what is to be had again in another table or column, or take a backup first',
        evidence: [],
      },
      {
        rule: 'proof/down-differs',
        severity: 'error',
        migration: '003_split_name',
        place: { path: 'nself/migrations/003_split_name.sql', line: 7, column: 1 },
        message: 'DOWN does not bring back the schema that was',
        instead: 'make DOWN undo all that UP does',
        evidence: ['index users_name is gone'],
      },
    ],
    failOn: 'error',
    proven: ['002_add_coupons'],
    exitStatus: 6,
  },
  run: { ...run, steps: [{ ...step, effects: [effect] }] },
  update: {
    kind: 'update',
    action: 'up',
    steps: [step],
    database,
    backup: '_backups/nself_full_20260122_143000.dump',
    verified: { tables: 12, rows: 88_000, holds: ['no table lost rows', 'no index is INVALID'] },
    durationMs: 5000,
  },
  'dry-run': {
    kind: 'dry-run',
    action: 'up',
    steps: [
      {
        version: '3',
        name: '003_clean_up',
        direction: 'up',
        transaction: true,
        sql: 'DROP TABLE countries;',
        dangers: [
          {
            kind: 'drop',
            object: 'countries',
            message: 'drops the table countries',
            destructive: true,
            location,
            count: { rows: 12, exact: true },
          },
        ],
      },
    ],
  },
  create: { kind: 'create', path: 'nself/migrations/004_add_coupons.sql' },
  repair: {
    kind: 'repair',
    database,
    findings: [
      {
        kind: 'accept',
        version: '2',
        flag: '--accept 2',
        what: '002_add_coupons was edited after it was applied: accept it',
        recommended: false,
        better: 'undo the edit',
      },
      {
        kind: 'drop-invalid-index',
        version: null,
        flag: '--drop-invalid-index public.a_idx',
        what: 'index public.a_idx is INVALID, left behind by a failed CONCURRENTLY: drop index public.a_idx',
        recommended: true,
        better: null,
      },
    ],
    inferred: [],
    done: [],
  },
  renumber: {
    kind: 'renumber',
    from: 'nself/migrations/002_b.sql',
    to: 'nself/migrations/004_b.sql',
    updated: ['nself/migrations/003_c.sql'],
  },
  seed,
  'seed-status': {
    kind: 'seed-status',
    database,
    environment,
    seeds: [{ name: 'common/001_categories', status: 'applied', appliedAt: '2026-01-20T10:30:00Z', durationMs: 3 }],
  },
  'seed-users': {
    kind: 'seed-users',
    database,
    environment,
    added: ['ann@example.com'],
    existing: 1,
    passwords: [{ email: 'ann@example.com', password: 'generated' }],
    accounts: [],
    testPassword: null,
  },
  reset: { kind: 'reset', migrations: run, seeds: seed },
  backup: {
    kind: 'backup',
    file: 'nself_full_20260122_143000.dump',
    path: '_backups/nself_full_20260122_143000.dump',
    manifest,
    removed: ['nself_full_20260101_143000.dump'],
  },
  'backup-list': {
    kind: 'backup-list',
    folder: '_backups',
    backups: [
      {
        file: 'nself_full_20260122_143000.dump',
        path: '_backups/nself_full_20260122_143000.dump',
        takenAt: '2026-01-22T14:30:00.000Z',
        size: 48_000_000,
        verified: true,
        manifest,
        isDamaged: false,
      },
    ],
    databases: [
      {
        name: 'shop_before_20260122_150000',
        of: 'shop',
        keptAt: '2026-01-22T15:00:00.000Z',
        size: 52_000_000,
        copiedBefore: null,
      },
    ],
    pruneLine: 'nself db backup prune --databases',
  },
  prune: { kind: 'prune', removed: ['nself_full_20260101_143000.dump'], kept: 7 },
  undo: {
    kind: 'undo',
    database,
    from: 'shop_undo_20260122_143000',
    at: '2026-01-22T14:30:00.000Z',
    undone: 'nself db migrate down',
    kept: 'shop_before_20260122_150000',
    pruneLine: 'nself db backup prune --databases',
    durationMs: 300,
  },
  restore: {
    kind: 'restore',
    database,
    file: 'nself_full_20260122_143000.dump',
    inPlace: false,
    kept: 'shop_before_20260122_150000',
    pruneLine: 'nself db backup prune --databases',
    durationMs: 9000,
  },
  import: imported,
  apply: { kind: 'apply', import: imported, migrations: run, seeds: seed },
  diff: {
    kind: 'diff',
    left: 'local',
    right: 'staging',
    leftPlace: '127.0.0.1:5432/shop',
    rightPlace: 'db.staging.example:5432/shop',
    differences: [difference],
    sql: 'ALTER TABLE users ALTER COLUMN last_login TYPE timestamptz;',
    proven: true,
    different: true,
    checked: true,
  },
  diagram: {
    kind: 'diagram',
    database,
    format: 'dbml',
    tables: 1,
    foreignKeys: 0,
    path: null,
    freshness: null,
    text: 'Table users {\n  id int [pk]\n}\n',
  },
  scaffold: { kind: 'scaffold', template: 'basic', path: 'schema.dbml' },
  tables: {
    kind: 'tables',
    database,
    tables: [{ name: 'users', type: 'table', columns: 3, rows: 1204, partitions: 0, comment: null }],
  },
  table: {
    kind: 'table',
    database,
    table: {
      schema: 'public',
      name: 'orders',
      kind: 'table',
      unlogged: false,
      partitionKey: null,
      partitionBound: null,
      inherits: [],
      settings: { 'row security': 'enabled' },
      columns: [
        {
          name: 'id',
          type: 'bigint',
          notNull: true,
          default: null,
          generated: null,
          identity: { kind: 'always', sequence: 'public.orders_id_seq' },
          serial: null,
          collation: null,
          statistics: null,
          storage: null,
          compression: null,
          comment: 'the number on the invoice',
        },
      ],
      constraints: [
        {
          name: 'orders_user_id_fkey',
          kind: 'foreign key',
          definition: 'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE',
          columns: ['user_id'],
          references,
          comment: null,
        },
      ],
      indexes: [
        {
          name: 'orders_created_at_idx',
          definition: 'CREATE INDEX orders_created_at_idx ON public.orders USING btree (created_at DESC)',
          unique: false,
          method: 'btree',
          keys: [{ text: 'created_at', isColumn: true, behind: ' DESC' }],
          more: false,
          valid: true,
          comment: null,
        },
      ],
      comment: null,
    },
    rows: 88_000,
    referredToBy: [{ table: 'items', name: 'items_order_id_fkey', columns: ['order_id'], references }],
    partitions: [],
    triggers: [{ name: 'touch', definition: 'CREATE TRIGGER touch …', comment: null }],
    policies: [],
    rules: [],
  },
  query: {
    kind: 'query',
    format: 'table',
    results: [
      {
        command: 'SELECT',
        rowCount: 1,
        columns: [
          { name: 'n', type: 23 },
          { name: 'big', type: 20 },
          { name: 'n', type: 25 },
        ],
        rows: [['1', '9007199254740993', null]],
      },
    ],
  },
  init: {
    kind: 'init',
    made: ['nself/migrations', 'nself/seeds', '.env.example'],
    migrations: 0,
    server: { kind: 'embedded', major: 18 },
    untracked: null,
  },
  env: {
    kind: 'env',
    environment: 'local',
    server: 'the embedded server',
    settings: [{ name: 'migrations', value: 'nself/migrations', source: 'default' }],
    files: [{ file: '.env', found: false }],
    warnings: [],
  },
  server: { kind: 'server', state: 'started', url: 'postgresql://nself:secret@127.0.0.1:26001/nself' },
  log: { kind: 'log', text: 'LOG:  database system is ready to accept connections\n' },
  shell: { kind: 'shell', exitStatus: 0 },
}

/** Results whose document has another shape than that of the sample of their kind. */
export const more: Readonly<Record<string, Result>> = {
  'dry-run-down': {
    kind: 'dry-run',
    action: 'down',
    steps: [
      {
        version: '3',
        name: '003_clean_up',
        direction: 'down',
        transaction: true,
        sql: 'CREATE TABLE countries (id int);',
        dangers: [],
      },
    ],
  },
  'dry-run-seed': {
    kind: 'dry-run',
    action: 'seed',
    steps: [
      {
        version: null,
        name: 'common/001_categories',
        transaction: true,
        sql: "INSERT INTO categories VALUES ('a');",
        dangers: [],
      },
    ],
  },
  'query-several': {
    kind: 'query',
    format: 'table',
    results: [
      { command: 'INSERT', rowCount: 2, columns: [], rows: [] },
      { command: 'SELECT', rowCount: 1, columns: [{ name: 'n', type: 23 }], rows: [['2']] },
    ],
  },
}

export const errors: Readonly<Record<string, NselfError>> = {
  'failed-migration': new NselfError('migration-failed', '003_clean_up failed: table "countries" does not exist', {
    hint: 'fix it, then run the same command',
    location,
    server: { sqlstate: '42P01', detail: 'a detail', hint: 'a hint of the server', where: 'a context' },
    report: {
      kind: 'run',
      action: 'up',
      steps: [step, { name: '003_clean_up', version: '3', direction: 'up', outcome: 'failed', partly: true }],
    },
  }),
  'failed-seed': new NselfError('seed-failed', 'common/001_categories failed', {
    report: { kind: 'seed', action: 'seed', steps: [{ name: 'common/001_categories', outcome: 'failed' }] },
  }),
  'invalid-design': new NselfError('invalid-design', 'there is no type moneey', {
    report: {
      kind: 'design-faults',
      faults: [
        { message: 'there is no type moneey', location: { ...location, path: 'schema.dbml' } },
        { message: 'there is no table userz', location: null },
      ],
    },
  }),
  'not-proven': new NselfError('not-proven', 'the migration does not make what the design says', {
    report: { kind: 'differences', differences: [{ sign: '-', kind: 'Index', name: 'a_idx' }] },
  }),
  refused: new NselfError('refused', 'fresh is blocked in production', { hint: 'use up and down' }),
}
