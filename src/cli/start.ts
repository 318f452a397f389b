import { CommanderError } from '@commander-js/extra-typings'
import manifest from '../../package.json' with { type: 'json' }
import { NselfError } from '../core/errors.ts'
import { wantsDebug } from '../project/process-environment.ts'
import { exit, leave, print, streams, width } from './output.ts'
import { buildProgram } from './program.ts'
import type { Runner } from './tree/leaf.ts'
import { orderedWords } from './words.ts'

// What a command needs is loaded with the command: --version and --help answer nearly as fast as node starts.
const run: Runner = async (flags, command) => (await import('./run-command.ts')).runCommand(flags, command)

/** Of commander's errors what they say, less its prefix, with the wrong value after the name of what it is for. */
function said(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  const message = error.message
    .replace(/^error: /, '')
    .replace(/^command-argument value '(.*)' is invalid for argument '(.*?)'\. /, "$2 cannot be '$1': ")
    .replace(/^option '(.*?)' argument '(.*)' is invalid\. /, "$1 cannot be '$2': ")
  return new NselfError('usage', message, { hint: 'add --help to see how it is used' })
}

async function failed(error: unknown): Promise<void> {
  process.exitCode = await (await import('./fail.ts')).fail(error, {
    json: process.argv.includes('--json'),
    debug: process.argv.includes('--debug') || wantsDebug(),
  })
}

async function main(): Promise<void> {
  const words = orderedWords(process.argv.slice(2))
  const complain = (text: string) => void streams().stderr.write(text)
  try {
    const program = buildProgram(run, words, { version: manifest.version, print, complain, width })
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    // A group of commands without one of them: its help has been shown.
    if (error instanceof CommanderError && error.code === 'commander.help') process.exitCode = 2
    else await failed(said(error))
  }
  exit()
}

let isOver = false
void main().finally(() => {
  isOver = true
})

// Nothing is left to wait for, and the command has not ended: its terminal went away at a question, or it has a fault.
process.once('beforeExit', async () => {
  if (isOver) return
  await failed(new Error('the command waits for something that cannot come any more'))
  leave()
})
