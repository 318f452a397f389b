import type { Command } from '@commander-js/extra-typings'
import { confirm, count, leaf, lockWait, maxLag, noBackup, type Runner, setVariable, version } from '../leaf.ts'

/** nself db migrate down */
export function addDown(migrate: Command, run: Runner): void {
  leaf(migrate, 'down', 'Revert the last applied migration.', [
    'nself db migrate down',
    'nself db migrate down 3',
    'nself db migrate down --to 003   # keeps 003; --to 0 reverts everything',
  ])
    .argument('[N]', 'revert the last N migrations', count)
    .option('--to <version>', 'revert everything that was applied after this version', version)
    .option('--dry-run', 'print the SQL and change nothing')
    .addOption(confirm())
    .addOption(noBackup())
    .addOption(setVariable())
    .addOption(lockWait())
    .addOption(maxLag())
    .action((n: number | undefined, flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/down.ts')).down(context, {
          limit: { count: n, to: flags.to },
          dryRun: flags.dryRun === true,
          singleTransaction: false,
          noBackup: flags.backup === false,
          lockWaitMs: flags.lockWait,
          maxLagMs: flags.maxLag,
        }),
      ),
    )
}
