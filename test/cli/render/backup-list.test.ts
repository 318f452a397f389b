import { expect, test } from 'vitest'
import { renderBackup } from '../../../src/cli/render/backup.ts'
import { plain } from './paints.ts'
import { results } from './samples.ts'

test.each([160, 80, 60, 40])('a list of backups says in %i columns whether each is verified', (width) => {
  const sample = results['backup-list']
  const [head = '', ...rows] = renderBackup({ ...sample, databases: null }, plain, width).split('\n')
  expect(head).toMatch(/^File .* Verified$/)
  expect(rows[0]).toMatch(/^nself_full_\S+ .*(?:yes|no|manifest)$/)
  if (width >= 60) expect(Math.max(head.length, rows[0]?.length ?? 0)).toBeLessThanOrEqual(width)
})
