import { expect, test } from 'vitest'
import { deniedHint } from '../../../src/core/replay/denied.ts'

test.each([
  ['42501', 'permission denied for table part_config'],
  // As a function of an extension raises it again.
  ['P0001', 'permission denied for table part_config_sub\nCONTEXT: SQL statement'],
  ['P0001', 'must be superuser to do that'],
])('a replay that fails with %s %j is led to a server where it has more rights', (sqlstate, message) => {
  expect(deniedHint(sqlstate, message)).toContain('--shadow-url')
})

test('a replay that fails for another reason is not led to another server', () => {
  expect(deniedHint('42P01', 'relation "t" does not exist')).toBeNull()
  expect(deniedHint(undefined, '')).toBeNull()
})
