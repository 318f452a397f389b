import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { progressOn } from '../../src/cli/progress.ts'

/** A stream that keeps what it is sent; with a width it passes for a terminal. */
function stream(columns: number) {
  const said: string[] = []
  const write = (text: string) => said.push(text) > 0
  return { said, stderr: { write, columns, isTTY: columns > 0 } as unknown as NodeJS.WriteStream }
}

/** A question that is open until it is answered. */
function question() {
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  return { ask: () => answered, answer: () => answer() }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('sentences that come while a question is open wait for its answer', async () => {
  const { said, stderr } = stream(0)
  const progress = progressOn(() => stderr)
  const { ask, answer } = question()
  const asking = progress.yieldTo(ask)
  progress.tell('NOTICE: something happened')
  expect(said).toEqual([])
  answer()
  await asking
  expect(said).toEqual(['NOTICE: something happened\n'])
})

test('a log hears that the command still runs, but not while a question is open', async () => {
  const { said, stderr } = stream(0)
  const progress = progressOn(() => stderr)
  progress.progress('counting')
  const { ask, answer } = question()
  const asking = progress.yieldTo(ask)
  progress.progress('counting more')
  await vi.advanceTimersByTimeAsync(120_000)
  expect(said).toEqual([])
  answer()
  await asking
  await vi.advanceTimersByTimeAsync(31_000)
  expect(said).toEqual([expect.stringContaining('counting more')])
  progress.stop()
})

test('the time that a person thinks is not counted', async () => {
  const { stderr } = stream(0)
  const progress = progressOn(() => stderr)
  const began = progress.now()
  const { ask, answer } = question()
  const asking = progress.yieldTo(ask)
  await vi.advanceTimersByTimeAsync(60_000)
  answer()
  await asking
  await vi.advanceTimersByTimeAsync(2_000)
  expect(progress.now() - began).toBe(2_000)
})

test('a question that fails gives the terminal back too', async () => {
  const { said, stderr } = stream(0)
  const progress = progressOn(() => stderr)
  await expect(progress.yieldTo(() => Promise.reject(new Error('Ctrl-C')))).rejects.toThrow('Ctrl-C')
  progress.tell('interrupted')
  expect(said).toEqual(['interrupted\n'])
})
