import { expect, test } from 'vitest'
import { briefingLines } from '../../../src/cli/render/briefing.ts'
import type { BriefedStep, Briefing } from '../../../src/core/briefing.ts'

const plain = { red: String, green: String, yellow: String, cyan: String, bold: String, dim: String }
const item = (line: number | null, what: string, rows: string | null, also = '') => ({ line, what, rows, also })
const briefing = (...steps: BriefedStep[]): Briefing => ({
  environment: 'production',
  database: 'shop',
  server: 'shop-prod.example:5432',
  role: 'deploy',
  title: `${steps.length} migrations will run after a backup (about 48 MB):`,
  steps,
  notes: ['Schema: as the migrations made it (no drift)'],
})
const cleanUp = {
  name: '017_clean_up',
  note: null,
  items: [item(2, 'drops users.display_name', '1,204 rows have a value'), item(13, 'empties audit_log', '88,000 rows')],
}

test('a block says where, what is to run and what each of it destroys, beside each other where they fit', () => {
  const dropped = { name: '018_drop', note: 'no DOWN: cannot be reverted', items: [item(2, 'drops countries', null)] }
  expect(briefingLines(briefing(cleanUp, dropped, { name: '019_c', note: null, items: [] }), plain, 80)).toEqual([
    'PRODUCTION   shop on shop-prod.example:5432, as deploy',
    '3 migrations will run after a backup (about 48 MB):',
    '  017_clean_up  line 2   drops users.display_name  1,204 rows have a value',
    '                line 13  empties audit_log         88,000 rows',
    '  018_drop      line 2  drops countries  no DOWN: cannot be reverted',
    '  019_c',
    'Schema: as the migrations made it (no drift)',
  ])
})

test('a narrow terminal has it folded, and no line is wider', () => {
  const also = ', and by foreign keys rows of cities (it has 1 row)'
  const deletes = { ...cleanUp, items: [item(1, 'deletes all rows of countries', '2 rows', also)] }
  const lines = briefingLines(briefing(deletes), plain, 50)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50)
  expect(lines.slice(4, 7).map((line) => line.trim())).toEqual([
    '017_clean_up  line 1  deletes all rows of',
    'countries (2 rows), and by',
    'foreign keys rows of',
  ])
})

test('of many that destroy nothing the first are named, and a long name has its own line', () => {
  const many = Array.from({ length: 14 }, (_, i) => ({ name: `${100 + i}_x`, note: null, items: [] }))
  const long = { ...cleanUp, name: '200_a_name_that_is_longer_than_most_others' }
  const lines = briefingLines(briefing(...many, long), plain, 80)
  expect(lines).toContain('  109_x')
  expect(lines).not.toContain('  110_x')
  expect(lines).toContain('  and 4 more that destroy nothing')
  expect(lines).toContain('  200_a_name_that_is_longer_than_most_others')
  expect(lines).toContain('    line 13  empties audit_log         88,000 rows')
})
