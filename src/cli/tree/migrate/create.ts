import { type Command, Option } from '@commander-js/extra-typings'
import { NselfError } from '../../../core/errors.ts'
import { type CommonFlags, leaf, type Runner, setVariable, shadowUrl, version } from '../leaf.ts'

/** nself db migrate create */
export function addCreate(migrate: Command, run: Runner): void {
  leaf(
    migrate,
    'create',
    'Write the next migration file, or the DOWN that a file lacks.',
    [
      'nself db migrate create add_users_email',
      'nself db migrate create "add users email" --timestamp',
      'nself db migrate create order_totals --repeatable',
      'nself db migrate create --down-of 003      # from the two schemas, proven',
    ],
    'server',
  )
    .argument('[name]', 'what the migration does')
    .addOption(
      new Option(
        '--repeatable',
        'write a file that runs again whenever it is edited: views, functions, policies',
      ).conflicts('timestamp'),
    )
    .option('--timestamp', 'number it with the current time (14 digits)')
    .addOption(
      new Option('--down-of <version>', 'write the DOWN that this migration lacks into its file, once it is proven')
        .argParser(version)
        .conflicts(['timestamp', 'repeatable']),
    )
    .addOption(setVariable())
    .addOption(shadowUrl())
    .action((name: string | undefined, flags, command) => {
      if (flags.downOf !== undefined) return runDownOf(run, { ...flags, downOf: flags.downOf }, name)
      if (name === undefined) {
        return command.error("error: missing required argument 'name'", { code: 'commander.missingArgument' })
      }
      return run({ ...flags, needsNoProject: true }, async (context) => {
        const { create, createRepeatableFile } = await import('../../../commands/db/migrate/create.ts')
        if (flags.repeatable) return createRepeatableFile(context, name)
        return create(context, name, flags.timestamp === true)
      })
    })
}

function runDownOf(run: Runner, flags: CommonFlags & { readonly downOf: string }, name?: string): Promise<void> {
  return run(flags, async (context) => {
    if (name !== undefined) {
      throw new NselfError('usage', `--down-of writes into the file of that version, so "${name}" names nothing`, {
        hint: 'leave one of them out',
      })
    }
    return (await import('../../../commands/db/migrate/write-down.ts')).writeDown(context, flags.downOf)
  })
}
