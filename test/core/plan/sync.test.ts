import { expect, test } from 'vitest'
import { compare } from '../../../src/core/migration/state.ts'
import { planSync } from '../../../src/core/plan/sync.ts'
import { errorOf, file, row, rows } from '../../helpers/history.ts'

const [a, b, c, d] = [file('001_a'), file('002_b'), file('003_c'), file('004_d')] as const
const names = (files = [a, b, c, d], history = rows(a, b, c)) => {
  const { down, up } = planSync(compare(files, history))
  return { down: down.steps.map(({ name }) => name), up: up.steps.map(({ name }) => name) }
}

test('sync applies what is pending where nothing of another branch is applied', () => {
  expect(names()).toEqual({ down: [], up: ['004_d'] })
})

test('sync reverts what has no file here, the last applied first, and applies the rest whatever its number', () => {
  expect(names([a, d, file('002_other')], [row(a, 1), row(c, 2), row(b, 3)])).toEqual({
    down: ['002_b', '003_c'],
    up: ['002_other', '004_d'],
  })
})

test('sync reverts an edited migration by its stored DOWN and applies it as it is now', () => {
  const edited = file('002_b', { up: 'SELECT 9;', down: 'SELECT 8;' })
  const { down } = planSync(compare([a, edited, c], rows(a, b, c)))
  expect(down.steps).toMatchObject([{ name: '002_b', file: null }])
  expect(names([a, edited, c])).toEqual({ down: ['002_b'], up: ['002_b'] })
})

test('sync finishes what is partially reverted, and applies it again', () => {
  expect(names([a, b], [row(a, 1), row(b, 2, { state: 'reverting', statementsDone: 1 })])).toEqual({
    down: ['002_b'],
    up: ['002_b'],
  })
})

test('sync reverts nothing where one of them has no DOWN', () => {
  const stuck = file('002_b', { down: null })
  const { code, message, hint } = errorOf(() => names([a], rows(a, stuck, c)))
  expect(code).toBe('refused')
  expect(message).toBe('cannot revert 002_b: no DOWN')
  expect(hint).toContain('nself db migrate fresh')
})

test('sync takes a migration that has another number now for that one, and reverts nothing', () => {
  const renumbered = file('005_b', { up: "SELECT 'b';" })
  expect(errorOf(() => names([a, c, renumbered])).message).toContain('005_b has the same text as 002_b')
})

test('sync reverts one of the same text where its number here belongs to another branch, as no record can take it', () => {
  const before = file('002_c', { up: "SELECT 'c';" })
  expect(names([a, before], rows(a, b, c))).toEqual({ down: ['003_c', '002_b'], up: ['002_c'] })
})

test('sync takes a row of numbers that all moved on for renamed, the last of them first', () => {
  const [moved, last] = [file('003_b', { up: "SELECT 'b';" }), file('004_c', { up: "SELECT 'c';" })]
  expect(errorOf(() => names([a, moved, last])).hint).toContain('repair --renamed 3=4;')
  expect(errorOf(() => names([a, moved, last], [...rows(a, b), row(last, 3)])).hint).toContain('repair --renamed 2=3;')
})

test('sync reverts nothing where what is here cannot be applied', () => {
  expect(errorOf(() => names([a, file('004_d', { up: '' })])).message).toContain('has no statement in UP')
})
