import type { Command } from '@commander-js/extra-typings'
import { leaf, type Runner } from './leaf.ts'

/** nself init */
export function addInit(program: Command, run: Runner): void {
  leaf(
    program,
    'init',
    'Make the folders of a project here, and say which server it will use.',
    ['nself init', 'nself init --database-url postgresql://localhost/shop'],
    'server',
  ).action((flags) =>
    run({ ...flags, startsProject: true }, async (context) => (await import('../../commands/init.ts')).init(context)),
  )
}
