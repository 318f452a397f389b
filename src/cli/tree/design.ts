import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../../commands/shared/context.ts'
import type { ImportOptions } from '../../commands/shared/import-design.ts'
import type { Result } from '../../commands/shared/results.ts'
import { leaf, lockWait, names, type Runner, shadowUrl } from './leaf.ts'

/** nself db schema import, nself db run */
export function addDesign(db: Command, schema: Command, run: Runner): void {
  designing(
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
    async (context, options) => (await import('../../commands/db/schema/import.ts')).importFile(context, options),
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
  designing(leaf(db, 'run', 'the same with schema.dbml', ['nself db run']), run, async (context, options) =>
    (await import('../../commands/db/run.ts')).runDesign(context, options),
  )
  const apply = leaf(schema, 'apply', 'import a design, apply the migrations, run the seeds; in local and staging', [
    'nself db schema apply schema.dbml',
  ]).argument('<FILE>', 'the design, in DBML')
  designing(apply.addOption(lockWait()), run, async (context, options, flags) =>
    (await import('../../commands/db/schema/apply.ts')).applyDesign(context, {
      ...options,
      lockWaitMs: flags.lockWait as number,
    }),
  )
}

type Use = (context: Context, options: ImportOptions, flags: Record<string, unknown>) => Promise<Result>

function designing(command: Command, run: Runner, use: Use): void {
  command
    .option('--name <name>', 'of the migration; without it, a name that says what changes')
    .option('--rename <old=new>', 'a table or column that only gets another name; may be repeated', names)
    .option('--allow-drops', 'without asking: what the design does not have is dropped')
    .addOption(shadowUrl())
    .action((...given) => {
      const file = typeof given[0] === 'string' ? resolve(given[0]) : 'schema.dbml'
      const flags = command.opts()
      const options = {
        file,
        name: flags.name ?? null,
        allowDrops: flags.allowDrops === true,
        renames: flags.rename ?? [],
      }
      return run(flags, (context) => use(context, options, flags))
    })
}
