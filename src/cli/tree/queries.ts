import type { Command } from '@commander-js/extra-typings'
import { leaf, type Runner } from './leaf.ts'

/** nself db queries record */
export function addQueries(db: Command, run: Runner): void {
  const group = db
    .command('queries')
    .usage('<command>')
    .description('What the running release asks, so that check can say which of it a migration breaks.')
  leaf(
    group,
    'record',
    'Write what an application asks into nself/queries, without values: from pg_stat_statements, or from a log.',
    [
      'nself db queries record --on production',
      'nself db queries record --on production --release v1.41',
      'nself db queries record --from-log postgresql.log   # the log of a test run',
    ],
    'server',
  )
    .option('--on <server>', 'the server that counts the statements: an environment or a URL; only read')
    .option('--release <name>', 'the name of the file; without it, the environment, or tests for a log')
    .option('--from-log <file>', 'read the log of a server: plain text, CSV or JSON')
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/queries/record.ts')).recordQueries(context, {
          on: flags.on ?? null,
          release: flags.release ?? null,
          fromLog: flags.fromLog ?? null,
        }),
      ),
    )
}
