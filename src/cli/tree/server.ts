import type { Command } from '@commander-js/extra-typings'
import { leaf, type Runner } from './leaf.ts'

/** nself start, stop, logs postgres */
export function addServer(program: Command, run: Runner, follow: (text: string) => void): void {
  leaf(program, 'start', 'start the embedded server and print its URL', ['nself start']).action((flags) =>
    run(flags, async (context) => (await import('../../commands/start.ts')).start(context)),
  )
  leaf(program, 'stop', 'stop the embedded server; its data stay', ['nself stop']).action((flags) =>
    run(flags, async (context) => (await import('../../commands/stop.ts')).stop(context)),
  )
  leaf(program.command('logs').description('what a server has logged'), 'postgres', 'the log of the embedded server', [
    'nself logs postgres -f',
  ])
    .option('-f, --follow', 'go on until Ctrl-C')
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/logs/postgres.ts')).logs(context, flags.follow ? follow : null),
      ),
    )
}
