import type { Command } from '@commander-js/extra-typings'
import { confirm, leaf, lockWait, type Runner, setVariable } from '../leaf.ts'

/** nself db migrate fresh */
export function addFresh(migrate: Command, run: Runner): void {
  leaf(migrate, 'fresh', 'Drop everything and apply all migrations; never in production.', [
    'nself db migrate fresh',
    'nself db migrate fresh --seed',
    'nself db migrate fresh --env staging --yes',
  ])
    .option('--seed', 'then run the seeds')
    .addOption(confirm().hideHelp())
    .addOption(setVariable())
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
