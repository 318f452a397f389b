import { expect, test } from 'vitest'
import { templateName } from '../../src/postgres/scratch/templates.ts'

test('a template is shared by the same migrations, role and tracking format alone', () => {
  const name = templateName('key', null, false, 4)
  expect(name).toMatch(/^nself_template_[0-9a-f]{32}$/)
  expect(templateName('key', null, false, 4)).toBe(name)
  expect(templateName('other', null, false, 4)).not.toBe(name)
  expect(templateName('key', null, false, 5)).not.toBe(name)
})
