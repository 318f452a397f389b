import type { Command } from '@commander-js/extra-typings'
import { Option } from '@commander-js/extra-typings'
import { leaf, type Runner, shadowUrl, version } from '../leaf.ts'

/** nself db migrate squash */
export function addSquash(migrate: Command, run: Runner): void {
  leaf(
    migrate,
    'squash',
    'Write one proven migration in place of all up to a version.',
    [
      'nself db migrate squash --to 147',
      'nself db migrate squash --to 147 --name schema_2026',
      'nself db migrate squash --to 147 --dry-run      # print it, write nothing',
      'nself db migrate squash --to 147 --remove       # later: remove the old files',
    ],
    'server',
  )
    .addOption(
      new Option('--to <version>', 'the last migration that it stands for').argParser(version).makeOptionMandatory(),
    )
    .option('--name <name>', 'what the file is called; squashed without it')
    .option('--dry-run', 'print the file and write nothing')
    .option(
      '--force',
      'write it although something outside the schema would differ; remove files that git does not have',
    )
    .addOption(
      new Option('--remove', 'remove the old files of this squash, once it is recorded here').conflicts([
        'dryRun',
        'name',
        'shadowUrl',
      ]),
    )
    .addOption(shadowUrl())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../../commands/db/migrate/squash.ts')).squash(context, {
          to: flags.to,
          name: flags.name ?? null,
          dryRun: flags.dryRun === true,
          force: flags.force === true,
          remove: flags.remove === true,
        }),
      ),
    )
}
