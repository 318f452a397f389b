import type { Command } from '@commander-js/extra-typings'
import { leaf, type Runner } from './leaf.ts'

/** nself init */
export function addInit(program: Command, run: Runner): void {
  leaf(
    program,
    'init',
    "Create the project's folders here, and show which server it will use.",
    ['nself init', 'nself init --hooks', 'nself init --database-url postgresql://localhost/shop'],
    'server',
  )
    .option('--hooks', 'also install a git hook that reports which migrations differ after a branch switch')
    .action((flags) =>
      run({ ...flags, needsNoProject: true }, async (context) =>
        (await import('../../commands/init.ts')).init(context, { hooks: flags.hooks === true }),
      ),
    )
}
