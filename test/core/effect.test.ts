import { describe, expect, test } from 'vitest'
import { type Effect, effectLine, parseEffects } from '../../src/core/effect.ts'

const effect = (more: Partial<Effect>): Effect => ({
  ...{
    relation: 'public.users',
    schema: 'public',
    name: 'users',
    kind: 'delete',
    column: null,
    rows: null,
    parents: [],
  },
  ...more,
})

describe('an effect in words:', () => {
  test.each([
    [{ kind: 'drop', rows: 12_345 }, 'drops users (about 12,345 rows)'],
    [{ kind: 'drop', rows: null }, 'drops users'],
    [{ kind: 'rewrite', rows: 1 }, 'empties or rewrites users (about 1 row)'],
    [{ kind: 'rewrite', rows: 0 }, 'empties or rewrites users'],
    [{ kind: 'rewrite', rows: 2, how: 'empties' }, 'empties users (about 2 rows)'],
    [{ kind: 'rewrite', rows: null, how: 'rewrites', logged: false }, 'rewrites users and makes it unlogged'],
    [{ kind: 'rewrite', rows: null, logged: true }, 'empties or rewrites users and makes it logged'],
    [{ kind: 'drop-column', column: 'born', rows: 2 }, 'drops the column users.born (about 2 rows)'],
    [{ kind: 'delete', rows: 1 }, 'deletes 1 row from users'],
    [{ kind: 'delete', relation: 'app.users', rows: 1_000 }, 'deletes 1,000 rows from app.users'],
    [{ kind: 'update', rows: 3 }, 'changes 3 rows of users'],
  ] as const)('%j: %s', (more, line) => {
    expect(effectLine(effect(more))).toBe(line)
  })
})

describe('what a server tells is effects only where it is a list of them:', () => {
  test.each([
    ['[]', []],
    [JSON.stringify([effect({})]), [effect({})]],
    [undefined, null],
    ['', null],
    ['{}', null],
    ['null', null],
    ['[null]', null],
    ['[{"relation": "public.users"}]', null],
    [JSON.stringify([{ ...effect({}), parents: null }]), null],
    [`${JSON.stringify([effect({})])}x`, null],
  ])('%s', (text, effects) => {
    expect(parseEffects(text)).toEqual(effects)
  })
})
