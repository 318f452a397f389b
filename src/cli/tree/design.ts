import { resolve } from 'node:path'
import type { Command, OptionValues } from '@commander-js/extra-typings'
import type { ImportOptions } from '../../commands/shared/import-design.ts'
import { type Group, leaf, lockWait, names, type Runner, shadowUrl } from './leaf.ts'

/** nself db schema import */
export function addImport(schema: Group, run: Runner): void {
  withDesignOptions(
    leaf(schema, 'import', 'Turn the changes in a DBML file into the next migration, proven on a scratch database.', [
      'nself db schema import schema.dbml',
      'nself db schema import schema.dbml --name add_loyalty_points',
      'nself db schema import schema.dbml --rename users.name=full_name --allow-drops',
    ]).argument('<FILE>', 'the design, in DBML'),
  ).action((file, flags) =>
    run(flags, async (context) =>
      (await import('../../commands/db/schema/import.ts')).importFile(context, {
        ...optionsOf(flags),
        file: resolve(file),
      }),
    ),
  )
}

/** nself db run */
export function addRun(db: Group, run: Runner): void {
  withDesignOptions(
    leaf(db, 'run', 'Turn the changes in schema.dbml into the next migration.', [
      'nself db run',
      'nself db run --name add_loyalty_points',
      'nself db run --online   # a series that blocks nobody for long',
    ]),
  ).action((flags) =>
    run(flags, async (context) => (await import('../../commands/db/run.ts')).runDesign(context, optionsOf(flags))),
  )
}

/** nself db schema apply */
export function addApply(schema: Group, run: Runner): void {
  withDesignOptions(
    leaf(schema, 'apply', 'Import a design, apply the migrations and run the seeds; never in production.', [
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
    .option('--name <name>', 'the name of the migration; without it, derived from the changes')
    .option('--rename <old=new>', 'a table, column, enum or schema that was renamed or moved; may be repeated', names)
    .option(
      '--becomes <value=other>',
      'what rows become that hold a value of an enum which goes: status.gone=sent; may be repeated',
      names,
    )
    .option('--allow-drops', 'drop what the design does not have, without asking')
    .option('--online', 'write a series of migrations that block neither reads nor writes for long')
    .addOption(shadowUrl())
}

interface DesignFlags {
  readonly name?: string | undefined
  readonly rename?: string[] | undefined
  readonly becomes?: string[] | undefined
  readonly allowDrops?: true | undefined
  readonly online?: true | undefined
}

function optionsOf({ name, rename, becomes, allowDrops, online }: DesignFlags): Omit<ImportOptions, 'file'> {
  return {
    name: name ?? null,
    allowDrops: allowDrops === true,
    renames: rename ?? [],
    becomes: becomes ?? [],
    online: online === true,
  }
}
