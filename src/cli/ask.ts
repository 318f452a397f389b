import { isatty } from 'node:tty'
import type { Context } from '../commands/shared/context.ts'
import { NselfError } from '../core/errors.ts'
import { interruption } from '../postgres/lock/interruption.ts'

/** Questions at the terminal, on stderr; null where there is none. Ctrl-C, Ctrl-D and signals end the command. */
export function questionsFor(signal: AbortSignal): Pick<Context, 'ask' | 'choose'> {
  // By number: to make the stream of a stdin that nobody reads takes time.
  if (!isatty(0) || !isatty(2)) return { ask: null, choose: null }
  const { stdin: input, stderr: output } = process
  const put = async <T>(question: {
    type: 'text' | 'multiselect'
    message: string
    choices?: Choice[]
  }): Promise<T | undefined> => {
    const { default: prompts } = await import('prompts')
    let aborted = false
    const onState = (state: { aborted: boolean }) => {
      aborted = state.aborted
    }
    // At a question Ctrl-C is a key, not a signal; a signal presses it.
    const abort = () => input.emit('keypress', '', { ctrl: true, name: 'c' })
    signal.addEventListener('abort', abort)
    if (signal.aborted) setImmediate(abort)
    const instructions = false
    const answer = await prompts({ ...question, name: 'value', instructions, stdin: input, stdout: output, onState })
    signal.removeEventListener('abort', abort)
    if (aborted || signal.aborted) throw new NselfError(interruption(signal), 'interrupted; nothing was changed')
    return answer.value as T | undefined
  }
  return {
    ask: async ({ kind, message }) => {
      const text = await put<string>({ type: 'text', message: kind === 'yes-no' ? `${message} (y/N)` : message })
      const answer = (text ?? '').trim()
      return kind === 'yes-no' ? (/^y(es)?$/i.test(answer) ? 'y' : 'n') : answer
    },
    choose: async (message, options) => {
      const choices = options.map((title, value) => ({ title, value }))
      return (await put<number[]>({ type: 'multiselect', message, choices })) ?? []
    },
  }
}

interface Choice {
  readonly title: string
  readonly value: number
}
