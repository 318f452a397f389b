import { type Command, Option } from 'commander'
import { leaf, names, type Runner } from './leaf.ts'

const shadowUrl = () => new Option('--shadow-url <url>', 'where scratch databases are made (or NSELF_SHADOW_URL)')

/** nself db schema import, nself db run */
export function addDesign(db: Command, schema: Command, run: Runner): void {
  importing(
    leaf(
      schema,
      'import',
      'write a migration that makes the database what a DBML file draws; proven before it is written',
      [
        'nself db schema import schema.dbml',
        'nself db schema import schema.dbml --name add_loyalty_points',
        'nself db schema import schema.dbml --rename users.name=full_name --allow-drops   # in CI',
      ],
    ).argument('<FILE>', 'the design, in DBML'),
    run,
  )
  importing(leaf(db, 'run', 'the same with schema.dbml', ['nself db run']), run)
}

function importing(command: Command, run: Runner): void {
  command
    .option('--name <name>', 'of the migration; without it, a name that says what changes')
    .option('--rename <old=new>', 'a table or column that only gets another name; may be repeated', names)
    .option('--allow-drops', 'without asking: what the design does not have is dropped')
    .addOption(shadowUrl())
    .action((...given) => {
      const file = typeof given[0] === 'string' ? given[0] : 'schema.dbml'
      const flags = command.opts()
      return run(flags, async (context) =>
        (await import('../../commands/db/schema/import.ts')).importDesign(context, {
          file,
          name: flags.name ?? null,
          allowDrops: flags.allowDrops === true,
          renames: flags.rename ?? [],
        }),
      )
    })
}
