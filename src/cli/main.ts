import { fstatSync, writeSync } from 'node:fs'
import { CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { NselfError } from '../core/errors.ts'
import { buildProgram } from './program.ts'
import type { Runner } from './tree/leaf.ts'

// What a command needs is loaded with the command: --version and --help answer nearly as fast as node starts.
const run: Runner = async (flags, command) => {
  openStreams()
  return (await import('./run-command.ts')).runCommand(flags, command)
}

/** `| head` closes stdout early: what is left to print is lost by the reader's own wish. */
function openStreams(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/** `migrate:up` is another spelling of `migrate up`. */
function spelledOut(argv: readonly string[]): string[] {
  return argv.flatMap((word, i) => (i < 5 && /^[a-z]+:[a-z]+$/.test(word) ? word.split(':') : [word]))
}

/** Help and version, past process.stdout, which takes longer to make than they take. */
function print(text: string): void {
  try {
    writeSync(1, text)
  } catch {
    // A pipe that is full takes it later; one that is closed does not want it.
    openStreams()
    process.stdout.write(text)
  }
}

/** How wide help may be. */
function width(): number {
  const isTerminal = fstatSync(1).isCharacterDevice()
  return (isTerminal && process.stdout.columns) || 80
}

/** Of commander's errors what they say, less its prefix, with the wrong value after the name of what it is for. */
function said(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  const message = error.message
    .replace(/^error: /, '')
    .replace(/^command-argument value '(.*)' is invalid for argument '(.*?)'\. /, "$2 cannot be '$1': ")
    .replace(/^option '(.*?)' argument '(.*)' is invalid\. /, "$1 cannot be '$2': ")
  return new NselfError('usage', message, { hint: 'add --help to see how it is used' })
}

async function main(): Promise<void> {
  const argv = spelledOut(process.argv)
  const follow = (text: string) => void process.stdout.write(text)
  try {
    await buildProgram(run, argv.slice(2), { version: manifest.version, print, width, follow }).parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    openStreams()
    const { fail } = await import('./fail.ts')
    // A group of commands without one of them: its help has been shown.
    if (error instanceof CommanderError && error.code === 'commander.help') process.exitCode = 2
    else process.exitCode = await fail(said(error), argv.includes('--json'))
  }
  // What was printed is flushed first; a pipe may take it in pieces.
  process.stdout.write('', () => process.stderr.write('', () => process.exit()))
}

void main()
