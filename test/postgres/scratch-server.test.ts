import { expect, test } from 'vitest'
import type { Server } from '../../src/postgres/driver/server.ts'
import type { runPlan } from '../../src/postgres/scratch/replay.ts'
import type { ScratchServer } from '../../src/postgres/scratch/scratch.ts'

type Accepts = Parameters<typeof runPlan>[0]

test('what runs without asking can be given a scratch server only: a server of the user is a type error', () => {
  const scratch = (server: ScratchServer): Accepts => server
  // @ts-expect-error a server that the user named was not made for scratch
  const real = (server: Server): Accepts => server
  expect([scratch, real]).toHaveLength(2)
})
