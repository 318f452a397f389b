import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Env, start } from '../helpers/cli.ts'

/** A folder that is no project, where nself runs from. */
function emptyFolder() {
  const root = mkdtempSync(join(tmpdir(), 'nself-hook-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const nself = (args: readonly string[], env: Env = {}, at = '.') => start(join(root, at), args, env).finished
  return { root, nself }
}

function gitOf(root: string): (...args: string[]) => string {
  return (...args) => {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.test', '-c', 'init.defaultBranch=main']
    const { status, stdout, stderr } = spawnSync('git', [...who, ...args], { cwd: root, encoding: 'utf8' })
    expect(status, stderr).toBe(0)
    return stdout + stderr
  }
}

test('init --hooks has git tell which migrations differ after a switch of branches', async () => {
  const { root, nself } = emptyFolder()
  const git = gitOf(root)
  const outside = await nself(['init', '--hooks'])
  expect(outside.code).toBe(2)
  expect(outside.stderr).toContain('in no git repository')
  const inGerman = await nself(['init', '--hooks'], { LANG: 'C.UTF-8', LANGUAGE: 'de' })
  expect(inGerman.stderr).toContain('in no git repository')
  git('init')
  expect((await nself(['init', '--hooks'])).stdout).toContain('.git/hooks/post-checkout')
  expect((await nself(['init', '--hooks'])).stdout).not.toContain('post-checkout')
  writeFileSync(join(root, 'nself/migrations/001_a.sql'), '-- UP\nSELECT 1;\n')
  git('add', '.')
  git('commit', '-m', 'a')
  git('switch', '-c', 'other')
  writeFileSync(join(root, 'nself/migrations/002_b.sql'), '-- UP\nSELECT 2;\n')
  git('add', '.')
  git('commit', '-m', 'b')
  expect(git('switch', 'main')).toContain('  gone here   nself/migrations/002_b.sql')
  const back = git('switch', 'other')
  expect(back).toContain('  new here    nself/migrations/002_b.sql')
  expect(back).toContain('npx nself db migrate sync')
  mkdirSync(join(root, 'nself/repeatable'))
  writeFileSync(join(root, 'nself/repeatable/totals.sql'), '-- UP\nSELECT 1;\n')
  git('add', '.')
  git('commit', '-m', 'c')
  expect(git('switch', '-')).toContain('  gone here   nself/repeatable/totals.sql')
  git('switch', '-')
  expect(git('checkout', '--', '.gitignore')).not.toContain('differ')
  writeFileSync(join(root, '.git/hooks/post-checkout'), '#!/bin/sh\necho mine\n')
  const refused = await nself(['init', '--hooks'])
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('not one that nself wrote')])
  expect(readFileSync(join(root, '.git/hooks/post-checkout'), 'utf8')).toContain('echo mine')
})

test('init --hooks writes one hook for all projects of a repository', async () => {
  const { root, nself } = emptyFolder()
  const git = gitOf(root)
  git('init')
  for (const name of ['shop', "it's here"]) {
    mkdirSync(join(root, name, 'nself'), { recursive: true })
    expect((await nself(['init', '--hooks'], {}, name)).code).toBe(0)
  }
  git('add', '.')
  git('commit', '-m', 'a')
  git('switch', '-c', 'other')
  for (const name of ['shop', "it's here"]) writeFileSync(join(root, name, 'nself/migrations/001_a.sql'), 'SELECT 1;')
  git('add', '.')
  git('commit', '-m', 'b')
  const told = git('switch', 'main')
  expect(told).toContain('gone here   shop/nself/migrations/001_a.sql')
  expect(told).toContain("gone here   it's here/nself/migrations/001_a.sql")
})

test("init --hooks writes beside husky's own files, where husky looks for it", async () => {
  const { root, nself } = emptyFolder()
  const git = gitOf(root)
  git('init')
  git('config', 'core.hooksPath', '.husky/_')
  mkdirSync(join(root, '.husky/_'), { recursive: true })
  writeFileSync(join(root, '.husky/_/post-checkout'), '#!/bin/sh\n. "$(dirname "$0")/h"\n')
  expect((await nself(['init', '--hooks'])).stdout).toContain('.husky/post-checkout')
})
