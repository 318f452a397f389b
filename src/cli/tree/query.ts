import { type Command, Option } from '@commander-js/extra-typings'
import { leaf, type Runner } from './leaf.ts'

/** nself db shell, nself db query */
export function addQuery(db: Command, run: Runner): void {
  leaf(db, 'shell', 'psql on the right database', ['nself db shell', 'nself db shell --readonly --env production'])
    .option('--readonly', 'cannot write, whatever is typed')
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/shell.ts')).shell(context, { readonly: flags.readonly === true }),
      ),
    )
  leaf(db, 'query', 'run SQL; in staging and production it can only read', [
    "nself db query 'SELECT count(*) FROM users'",
    "nself db query 'SELECT * FROM users' --csv > users.csv",
    'nself db query - < report.sql',
    "nself db query 'DELETE FROM sessions' --env production --write",
  ])
    .argument('<SQL>', 'one statement or several; - for standard input')
    .addOption(new Option('--csv', 'as RFC 4180 has it').conflicts('json'))
    .option('--write', 'let it write in staging and production')
    .action((sql: string, flags) =>
      run(flags, async (context) =>
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
