import { type Command, Option } from '@commander-js/extra-typings'
import { leaf, type Runner } from '../leaf.ts'

/** nself db migrate create */
export function addCreate(migrate: Command, run: Runner): void {
  leaf(
    migrate,
    'create',
    'Write the next migration file.',
    [
      'nself db migrate create add_users_email',
      'nself db migrate create "add users email" --timestamp',
      'nself db migrate create order_totals --repeatable',
    ],
    'environment',
  )
    .argument('<name>', 'what the migration does')
    .addOption(
      new Option(
        '--repeatable',
        'write a file that runs again whenever it is edited: views, functions, policies',
      ).conflicts('timestamp'),
    )
    .option('--timestamp', 'number it with the current time (14 digits)')
    .action((name: string, flags) =>
      run({ ...flags, startsProject: true }, async (context) => {
        const { create, createRepeatableFile } = await import('../../../commands/db/migrate/create.ts')
        if (flags.repeatable) return createRepeatableFile(context, name)
        return create(context, name, flags.timestamp === true)
      }),
    )
}
