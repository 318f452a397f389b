import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { program } from '../helpers/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'nself-bug-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a bug exits with 1 and shows a stack of the source, with files and lines, and says what to send', () => {
  const preload = join(folder, 'throws.cjs')
  // A Node in which the working folder cannot be asked for: nobody's fault but ours.
  writeFileSync(
    preload,
    "Object.defineProperty(process, 'cwd', { value: () => { throw new TypeError('broken here', { cause: new Error('deeper') }) } })",
  )
  const { status, stderr } = spawnSync(process.execPath, ['--require', preload, program, 'env'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(1)
  expect(stderr).toContain('This is a bug in nself.')
  expect(stderr).toMatch(/docs[\\/]reporting-bugs\.md/)
  expect(stderr).toMatch(/at .*src\/cli\/run-command\.ts:\d+:\d+/)
  expect(stderr).toContain('caused by: Error: deeper')
  expect(stderr).not.toMatch(/dist[\\/]/)
})
