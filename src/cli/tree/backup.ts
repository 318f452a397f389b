import { type Command, Option } from '@commander-js/extra-typings'
import { confirm, count, leaf, lockWait, type Runner } from './leaf.ts'

const endConnections = () =>
  new Option('--end-connections', 'end the connections of others where they are in the way; without it, ask')

/** nself db backup, backup list, backup prune, restore */
export function addBackup(db: Command, run: Runner): void {
  const backup = leaf(db, 'backup', 'take a backup, with pg_dump, or list and prune them', [
    'nself db backup',
    'nself db backup --keep 7',
    'nself db backup --schema-only',
    'nself db backup list',
    'nself db backup prune 7',
  ])
    // Flags after `list` are those of `list`.
    .enablePositionalOptions()
    .addOption(new Option('--schema-only', 'no rows, but the history of migrations').conflicts('dataOnly'))
    .option('--data-only', 'no schema, and not the history of migrations')
    .option('--keep <n>', 'then remove all but the newest n of its kind, server, database and environment', count)
    .addOption(endConnections())
    .addOption(lockWait())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/backup.ts')).backup(context, {
          kind: flags.schemaOnly ? 'schema' : flags.dataOnly ? 'data' : 'full',
          keep: flags.keep ?? null,
          endConnections: flags.endConnections === true,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
  leaf(backup, 'list', 'the backups that there are, and the databases that restores have kept', [
    'nself db backup list',
  ]).action((_, command) =>
    run(command.optsWithGlobals(), async (context) => (await import('../../commands/db/backup/list.ts')).list(context)),
  )
  leaf(backup, 'prune', 'remove all but the newest N of each database; the newest verified one stays', [
    'nself db backup prune 7',
    'nself db backup prune --databases   # those that restores and roll backs have kept; it asks',
  ])
    .argument('[N]', 'how many stay', count)
    .option('--databases', 'drop the databases that restores and roll backs of this one have kept')
    .addOption(confirm())
    .action((n: number | undefined, flags, command) =>
      run(command.optsWithGlobals(), async (context) =>
        (await import('../../commands/db/backup/prune.ts')).prune(context, n ?? null, flags.databases === true),
      ),
    )
  addRestore(db, run)
}

function addRestore(db: Command, run: Runner): void {
  leaf(db, 'restore', 'restore a backup beside the database, then let it take its place', [
    'nself db restore   # the newest backup of this database',
    'nself db restore nself_full_20260122_143000.dump',
    'nself db restore /mnt/old.dump --end-connections',
    'nself db restore --in-place   # where the role may not create databases',
  ])
    .argument('[FILE]', 'a backup, or any file of pg_dump -Fc')
    .option('--in-place', 'restore into the database itself, in one transaction')
    .addOption(new Option('--drop-old', 'drop the old database, which else is kept').conflicts('inPlace'))
    .addOption(endConnections())
    .addOption(confirm())
    .addOption(lockWait())
    .action((file: string | undefined, flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/restore.ts')).restore(context, {
          file: file ?? null,
          inPlace: flags.inPlace === true,
          dropOld: flags.dropOld === true,
          endConnections: flags.endConnections === true,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
}
