import { isatty } from 'node:tty'
import type { Context } from '../commands/shared/context.ts'
import { NselfError } from '../core/errors.ts'
import type { Question } from '../core/guard.ts'
import { interruption } from '../postgres/lock/interruption.ts'
import { processEnvironment } from '../project/process-environment.ts'
import type { Progress } from './progress.ts'
import { questionStream } from './question-stream.ts'
import { briefingLines } from './render/briefing.ts'
import { fold } from './render/fold.ts'
import { withGivenFlags } from './render/given-flags.ts'
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
  const { stdin: input, stderr } = process
  const output = questionStream(stderr)
  const put = (question: Prompt, above: readonly string[] = []): Promise<unknown> =>
    progress.yieldTo(() => show(question, above))
  const show = async (question: Prompt, above: readonly string[]): Promise<unknown> => {
    const { default: prompts } = await import('prompts')
    for (const line of above) output.write(`${line}\n`)
    let aborted = false
    const onState = (state: { aborted: boolean }) => {
      aborted = state.aborted
    }
    // At a question Ctrl-C is a key, not a signal; a signal presses it.
    const abort = () => input.emit('keypress', '', { ctrl: true, name: 'c' })
    signal.addEventListener('abort', abort)
    if (signal.aborted) setImmediate(abort)
    const instructions = false
    const message = toWidth(question.message, stderr.columns)
    const answer = await prompts({
      ...question,
      message,
      name: 'value',
      instructions,
      stdin: input,
      stdout: output,
      onState,
    })
    signal.removeEventListener('abort', abort)
    if (aborted || signal.aborted) throw new NselfError(interruption(signal), 'interrupted; nothing was changed')
    return answer.value
  }
  const choose = async (message: string, options: readonly string[]) => {
    const choices = options.map((title, value) => ({ title: visible(withGivenFlags(title)), value }))
    const question = { type: 'multiselect', message: visible(message), choices, hint: keysOfList } as const
    const chosen = await put(question)
    return Array.isArray(chosen) ? chosen.filter((value) => typeof value === 'number') : []
  }
  return {
    ask: async (question) => {
      const { kind, message: words } = question
      const message = visible(words)
      const above = await linesAbove(question, stderr.columns)
      const typed = async (shown: string, lines: readonly string[]) => {
        const text = await put({ type: 'text', message: shown }, lines)
        return typeof text === 'string' ? text.trim() : ''
      }
      if (kind !== 'yes-no') return typed(message, above)
      let answer = await typed(`${message} (y/N)`, above)
      // "yy" may be meant either way.
      while (!/^(?:y|yes|n|no|)$/i.test(answer)) answer = await typed(`Please answer y or n: ${message} (y/N)`, [])
      return /^y/i.test(answer) ? 'y' : 'n'
    },
    choose: isatty(1) ? choose : null,
  }
}

const keysOfList = 'Up and Down move, Space selects, Enter applies what is selected, Ctrl-C cancels'

/** A question in lines that end at words, with room for the sign before it and a letter behind it. */
function toWidth(message: string, columns: number): string {
  const lines = message.split('\n').map((line) => fold(line, (columns > 0 ? columns : 80) - roomForAnswer, '  ', 2))
  return lines.join('\n')
}

const roomForAnswer = 4

async function linesAbove({ briefing, warning }: Question, columns: number): Promise<string[]> {
  const shown = (text: string) => visible(redact(text))
  const paint = await paintFor(2, processEnvironment)
  const width = columns > 0 ? columns : 80
  const block = briefing === undefined ? [] : briefingLines(visibleIn(briefing), paint, width)
  return [...block.map(redact), ...(warning === undefined ? [] : [fold(shown(warning), width, '  ')])]
}

interface Prompt {
  readonly type: 'text' | 'multiselect'
  readonly message: string
  readonly choices?: Choice[]
  readonly hint?: string
}

interface Choice {
  readonly title: string
  readonly value: number
}
