import type { Command } from '@commander-js/extra-typings'
import { leaf, type Runner } from '../leaf.ts'

/** nself db migrate create */
export function addCreate(migrate: Command, run: Runner): void {
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
