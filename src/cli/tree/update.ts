import type { Command } from '@commander-js/extra-typings'
import { confirm, leaf, lockWait, type Runner } from './leaf.ts'

/** nself db update */
export function addUpdate(db: Command, run: Runner): void {
  leaf(db, 'update', 'back up, apply what is pending, verify, and go back when something is wrong', [
    'nself db update',
    'nself db update --rollback-on-failure   # in CI',
    'nself db update --env production',
  ])
    .option(
      '--rollback-on-failure',
      'restore the backup when a migration or the verification fails, without asking; in production with --confirm',
    )
    .option('--drop-failed', 'do not keep the failed database for study after rolling back')
    .option('--allow-lost-rows', 'fewer rows than before are no fault')
    .option('--allow-out-of-order', 'also apply files older than what is applied')
    .option('--end-connections', 'end the connections of others where they are in the way; without it, ask')
    .addOption(confirm())
    .addOption(lockWait())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/update.ts')).update(context, {
          rollbackOnFailure: flags.rollbackOnFailure === true,
          dropFailed: flags.dropFailed === true,
          allowLostRows: flags.allowLostRows === true,
          allowOutOfOrder: flags.allowOutOfOrder === true,
          endConnections: flags.endConnections === true,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
}
