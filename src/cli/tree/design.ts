import { resolve } from 'node:path'
import type { Command, OptionValues } from '@commander-js/extra-typings'
import type { ImportOptions } from '../../commands/shared/import-design.ts'
import { type Group, leaf, lockWait, names, type Runner, shadowUrl } from './leaf.ts'

/** nself db schema import, nself db run */
export function addDesign(db: Group, schema: Group, run: Runner): void {
  withDesignOptions(
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
  ).action((file, flags) =>
    run(flags, async (context) =>
      (await import('../../commands/db/schema/import.ts')).importFile(context, {
        ...optionsOf(flags),
        file: resolve(file),
      }),
    ),
  )
  leaf(schema, 'diff', 'compare two schemas: + is missing in B, - is missing in A, ~ differs', [
    'nself db schema diff staging                     # this environment and staging',
    'nself db schema diff local production --all      # owners and rights too',
    'nself db schema diff migrations staging --sql    # what makes staging what the migrations make',
    'nself db schema diff schema.dbml local --exit-code',
  ])
    .argument('<A>', 'an environment, a URL, migrations, a file or folder of them, or a DBML file')
    .argument('[B]', 'the other side; with one side only, it is compared with this environment')
    .option('--sql', 'print the SQL that, run on B, makes it what A is')
    .option('--all', 'owners and rights too')
    .option('--exit-code', 'exit 6 when there is a difference')
    .addOption(shadowUrl())
    .action((a: string, b: string | undefined, flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/schema/diff.ts')).diff(context, {
          left: b === undefined ? null : a,
          right: b ?? a,
          all: flags.all === true,
          sql: flags.sql === true,
          exitCode: flags.exitCode === true,
        }),
      ),
    )
  withDesignOptions(leaf(db, 'run', 'the same with schema.dbml', ['nself db run'])).action((flags) =>
    run(flags, async (context) => (await import('../../commands/db/run.ts')).runDesign(context, optionsOf(flags))),
  )
  withDesignOptions(
    leaf(schema, 'apply', 'import a design, apply the migrations, run the seeds; in local and staging', [
      'nself db schema apply schema.dbml',
    ])
      .argument('<FILE>', 'the design, in DBML')
      .addOption(lockWait()),
  ).action((file, flags) =>
    run(flags, async (context) =>
      (await import('../../commands/db/schema/apply.ts')).applyDesign(context, {
        ...optionsOf(flags),
        file: resolve(file),
        lockWaitMs: flags.lockWait,
      }),
    ),
  )
}

/** What a command that turns a design into a migration can be told. */
function withDesignOptions<Args extends unknown[], Options extends OptionValues>(command: Command<Args, Options>) {
  return command
    .option('--name <name>', 'of the migration; without it, a name that says what changes')
    .option(
      '--rename <old=new>',
      'a table, column, enum or schema that only gets another name or place; may be repeated',
      names,
    )
    .option('--allow-drops', 'without asking: what the design does not have is dropped')
    .addOption(shadowUrl())
}

interface DesignFlags {
  readonly name?: string | undefined
  readonly rename?: string[] | undefined
  readonly allowDrops?: true | undefined
}

function optionsOf({ name, rename, allowDrops }: DesignFlags): Omit<ImportOptions, 'file'> {
  return { name: name ?? null, allowDrops: allowDrops === true, renames: rename ?? [] }
}
