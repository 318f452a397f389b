import { isatty } from 'node:tty'
import { CommanderError } from '@commander-js/extra-typings'
import manifest from '../../package.json' with { type: 'json' }
import { NselfError } from '../core/errors.ts'
import { wantsDebug } from '../project/process-environment.ts'
import { exit, leave, print, streams, width } from './output.ts'
import { buildProgram } from './program.ts'
import { fitting } from './signs.ts'
import type { Runner } from './tree/leaf.ts'
import { orderedWords } from './words.ts'

// What a command needs is loaded with the command: --version and --help answer nearly as fast as node starts.
const run: Runner = async (flags, command) => (await import('./run-command.ts')).runCommand(flags, command)

/** Of commander's errors what they say, less its prefix, with the wrong value after the name of what it is for. */
async function said(error: unknown, root: ReturnType<typeof wholeProgram>, words: readonly string[]): Promise<unknown> {
  if (!(error instanceof CommanderError)) return error
  const message = error.message
    .replace(/^error: /, '')
    .replace(/^command-argument value '(.*)' is invalid for argument '(.*?)'\. /, "$2 cannot be '$1': ")
    .replace(/^option '(.*?)' argument '(.*)' is invalid\. /, "$1 cannot be '$2': ")
  const [what = '', meant] = message.split(/\n\(Did you mean (.*)\?\)$/)
  const { wayOutOfUsage } = await import('./help/suggest.ts')
  const { usageWords } = await import('./help/usage-words.ts')
  return new NselfError('usage', usageWords(what), { hint: wayOutOfUsage(root, words, what, meant ?? null) })
}

async function failed(error: unknown): Promise<void> {
  process.exitCode = await (await import('./fail.ts')).fail(error, {
    json: process.argv.includes('--json'),
    debug: process.argv.includes('--debug') || wantsDebug(),
  })
}

/** Help as the terminal can show it; a file or a pipe gets it as it is. */
const help = (text: string) => print(isatty(1) ? fitting(text) : text)
const complain = (text: string) => void streams().stderr.write(isatty(2) ? fitting(text) : text)
const outside = { version: manifest.version, print: help, complain, width }
const wholeProgram = () => buildProgram(run, null, outside)

/** Whether that was all. @throws NselfError `usage` for a word that names no command. */
async function isHelp(words: readonly string[]): Promise<boolean> {
  const command = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
  const isAsked = command.includes('--help') || command.includes('-h')
  const namesNone = command.every((word) => word.startsWith('-') || word === 'db')
  if (!isAsked && !namesNone) return false
  if (!isAsked && command.some((word) => word.startsWith('-'))) return false
  const { answerHelp } = await import('./help/answer.ts')
  const answer = await answerHelp(wholeProgram(), command, width())
  if (answer === null) return false
  if (typeof answer !== 'string') throw answer
  if (isAsked) help(answer)
  else complain(answer)
  // Who named no command has done something wrong.
  process.exitCode = isAsked ? 0 : 2
  return true
}

/** What commander does not know may be a command that is called otherwise. */
async function unknown(error: unknown, words: readonly string[]): Promise<unknown> {
  const codes = ['commander.unknownCommand', 'commander.excessArguments']
  const root = wholeProgram()
  if (!(error instanceof CommanderError) || !codes.includes(error.code)) return said(error, root, words)
  const { unknownWord } = await import('./help/tree-words.ts')
  if (unknownWord(root, words) === null) return said(error, root, words)
  return (await import('./help/suggest.ts')).unknownCommand(root, words)
}

/** For the scripts of `nself completion`: what may stand where the cursor is. */
async function completed(typed: readonly string[]): Promise<string> {
  const { complete } = await import('./help/complete.ts')
  const { placesHere } = await import('./help/places.ts')
  const current = typed.at(-1) ?? ''
  const head = /^([a-z]+:)+/.exec(current)?.[0] ?? ''
  // In `migrate:u` the group is said in the same word.
  const before = orderedWords([...typed.slice(0, -1), ...(head === '' ? [] : [`${head}x`])])
  const path = head === '' ? before : before.slice(0, -1)
  return complete(wholeProgram(), path, { prefix: head, typed: current.slice(head.length) }, placesHere())
}

async function main(): Promise<void> {
  const typed = process.argv.slice(2)
  const words = orderedWords(typed)
  try {
    if (typed[0] === '__complete') print(await completed(typed.slice(1)))
    else if (!(await isHelp(words))) await buildProgram(run, words, outside).parseAsync(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    // A group of commands without one of them: its help has been shown.
    if (error instanceof CommanderError && error.code === 'commander.help') process.exitCode = 2
    else await failed(await unknown(error, words))
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
  await failed(new Error('the command is waiting for something that can no longer happen'))
  leave()
})
