import type { Command } from '@commander-js/extra-typings'
import { confirm, leaf, lockWait, maxLag, phase, type Runner, setVariable } from './leaf.ts'

/** nself db update */
export function addUpdate(db: Command, run: Runner): void {
  leaf(db, 'update', 'Back up, apply what is pending, verify, and offer to restore the backup if anything is wrong.', [
    'nself db update',
    'nself db update --rollback-on-failure   # in CI',
    'nself db update --env production',
  ])
    .option(
      '--rollback-on-failure',
      'if a migration or the verification fails, restore the backup without asking (production: add --confirm)',
    )
    .option('--drop-failed', 'after a restore, drop the failed database instead of keeping it')
    .option('--allow-lost-rows', 'accept that there are fewer rows than before')
    .option('--allow-out-of-order', 'also apply files with a lower number than what is applied')
    .option('--end-connections', 'end other connections that are in the way; without it, ask')
    .addOption(phase())
    .addOption(confirm())
    .addOption(setVariable())
    .addOption(lockWait())
    .addOption(maxLag())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/update.ts')).update(context, {
          rollbackOnFailure: flags.rollbackOnFailure === true,
          dropFailed: flags.dropFailed === true,
          allowLostRows: flags.allowLostRows === true,
          allowOutOfOrder: flags.allowOutOfOrder === true,
          phase: flags.phase,
          endConnections: flags.endConnections === true,
          lockWaitMs: flags.lockWait,
          maxLagMs: flags.maxLag,
        }),
      ),
    )
}
