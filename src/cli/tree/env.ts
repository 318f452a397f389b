import type { Command } from '@commander-js/extra-typings'
import { leaf, type Runner } from './leaf.ts'

/** nself env */
export function addEnv(program: Command, run: Runner): void {
  leaf(
    program,
    'env',
    'Show the environment, the server, and where each setting comes from.',
    ['nself env', 'nself env --env production'],
    'server',
  ).action((flags) =>
    run({ ...flags, needsNoProject: true }, async (context) => (await import('../../commands/env.ts')).env(context)),
  )
}
