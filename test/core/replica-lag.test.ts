import { expect, test } from 'vitest'
import { ReplicaLag } from '../../src/core/replica-lag.ts'

const replica = (name: string, replayed: number | null, lagMs: number | null = null) => ({ name, replayed, lagMs })

test('a replica is as far behind as the log has been further than it is', () => {
  const lag = new ReplicaLag()
  const looks = [
    lag.look(0, 100, [replica('a', 100)]),
    lag.look(1000, 200, [replica('a', 100)]),
    lag.look(2000, 300, [replica('a', 100)]),
    lag.look(3000, 300, [replica('a', 200)]),
    lag.look(4000, 300, [replica('a', 300, 9000)]),
    lag.look(5000, 400, [replica('a', 399, 9000)]),
  ]
  expect(looks.map((look) => look?.ms ?? null)).toEqual([null, 0, 1000, 1000, null, 9000])
})

test('of several replicas the one farthest behind counts, and those of which nothing can be known do not', () => {
  const lag = new ReplicaLag()
  lag.look(0, 100, [replica('a', 50), replica('b', 100), replica('backup', null)])
  expect(lag.look(700, 200, [replica('a', 50), replica('b', 150), replica('backup', null)])).toEqual({
    name: 'a',
    ms: 700,
  })
  expect(lag.look(800, 200, [])).toBeNull()
})
