import type { Command } from '@commander-js/extra-typings'
import type { Runner } from '../leaf.ts'
import { addCreate } from './create.ts'
import { addDown } from './down.ts'
import { addFresh } from './fresh.ts'
import { addRedo } from './redo.ts'
import { addRepair } from './repair.ts'
import { addSquash } from './squash.ts'
import { addStatus } from './status.ts'
import { addSync } from './sync.ts'
import { addUp } from './up.ts'

/** nself db migrate …: what adds each of its commands. */
export function migrateLeaves(migrate: Command, run: Runner): Record<string, () => void> {
  const leaves = {
    status: addStatus,
    up: addUp,
    down: addDown,
    redo: addRedo,
    sync: addSync,
    create: addCreate,
    fresh: addFresh,
    repair: addRepair,
    squash: addSquash,
  }
  return Object.fromEntries(Object.entries(leaves).map(([name, add]) => [name, () => add(migrate, run)]))
}
