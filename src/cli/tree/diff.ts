import { NselfError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { type Group, isUrl, leaf, type Runner, shadowUrl } from './leaf.ts'

/** nself db schema diff */
export function addDiff(schema: Group, run: Runner): void {
  leaf(
    schema,
    'diff',
    'Compare two schemas: + is missing in B, - is missing in A, ~ differs.',
    [
      'nself db schema diff staging                     # local with staging',
      'nself db schema diff local production --all      # owners and rights too',
      'nself db schema diff migrations staging --sql    # SQL for staging',
      'nself db schema diff schema.dbml local --exit-code',
      'nself db schema diff staging production --sql --online > change.sql',
    ],
    'server',
  )
    .argument('<A>', 'an environment, a URL, the word migrations, a migration file or folder, or a DBML file')
    .argument('[B]', 'the other side; without it, A is compared with this environment')
    .option('--sql', 'print the SQL that makes B match A')
    .option('--online', 'with --sql: print a script for psql that blocks nobody for long')
    .option('--all', 'compare owners and rights too')
    .option('--exit-code', 'exit 6 if there is a difference')
    .addOption(shadowUrl())
    .action((a: string, b: string | undefined, flags) =>
      run({ ...flags, needsNoProject: isUrl(a) && (b === undefined ? 'with-url' : isUrl(b)) }, async (context) => {
        if (flags.online && !flags.sql) {
          throw new NselfError('usage', '--online says how --sql is written; without --sql nothing is', {
            hint: `nself db schema diff ${[a, ...(b === undefined ? [] : [b])].map(shellWord).join(' ')} --sql --online`,
          })
        }
        return (await import('../../commands/db/schema/diff.ts')).diff(context, {
          left: b === undefined ? null : a,
          right: b ?? a,
          all: flags.all === true,
          sql: flags.sql === true,
          online: flags.online === true,
          exitCode: flags.exitCode === true,
        })
      }),
    )
}
