import type { Command } from '@commander-js/extra-typings'
import { confirm, leaf, lockWait, noBackup, type Runner, setVariable } from '../leaf.ts'

/** nself db migrate sync */
export function addSync(migrate: Command, run: Runner): void {
  leaf(
    migrate,
    'sync',
    'Make the database match this checkout: revert what is not in it, then apply what is pending.',
    ['nself db migrate sync             # after git switch', 'nself db migrate sync --dry-run'],
  )
    .option('--dry-run', 'print the SQL and change nothing')
    .addOption(confirm())
    .addOption(noBackup())
    .addOption(setVariable())
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
