import type { Command } from '@commander-js/extra-typings'
import { leaf, type Runner } from './leaf.ts'

/** nself init */
export function addInit(program: Command, run: Runner): void {
  leaf(
    program,
    'init',
    'Make the folders of a project here, and say which server it will use.',
    ['nself init', 'nself init --hooks', 'nself init --database-url postgresql://localhost/shop'],
    'server',
  )
    .option('--hooks', 'also write a git hook that tells which migrations differ after a switch of branches')
    .action((flags) =>
      run({ ...flags, startsProject: true }, async (context) =>
        (await import('../../commands/init.ts')).init(context, { hooks: flags.hooks === true }),
      ),
    )
}
