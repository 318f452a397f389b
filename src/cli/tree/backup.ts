import { type Command, Option } from '@commander-js/extra-typings'
import { confirm, count, type Group, leaf, lockWait, type Runner } from './leaf.ts'

const endConnections = () =>
  new Option('--end-connections', 'end other connections that are in the way; without it, ask')

/** nself db backup, backup list, backup prune, restore */
export function addBackup(db: Command, run: Runner): void {
  const backup = leaf(db, 'backup', 'Take a backup with pg_dump.', [
    'nself db backup',
    'nself db backup --keep 7',
    'nself db backup --schema-only',
    'nself db backup list',
    'nself db backup prune 7',
  ])
    // Flags after `list` are those of `list`.
    .enablePositionalOptions()
    .addOption(new Option('--schema-only', 'the schema and the migration history, no other rows').conflicts('dataOnly'))
    .option('--data-only', 'rows only, without the migration history')
    .option('--keep <n>', 'then remove all but the newest n backups of the same kind and database', count)
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
  addList(backup, run)
  addPrune(backup, run)
  addRestore(db, run)
}

function addList(backup: Group, run: Runner): void {
  leaf(
    backup,
    'list',
    'List the backups, and the databases that restores kept.',
    ['nself db backup list'],
    'server',
  ).action((_, command) =>
    run(command.optsWithGlobals(), async (context) => (await import('../../commands/db/backup/list.ts')).list(context)),
  )
}

function addPrune(backup: Group, run: Runner): void {
  leaf(backup, 'prune', 'Remove all but the newest N backups of each database; keeps the newest verified one.', [
    'nself db backup prune 7',
    'nself db backup prune --databases   # drops kept databases; asks first',
  ])
    .argument('[N]', 'how many to keep', count)
    .option('--databases', 'drop the databases that restores of this one have kept')
    .addOption(confirm())
    .action((n: number | undefined, flags, command) =>
      run(command.optsWithGlobals(), async (context) =>
        (await import('../../commands/db/backup/prune.ts')).prune(context, n ?? null, flags.databases === true),
      ),
    )
}

/** nself db undo */
export function addUndo(db: Command, run: Runner): void {
  leaf(db, 'undo', 'Bring back what the last fresh, reset, down, redo, sync or restore took away; local only.', [
    'nself db undo',
    'nself db undo --yes --end-connections',
  ])
    .addOption(endConnections())
    .addOption(lockWait())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/undo.ts')).undo(context, {
          endConnections: flags.endConnections === true,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
}

function addRestore(db: Command, run: Runner): void {
  leaf(db, 'restore', 'Restore a backup into a new database, then let it take the place of the old one.', [
    'nself db restore   # the newest backup of this database',
    'nself db restore nself_full_20260122_143000.dump',
    'nself db restore /mnt/old.dump --end-connections',
    'nself db restore --in-place   # if the role may not create databases',
  ])
    .argument('[BACKUP]', 'a backup, or any file written by pg_dump -Fc')
    .option('--in-place', 'restore into the database itself, in one transaction')
    .addOption(new Option('--drop-old', 'drop the old database, which is otherwise kept').conflicts('inPlace'))
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
