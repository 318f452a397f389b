import { expect, test } from 'vitest'
import { renderSeedStatus } from '../../../src/cli/render/seed.ts'
import { plain } from './paints.ts'
import { results } from './samples.ts'

// Times are shown in the zone of whoever reads them.
process.env.TZ = 'UTC'

const { 'seed-status': sample } = results
const [seed] = sample.seeds

test.each([
  [80, ['Seed                   Status    Applied at', 'common/001_categories  applied   2026-01-20 10:30  3 ms']],
  [40, ['Seed                   Status', 'common/001_categories  applied']],
  [24, ['Seed            Status', 'common/001_ca…  applied']],
])('the states of seeds are whole in %i columns', (width, lines) => {
  const shown = renderSeedStatus({ ...sample, seeds: seed === undefined ? [] : [seed] }, plain, width)
  expect(shown.split('\n').slice(0, 2)).toEqual(lines)
})

test('whoever looks at seeds is told the zone of the times, and what to type next', () => {
  const pending = { name: 'common/002_b', status: 'pending', appliedAt: null, durationMs: null } as const
  const shown = renderSeedStatus({ ...sample, seeds: [...sample.seeds, pending] }, plain, 80)
  expect(shown.split('\n').slice(-2)).toEqual([
    '1 applied, 1 pending · shop on 127.0.0.1:5432 (production) · times in UTC',
    'Next: nself db seed',
  ])
  expect(renderSeedStatus({ ...sample, seeds: [] }, plain, 80)).toMatch(/\nNext: nself db seed create categories$/)
})
