import type { DependencyEdge, Fact } from '@supabase/pg-delta'
import { expect, test } from 'vitest'
import { loadLibrary } from '../../src/postgres/diff/facts.ts'
import { stagesOf } from '../../src/postgres/diff/stages.ts'

const schema: Fact = { id: { kind: 'schema', name: 'public' }, payload: {} }
const tableId = (n: number) => ({ kind: 'table', schema: 'public', name: `t${n}` }) as const
const keyId = (n: number) => ({ kind: 'constraint', schema: 'public', table: `t${n}`, name: 'key' }) as const

/** Tables, and for each pair a key of the one that refers to the other. */
async function stateOf(count: number, references: readonly (readonly [from: number, to: number])[]) {
  const { buildFactBase } = await loadLibrary()
  const tables = Array.from({ length: count }, (_, n): Fact => ({ id: tableId(n), parent: schema.id, payload: {} }))
  const keys = references.map(([from]): Fact => ({ id: keyId(from), parent: tableId(from), payload: {} }))
  const edges = references.map(
    ([from, to]): DependencyEdge => ({ from: keyId(from), to: tableId(to), kind: 'depends' }),
  )
  return buildFactBase([schema, ...tables, ...keys], edges)
}

test('a thousand tables come in two stages, each with the references whose tables are both there', async () => {
  const last = 999
  const wanted = await stateOf(1000, [
    [0, 1],
    [1, last],
    [last, 0],
  ])
  const stages = await stagesOf(await stateOf(0, []), wanted)
  expect(stages.map((stage) => stage.facts().filter(({ id }) => id.kind === 'table').length)).toEqual([749])
  const has = (n: number) => stages.map((stage) => stage.has(keyId(n)))
  expect([has(0), has(1), has(last)]).toEqual([[true], [false], [false]])
  expect(stages.map((stage) => stage.edges.length)).toEqual([1])
})

test('a thousand tables go in the reverse order of their coming', async () => {
  const [none, all] = [await stateOf(0, []), await stateOf(1000, [])]
  const coming = await stagesOf(none, all)
  const going = await stagesOf(all, none)
  expect(going.map((stage) => stage.rootHash)).toEqual(coming.toReversed().map((stage) => stage.rootHash))
})

test('a hundred tables need no stage', async () => {
  expect(await stagesOf(await stateOf(0, []), await stateOf(100, []))).toEqual([])
})
