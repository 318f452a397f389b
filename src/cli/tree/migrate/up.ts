import type { Command } from '@commander-js/extra-typings'
import { confirm, count, leaf, lockWait, maxLag, noBackup, phase, type Runner, setVariable, version } from '../leaf.ts'

/** nself db migrate up */
export function addUp(migrate: Command, run: Runner): void {
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
    .addOption(phase())
    .addOption(confirm())
    .addOption(noBackup())
    .addOption(setVariable())
    .addOption(lockWait())
    .addOption(maxLag())
    .action((n: number | undefined, flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/up.ts')).up(context, {
          limit: { count: n, to: flags.to },
          dryRun: flags.dryRun === true,
          allowOutOfOrder: flags.allowOutOfOrder === true,
          phase: flags.phase,
          singleTransaction: flags.singleTransaction === true,
          noBackup: flags.backup === false,
          lockWaitMs: flags.lockWait,
          maxLagMs: flags.maxLag,
        }),
      ),
    )
}
