import type { Command } from '@commander-js/extra-typings'
import { leaf, phase, type Runner, shadowUrl } from '../leaf.ts'

/** nself db migrate status */
export function addStatus(migrate: Command, run: Runner): void {
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
    .option('--long', 'also show how long each took, who applied it, and whether its DOWN is proven')
    .option('--check', 'exit 6 if a migration is pending, edited, missing or failed, or the schema has drifted')
    .option('--drift', 'compare the database with what its applied migrations produce')
    .option('--all', 'with --drift: compare owners and rights too (always done in production)')
    .option('--base <ref>', 'compare the files with those of a branch of git')
    .addOption(phase('with --check: what waits until the new release is out (-- nself: phase contract) may be pending'))
    .addOption(shadowUrl())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/status.ts')).status(context, {
          check: flags.check === true,
          drift: flags.drift === true || flags.all === true,
          all: flags.all === true,
          base: flags.base,
          long: flags.long === true,
          phase: flags.phase,
        }),
      ),
    )
}
