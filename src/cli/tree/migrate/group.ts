import type { Command } from '@commander-js/extra-typings'
import { parseEnvironment } from '../../../core/environment.ts'
import {
  confirm,
  count,
  leaf,
  lockWait,
  names,
  noBackup,
  pairs,
  type Runner,
  shadowUrl,
  version,
  versions,
} from '../leaf.ts'

/** nself db migrate …: what adds each of its commands. */
export function migrateLeaves(migrate: Command, run: Runner): Record<string, () => void> {
  const leaves = {
    status: addStatus,
    up: addUp,
    down: addDown,
    redo: addRedo,
    sync: addSync,
    create: addCreate,
    fresh: addFresh,
    repair: addRepair,
  }
  return Object.fromEntries(Object.entries(leaves).map(([name, add]) => [name, () => add(migrate, run)]))
}

function addStatus(migrate: Command, run: Runner): void {
  leaf(
    migrate,
    'status',
    'Show every migration and its state.',
    [
      'nself db migrate status',
      'nself db migrate status --check   # in CI: exit 6 if anything is not applied',
      'nself db migrate status --drift   # has anybody changed the database by hand?',
    ],
    'server',
  )
    .option('--check', 'exit 6 if a migration is pending, edited, missing or failed, or the schema has drifted')
    .option('--drift', 'compare the database with what its applied migrations produce')
    .option('--all', 'with --drift: compare owners and rights too (always done in production)')
    .addOption(shadowUrl())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/status.ts')).status(context, {
          check: flags.check === true,
          drift: flags.drift === true || flags.all === true,
          all: flags.all === true,
        }),
      ),
    )
}

function addUp(migrate: Command, run: Runner): void {
  leaf(migrate, 'up', 'Apply pending migrations.', [
    'nself db migrate up',
    'nself db migrate up 1',
    'nself db migrate up --to 003',
    'nself db migrate up --dry-run',
    'nself db migrate up --env production --yes',
  ])
    .argument('[N]', 'apply up to N migrations', count)
    .option('--to <version>', 'stop after this version', version)
    .option('--dry-run', 'print the SQL and change nothing')
    .option('--allow-out-of-order', 'also apply files with a lower number than what is applied')
    .option('--single-transaction', 'apply all of them in one transaction, or none')
    .addOption(confirm())
    .addOption(noBackup())
    .addOption(lockWait())
    .action((n: number | undefined, flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/up.ts')).up(context, {
          limit: { count: n, to: flags.to },
          dryRun: flags.dryRun === true,
          allowOutOfOrder: flags.allowOutOfOrder === true,
          singleTransaction: flags.singleTransaction === true,
          noBackup: flags.backup === false,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
}

function addDown(migrate: Command, run: Runner): void {
  leaf(migrate, 'down', 'Revert the migration that was applied last.', [
    'nself db migrate down',
    'nself db migrate down 3',
    'nself db migrate down --to 003   # keeps 003; --to 0 reverts everything',
  ])
    .argument('[N]', 'revert the last N migrations', count)
    .option('--to <version>', 'revert everything that was applied after this version', version)
    .option('--dry-run', 'print the SQL and change nothing')
    .addOption(confirm())
    .addOption(noBackup())
    .addOption(lockWait())
    .action((n: number | undefined, flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/down.ts')).down(context, {
          limit: { count: n, to: flags.to },
          dryRun: flags.dryRun === true,
          singleTransaction: false,
          noBackup: flags.backup === false,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
}

function addRedo(migrate: Command, run: Runner): void {
  leaf(migrate, 'redo', 'Revert the migration that was applied last, and apply it again.', [
    'nself db migrate redo       # after the last file was edited',
    'nself db migrate redo 3',
  ])
    .argument('[N]', 'redo the last N migrations', count)
    .addOption(confirm())
    .addOption(noBackup())
    .addOption(lockWait())
    .action((n: number | undefined, flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/redo.ts')).redo(context, {
          count: n,
          singleTransaction: false,
          noBackup: flags.backup === false,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
}

function addSync(migrate: Command, run: Runner): void {
  leaf(
    migrate,
    'sync',
    'Make the database match this checkout: revert what is not in it, then apply what is pending.',
    ['nself db migrate sync             # after git switch', 'nself db migrate sync --dry-run'],
  )
    .option('--dry-run', 'print the SQL and change nothing')
    .addOption(confirm())
    .addOption(noBackup())
    .addOption(lockWait())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/sync.ts')).sync(context, {
          dryRun: flags.dryRun === true,
          singleTransaction: false,
          noBackup: flags.backup === false,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
}

function addCreate(migrate: Command, run: Runner): void {
  leaf(
    migrate,
    'create',
    'Write the next migration file.',
    ['nself db migrate create add_users_email', 'nself db migrate create "add users email" --timestamp'],
    'environment',
  )
    .argument('<name>', 'what the migration does')
    .option('--timestamp', 'number it with the current time (14 digits)')
    .action((name: string, flags) =>
      run({ ...flags, startsProject: true }, async (context) =>
        (await import('../../../commands/db/migrate/create.ts')).create(context, name, flags.timestamp === true),
      ),
    )
}

function addFresh(migrate: Command, run: Runner): void {
  leaf(migrate, 'fresh', 'Drop everything and apply all migrations; never in production.', [
    'nself db migrate fresh',
    'nself db migrate fresh --seed',
    'nself db migrate fresh --env staging --yes',
  ])
    .option('--seed', 'then run the seeds')
    .addOption(confirm().hideHelp())
    .addOption(lockWait())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/fresh.ts')).fresh(context, {
          seed: flags.seed === true,
          singleTransaction: false,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
}

function addRepair(migrate: Command, run: Runner): void {
  leaf(migrate, 'repair', 'Find what is wrong with the tracking of migrations, and apply the fixes that you name.', [
    'nself db migrate repair',
    'nself db migrate repair --accept 003',
    'nself db migrate repair --baseline 012   # an existing database',
  ])
    .option('--accept <versions>', 'record the edited file as the one that was applied', versions)
    .option('--mark-applied <versions>', 'record as applied without running', versions)
    .option('--forget <versions>', 'remove the record without running DOWN', versions)
    .option('--renamed <old=new>', 'record an applied migration under the number its file has now', pairs)
    .option('--statement-done <versions>', 'record the statement of unknown outcome as done', versions)
    .option('--statement-again <versions>', 'let up run the statement of unknown outcome again', versions)
    .option('--baseline <version>', 'record everything up to this version as applied without running', version)
    .option('--rebuild', 'restore lost tracking rows from the journal')
    .option('--restore-tables', 'repair the tables of the schema nself, and remove what swallows their rows')
    .option('--drop-invalid-index <name>', 'drop an INVALID index (schema.name)', names)
    .option('--mark-environment <name>', 'set the environment that the database remembers', parseEnvironment)
    .option('--infer', 'find the version whose schema the database has, by replaying the files')
    .addOption(shadowUrl())
    .option('--renumber <version>', 'give a pending file the next free number, and fix depends_on lines')
    .addOption(noBackup())
    .addOption(lockWait())
    .action((flags) =>
      run(flags, async (context) => {
        const { renumber, repair } = await import('../../../commands/db/migrate/repair.ts')
        if (flags.renumber !== undefined) return renumber(context, flags.renumber)
        return repair(context, {
          accept: flags.accept ?? [],
          markApplied: flags.markApplied ?? [],
          forget: flags.forget ?? [],
          renamed: flags.renamed ?? [],
          statementDone: flags.statementDone ?? [],
          statementAgain: flags.statementAgain ?? [],
          baseline: flags.baseline ?? null,
          rebuild: flags.rebuild === true,
          restoreTables: flags.restoreTables === true,
          infer: flags.infer === true,
          dropInvalidIndex: flags.dropInvalidIndex ?? [],
          markEnvironment: flags.markEnvironment ?? null,
          noBackup: flags.backup === false,
          lockWaitMs: flags.lockWait,
        })
      }),
    )
}
