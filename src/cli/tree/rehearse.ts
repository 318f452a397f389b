import { type Command, Option } from '@commander-js/extra-typings'
import type { RehearsalFormat, RehearseResult } from '../../commands/shared/rehearse-results.ts'
import { duration, file, leaf, type Runner, setVariable, shadowUrl } from './leaf.ts'

/** nself db rehearse */
export function addRehearse(db: Command, run: Runner): void {
  leaf(
    db,
    'rehearse',
    'Run what is pending on a copy of the database, and tell what each statement did: time, rows, locks, rewrites, WAL.',
    [
      'nself db rehearse                               # on a copy of the local database',
      'nself db rehearse --on production               # on a copy of what is there',
      'nself db rehearse --on production --schema-only',
      'nself db rehearse --from nself_full_20260122_143000.dump',
      'nself db rehearse --on production --max-lock 2s  # exit 6 if longer',
    ],
    'server',
  )
    .option('--on <server>', 'copy this server by pg_dump, read-only: an environment or a URL')
    .addOption(new Option('--from <backup>', 'copy a backup').conflicts(['on', 'schemaOnly']))
    .option('--schema-only', 'copy no rows: locks and rewrites are told, times are those of empty tables')
    .addOption(
      new Option('--max-lock <duration>', 'exit 6 where a table would be locked for longer').argParser(duration),
    )
    .option('--end-connections', 'end other connections to the local database that keep it from being copied')
    .option('--report <file>', 'write the result to a file too: .json, .md, otherwise as on the screen', file)
    .addOption(setVariable())
    .addOption(shadowUrl())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/rehearse.ts')).rehearse(context, {
          on: flags.on ?? null,
          from: flags.from ?? null,
          schemaOnly: flags.schemaOnly === true,
          maxLockMs: flags.maxLock ?? null,
          report: reportOf(flags.report),
          endConnections: flags.endConnections === true,
        }),
      ),
    )
}

const endings: Readonly<Record<string, RehearsalFormat>> = { json: 'json', md: 'markdown' }

function reportOf(path: string | undefined): RehearseResult['report'] {
  if (path === undefined) return null
  return { path, format: endings[path.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'human' }
}
