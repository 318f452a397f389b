import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../src/core/effect.ts'
import { type StepLook, watchFor } from '../../../src/core/effects/approval.ts'

const emptying = {
  kind: 'truncate',
  object: 'orders',
  what: 'empties the table orders',
  destructive: true,
  relation: { schema: null, name: 'orders' },
  reached: [],
} as const
const rewrite = { kind: 'rewrite', schema: null, name: 'users', column: null } as const
const seen: Effect = {
  relation: 'app.log',
  schema: 'app',
  name: 'log',
  kind: 'delete',
  column: null,
  rows: 3,
  parents: [],
}
const nothing: StepLook = { dangers: [], reach: 'harmless', rewrites: [], own: [], seen: [] }

describe('what a step may do once it is approved:', () => {
  test('nothing, where nothing was found', () => {
    expect(watchFor({ ...nothing, reach: 'readable' })).toEqual({ allowed: [], harmless: false })
  })

  test('a step that is harmless is told as that', () => {
    expect(watchFor(nothing)).toEqual({ allowed: [], harmless: true })
  })

  test('what its statements name', () => {
    expect(watchFor({ ...nothing, reach: 'readable', dangers: [emptying] }).allowed).toEqual([
      { kind: 'rewrite', schema: null, name: 'orders', column: null },
    ])
  })

  test('what was shown of the database takes the place of the name in the statement', () => {
    const reached = [
      { kind: 'rewrite', schema: 'app', name: 'orders' },
      { kind: 'rewrite', schema: 'app', name: 'order_lines' },
    ] as const
    expect(watchFor({ ...nothing, reach: 'readable', dangers: [{ ...emptying, reached }] }).allowed).toEqual([
      { kind: 'rewrite', schema: 'app', name: 'orders', column: null },
      { kind: 'rewrite', schema: 'app', name: 'order_lines', column: null },
    ])
  })

  test('the column that is dropped, and no other one of the same table', () => {
    const reached = [{ kind: 'drop-column', schema: 'app', name: 'users' }] as const
    const danger = { ...emptying, kind: 'drop-column', column: 'email', reached } as const
    expect(watchFor({ ...nothing, reach: 'readable', dangers: [danger] }).allowed).toEqual([
      { kind: 'drop-column', schema: 'app', name: 'users', column: 'email' },
    ])
  })

  test('a lossless rewrite, unless something in the file may empty the same table unseen', () => {
    expect(watchFor({ ...nothing, reach: 'readable', rewrites: [rewrite] }).allowed).toEqual([rewrite])
    expect(watchFor({ ...nothing, reach: 'opaque', rewrites: [rewrite] }).allowed).toEqual([])
  })

  test('anything with what an earlier attempt at it has made', () => {
    const own = [{ kind: 'drop', schema: null, name: 'half_filled', column: null }] as const
    expect(watchFor({ ...nothing, reach: 'opaque', own }).allowed).toEqual(own)
  })

  test('what it was rolled back for the last time, exactly that', () => {
    expect(watchFor({ ...nothing, reach: 'opaque', seen: [seen] }).allowed).toEqual([
      { kind: 'delete', schema: 'app', name: 'log', column: null },
    ])
  })
})
