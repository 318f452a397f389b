import { expect, test } from 'vitest'
import { compare } from '../../../src/core/migration/state.ts'
import { planRedo } from '../../../src/core/plan/redo.ts'
import { errorOf, file, row, rows } from '../../helpers/history.ts'

const [a, b, c, d] = [file('001_a'), file('002_b'), file('003_c'), file('004_d')] as const
const names = (count: number | undefined, files = [a, b, c, d], history = rows(a, b, c)) => {
  const { down, up } = planRedo(compare(files, history), count)
  return { down: down.steps.map(({ name }) => name), up: up.steps.map(({ name }) => name) }
}

test('redo reverts the last one and applies it again, and leaves what is pending', () => {
  expect(names(undefined)).toEqual({ down: ['003_c'], up: ['003_c'] })
})

test('redo of several reverts the last first and applies the first first', () => {
  expect(names(2)).toEqual({ down: ['003_c', '002_b'], up: ['002_b', '003_c'] })
})

test('redo applies an edited file as it is now', () => {
  const edited = file('003_c', { up: 'SELECT 9;' })
  expect(names(1, [a, b, edited])).toEqual({ down: ['003_c'], up: ['003_c'] })
})

test('redo takes what was applied out of order by the order of application', () => {
  expect(names(1, [a, b, c], [row(a, 1), row(c, 2), row(b, 3)])).toEqual({ down: ['002_b'], up: ['002_b'] })
})

test('redo reverts nothing whose file is gone, or that cannot be applied again', () => {
  expect(errorOf(() => names(2, [a, c]))).toMatchObject({
    code: 'refused',
    message: '002_b cannot be applied again: its file is not here',
  })
  expect(errorOf(() => names(1, [a, b, file('003_c', { up: '' })])).message).toContain('no statement in UP')
  expect(errorOf(() => names(1, [file('001_a', { up: 'SELECT 9;' }), b, c])).code).toBe('refused')
})
