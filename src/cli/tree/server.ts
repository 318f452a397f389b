import type { Command } from '@commander-js/extra-typings'
import { leaf, type Runner } from './leaf.ts'

/** nself start, stop, logs postgres */
export function addServer(program: Command, run: Runner, follow: (text: string) => void): void {
  leaf(program, 'start', 'Start the embedded server and print its URL.', ['nself start'], 'nothing').action((flags) =>
    run(flags, async (context) => (await import('../../commands/start.ts')).start(context)),
  )
  leaf(program, 'stop', 'Stop the embedded server; its data is kept.', ['nself stop'], 'nothing').action((flags) =>
    run(flags, async (context) => (await import('../../commands/stop.ts')).stop(context)),
  )
  leaf(
    program.command('logs').usage('<command>').description('The log of a server.'),
    'postgres',
    'Show the log of the embedded server.',
    ['nself logs postgres', 'nself logs postgres -f'],
    'server',
  )
    .option('-f, --follow', 'follow the log until Ctrl-C')
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/logs/postgres.ts')).logs(context, flags.follow ? follow : null),
      ),
    )
}
