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
    ],
    'server',
  )
    .argument('<A>', 'an environment, a URL, the word migrations, a migration file or folder, or a DBML file')
    .argument('[B]', 'the other side; without it, A is compared with this environment')
    .option('--sql', 'print the SQL that makes B match A')
    .option('--all', 'compare owners and rights too')
    .option('--exit-code', 'exit 6 if there is a difference')
    .addOption(shadowUrl())
    .action((a: string, b: string | undefined, flags) =>
      run({ ...flags, needsNoProject: isUrl(a) && (b === undefined ? 'with-url' : isUrl(b)) }, async (context) =>
        (await import('../../commands/db/schema/diff.ts')).diff(context, {
          left: b === undefined ? null : a,
          right: b ?? a,
          all: flags.all === true,
          sql: flags.sql === true,
          exitCode: flags.exitCode === true,
        }),
      ),
    )
}
