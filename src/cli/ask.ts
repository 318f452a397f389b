import type { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import type { Context } from '../commands/shared/context.ts'
import { NselfError } from '../core/errors.ts'
import type { Question } from '../core/guard/guard.ts'
import { interruption } from '../core/interruption.ts'
import { processEnvironment } from '../project/process-environment.ts'
import type { Progress } from './progress.ts'
import { questionStream } from './question-stream.ts'
import { briefingLines } from './render/briefing.ts'
import { fold, foldBeside } from './render/fold.ts'
import { withGivenFlags } from './render/given-flags.ts'
import { importLines } from './render/import-changes.ts'
import { paintFor } from './render/paint.ts'
import { redact } from './render/redact.ts'
import { visible, visibleIn } from './render/visible.ts'

/**
 * Questions at the terminal, on stderr; null where there is none. Ctrl-C, Ctrl-D and signals end the command. Who sends
 * the result into a pipe or a file wants to read it there: nothing is to be chosen then.
 * @param progress gives way while one is open.
 */
export function questionsFor(
  signal: AbortSignal,
  progress: Pick<Progress, 'yieldTo'>,
): Pick<Context, 'ask' | 'choose'> {
  // By number: to make the stream of a stdin that nobody reads takes time.
  if (!isatty(0) || !isatty(2)) return { ask: null, choose: null }
  const { stderr } = process
  const output = questionStream(stderr)
  const put: Put = (question, above = []) => progress.yieldTo(() => show(question, above, output, signal))
  return {
    ask: (question) => answerTo(question, put, stderr.columns),
    choose: isatty(1) ? (message, options) => chosenOf(message, options, put) : null,
  }
}

/** Puts one question, with lines above it, and gives what was entered. */
type Put = (question: Prompt, above?: readonly string[]) => Promise<unknown>

/** @throws NselfError for Ctrl-C, Ctrl-D and a signal. */
async function show(
  question: Prompt,
  above: readonly string[],
  output: Writable,
  signal: AbortSignal,
): Promise<unknown> {
  const { default: prompts } = await import('prompts')
  const { stdin, stderr } = process
  for (const line of above) output.write(`${line}\n`)
  let aborted = false
  const onState = (state: { aborted: boolean }) => {
    aborted = state.aborted
  }
  // At a question Ctrl-C is a key, not a signal; a signal presses it.
  const abort = () => stdin.emit('keypress', '', { ctrl: true, name: 'c' })
  signal.addEventListener('abort', abort)
  if (signal.aborted) setImmediate(abort)
  const message = toWidth(question.message, stderr.columns)
  const choices = question.choices?.map(({ title, value }) => ({ title: besideSign(title, stderr.columns), value }))
  const asked = {
    ...question,
    choices,
    message,
    name: 'value',
    instructions: false,
    stdin,
    stdout: output,
    onState,
  } as const
  const answer = await prompts(asked)
  signal.removeEventListener('abort', abort)
  if (aborted || signal.aborted) throw new NselfError(interruption(signal), 'interrupted; nothing was changed')
  return answer.value
}

/** What was typed; of a question for yes or no one of both. */
async function answerTo(question: Question, put: Put, columns: number): Promise<string> {
  const message = visible(question.message)
  const above = await linesAbove(question, columns)
  const typed = async (shown: string, lines: readonly string[]) => {
    const text = await put({ type: 'text', message: shown }, lines)
    return typeof text === 'string' ? text.trim() : ''
  }
  if (question.kind === 'one-of') return oneOf(question, message, put)
  if (question.kind !== 'yes-no') return typed(message, above)
  let answer = await typed(`${message} (y/N)`, above)
  // "yy" may be meant either way.
  while (!/^(?:y|yes|n|no|)$/i.test(answer)) answer = await typed(`Please answer y or n: ${message} (y/N)`, [])
  return /^y/i.test(answer) ? 'y' : 'n'
}

/** The answer of the option that was chosen. */
async function oneOf({ options = [] }: Question, message: string, put: Put): Promise<string> {
  const choices = options.map(({ text }, value) => ({ title: visible(text), value }))
  const place = await put({ type: 'select', message, choices, hint: keysOfChoice })
  return typeof place === 'number' ? (options[place]?.answer ?? '') : ''
}

/** The places of the options that were selected. */
async function chosenOf(message: string, options: readonly string[], put: Put): Promise<number[]> {
  const choices = options.map((title, value) => ({ title: visible(withGivenFlags(title)), value }))
  const question = { type: 'multiselect', message: visible(message), choices, hint: keysOfList } as const
  const chosen = await put(question)
  return Array.isArray(chosen) ? chosen.filter((value) => typeof value === 'number') : []
}

const keysOfChoice = 'Up and Down move, Enter chooses, Ctrl-C cancels'
const keysOfList = 'Up and Down move, Space selects, Enter applies what is selected, Ctrl-C cancels'

/** A question in lines that end at words, with room for the sign before it and a letter behind it. */
function toWidth(message: string, columns: number): string {
  const lines = message.split('\n').map((line) => fold(line, (columns > 0 ? columns : 80) - roomForAnswer, '  ', 2))
  return lines.join('\n')
}

const roomForAnswer = 4

/** An option in lines that end at words, beside the two signs that say whether it is chosen. */
function besideSign(title: string, columns: number): string {
  return fold(title, columns > 0 ? columns : 80, ' '.repeat(signs), signs)
}

const signs = 4

async function linesAbove({ briefing, changes, warning }: Question, columns: number): Promise<string[]> {
  const shown = (text: string) => visible(redact(text))
  const paint = await paintFor(2, processEnvironment)
  const width = columns > 0 ? columns : 80
  const block = briefing === undefined ? [] : briefingLines(visibleIn(briefing), paint, width)
  const changed = changes === undefined ? [] : importLines(visibleIn(changes), paint, width)
  return [...[...block, ...changed].map(redact), ...(warning === undefined ? [] : [foldBeside(shown(warning), width)])]
}

interface Prompt {
  readonly type: 'text' | 'multiselect' | 'select'
  readonly message: string
  readonly choices?: Choice[]
  readonly hint?: string
}

interface Choice {
  readonly title: string
  readonly value: number
}
