import { expect, test } from 'vitest'
import type { Context } from '../../src/commands/shared/context.ts'
import { stepTeller } from '../../src/commands/shared/tell-steps.ts'

type Told = Pick<Context, 'tell' | 'now' | 'ask'>
type Steps = Parameters<ReturnType<typeof stepTeller>>[0][]

const steps = (n: number): Steps =>
  Array.from({ length: n }, (_, i) => ({
    kind: 'migration',
    name: `${String(i + 1).padStart(3, '0')}_step`,
    version: String(i + 1),
    direction: 'up',
    file: null,
    applied: null,
  }))

/** What is told of so many steps, of which the third takes two seconds. */
function toldOf(n: number, atTerminal: boolean, failsAt = n): string[] {
  const told: string[] = []
  let time = 0
  const context: Told = {
    tell: (sentence) => told.push(sentence),
    now: () => time,
    ask: atTerminal ? () => Promise.resolve('n') : null,
  }
  const all = steps(n)
  const onStep = stepTeller(context, { plan: { steps: all } })
  for (const [i, step] of all.slice(0, failsAt + 1).entries()) {
    time += i === 2 ? 2000 : 5
    onStep(step, i === failsAt ? 'failed' : 'done')
  }
  return told
}

test('up to 20 migrations have a line each', () => {
  expect(toldOf(20, true)).toHaveLength(20)
})

test('more than 20 migrations are at a terminal one line that counts, and the slow ones by name', () => {
  expect(toldOf(21, true)).toEqual(['✓ 21 migrations', '✓ 003_step     2.0 s'])
})

test('more than 20 migrations have in a log a line each', () => {
  expect(toldOf(21, false)).toHaveLength(21)
})

test('of more than 20 migrations, one of which fails, it is told how many went before', () => {
  expect(toldOf(30, true, 10)).toEqual(['✓ 10 migrations', '✓ 003_step     2.0 s', '✗ 011_step'])
})

test('repeatables, which end with their transaction, have one time together', () => {
  const told: string[] = []
  let time = 0
  const all = steps(3).map((step, i) => (i === 0 ? step : { ...step, kind: 'repeatable' as const })) as Steps
  const onStep = stepTeller({ tell: (line) => told.push(line), now: () => time, ask: null }, { plan: { steps: all } })
  for (const step of all) {
    time += 5
    onStep(step, 'done')
  }
  expect(told).toEqual(['✓ 001_step      5 ms', '✓ 002_step', '✓ 003_step     10 ms'])
})
