import { type Command, Option } from '@commander-js/extra-typings'
import { leaf, type Runner } from './leaf.ts'

/** nself db shell, nself db query */
export function addQuery(db: Command, run: Runner): void {
  leaf(db, 'shell', 'Open psql on the database of this project.', [
    'nself db shell',
    'nself db shell --readonly --env production',
  ])
    .option('--readonly', 'no statement can write')
    .action((flags) =>
      run({ ...flags, needsNoProject: 'with-url' }, async (context) =>
        (await import('../../commands/db/shell.ts')).shell(context, { readonly: flags.readonly === true }),
      ),
    )
  leaf(db, 'query', 'Run SQL; read-only in staging and production.', [
    "nself db query 'SELECT count(*) FROM users'",
    "nself db query 'SELECT * FROM users' --csv > users.csv",
    'nself db query - < report.sql',
    "nself db query 'DELETE FROM sessions' --env production --write",
  ])
    .argument('<SQL>', 'one or more statements; - reads standard input')
    .addOption(new Option('--csv', 'print CSV (RFC 4180)').conflicts('json'))
    .option('--write', 'allow writes in staging and production')
    .action((sql: string, flags) =>
      run({ ...flags, needsNoProject: 'with-url' }, async (context) =>
        (await import('../../commands/db/query.ts')).query(context, sql === '-' ? await standardInput() : sql, {
          write: flags.write === true,
          format: flags.csv === true ? 'csv' : 'table',
        }),
      ),
    )
}

async function standardInput(): Promise<string> {
  return (await import('node:stream/consumers')).text(process.stdin)
}
