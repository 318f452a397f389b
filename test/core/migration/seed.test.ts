import { expect, test } from 'vitest'
import { compareSeeds, planSeeds, type Seed, type Seeded } from '../../../src/core/migration/seed.ts'
import { file } from '../../helpers/history.ts'

const seed = (name: string, up = 'SELECT 1;'): Seed => ({ name, file: file(name.replace(/^.*\//, ''), { up }) })
const ran = ({ name, file: { checksum } }: Seed): Seeded => ({ name, checksum, appliedAt: '', durationMs: 1 })

test('seeds are new, run, edited since or missing; the missing ones come last, and of the asked folders alone', () => {
  const [fresh, done, edited] = [seed('common/001_a'), seed('common/002_b'), seed('local/001_c', 'SELECT 2;')]
  const rows = [ran(done), ran(seed('local/001_c')), ran(seed('local/009_gone')), ran(seed('staging/001_x'))]
  const entries = compareSeeds([fresh, done, edited], rows, ['common', 'local'])
  expect(entries.map(({ name, status }) => [name, status])).toEqual([
    ['common/001_a', 'pending'],
    ['common/002_b', 'applied'],
    ['local/001_c', 'edited'],
    ['local/009_gone', 'missing'],
  ])
  expect(planSeeds(entries)).toEqual([fresh, edited])
})
