import type { Command } from '@commander-js/extra-typings'
import { confirm, count, leaf, lockWait, noBackup, type Runner, setVariable } from '../leaf.ts'

/** nself db migrate redo */
export function addRedo(migrate: Command, run: Runner): void {
  leaf(migrate, 'redo', 'Revert the last applied migration, and apply it again.', [
    'nself db migrate redo       # after the last file was edited',
    'nself db migrate redo 3',
  ])
    .argument('[N]', 'redo the last N migrations', count)
    .addOption(confirm())
    .addOption(noBackup())
    .addOption(setVariable())
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
