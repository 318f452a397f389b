import { expect, test } from 'vitest'
import { renderSeedStatus } from '../../../src/cli/render/seed.ts'
import { plain } from './paints.ts'
import { results } from './samples.ts'

const { 'seed-status': sample } = results
const [seed] = sample.seeds

test.each([
  [80, ['Seed                   Status    Applied at', 'common/001_categories  applied   2026-01-20 10:30:00  3 ms']],
  [40, ['Seed                   Status', 'common/001_categories  applied']],
  [24, ['Seed            Status', 'common/001_ca…  applied']],
])('the states of seeds are whole in %i columns', (width, lines) => {
  const shown = renderSeedStatus({ ...sample, seeds: seed === undefined ? [] : [seed] }, plain, width)
  expect(shown.split('\n').slice(0, 2)).toEqual(lines)
})
