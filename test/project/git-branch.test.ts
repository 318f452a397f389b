import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { branchOf, branchWithFile } from '../../src/project/git-branch.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nself-git-'))
  mkdirSync(join(root, 'deep', 'er'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

const commit = '0123456789abcdef0123456789abcdef01234567'

describe('the branch of a checkout is', () => {
  test.each([
    ['the one of HEAD', 'ref: refs/heads/main\n', 'main'],
    ['whole, with its slashes', 'ref: refs/heads/feature/x\r\n', 'feature/x'],
    ['the short commit where HEAD is detached', `${commit}\n`, '0123456'],
    ['a reference that is no branch', 'ref: refs/bisect/bad\n', 'bisect/bad'],
    ['unknown where references are stored in another way', 'ref: refs/heads/.invalid\n', null],
    ['unknown where HEAD is damaged', 'x\n', null],
    ['unknown where HEAD is empty', '', null],
  ])('%s', (_, head, expected) => {
    write('.git/HEAD', head)
    expect(branchOf(root)).toBe(expected)
    expect(branchOf(join(root, 'deep', 'er'))).toBe(expected)
  })

  test('that of a worktree or a submodule, by its file', () => {
    write('main/.git/worktrees/one/HEAD', 'ref: refs/heads/one\n')
    write('deep/.git', `gitdir: ../main/.git/worktrees/one\n`)
    expect(branchOf(join(root, 'deep', 'er'))).toBe('one')
    write('deep/.git', `gitdir: ${join(root, 'main/.git/worktrees/one')}\n`)
    expect(branchOf(join(root, 'deep'))).toBe('one')
    write('deep/.git', 'gitdir: gone\n')
    expect(branchOf(join(root, 'deep'))).toBeNull()
  })
})

describe('the branch that has a file which is not checked out', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: root, stdio: 'pipe' })
  const commitOn = (branch: string) => {
    git('switch', '-q', '-C', branch)
    git('add', '-A')
    git('commit', '-q', '-m', 'change')
  }
  const folder = () => join(root, 'migrations')

  beforeEach(() => {
    git('init', '-q', '-b', 'main')
    write('migrations/001_a.sql', 'SELECT 1;')
    commitOn('main')
    write('migrations/002_b.sql', 'SELECT 2;')
    commitOn('hotfix-eu')
  })

  test('is found', async () => {
    git('switch', '-q', 'main')
    expect(await branchWithFile(folder(), '002_b.sql')).toEqual({ name: 'hotfix-eu', bring: 'git switch hotfix-eu' })
  })

  test('is typed as a shell reads it', async () => {
    const branch = "fix/it's;$(x)"
    git('branch', '-m', branch)
    git('switch', '-q', 'main')
    const found = await branchWithFile(folder(), '002_b.sql')
    expect(found?.name).toBe(branch)
    execFileSync('sh', ['-c', found?.bring ?? ''], { cwd: root, stdio: 'pipe' })
    expect(branchOf(root)).toBe(branch)
  })

  test('is that of a remote, without its other name HEAD, and the command switches to it', async () => {
    git('clone', '-q', '--bare', '.', 'up.git')
    git('switch', '-q', 'main')
    git('branch', '-q', '-D', 'hotfix-eu')
    git('remote', 'add', 'upstream', join(root, 'up.git'))
    git('fetch', '-q', 'upstream')
    git('remote', 'set-head', 'upstream', 'hotfix-eu')
    const found = await branchWithFile(folder(), '002_b.sql')
    expect(found).toEqual({ name: 'upstream/hotfix-eu', bring: 'git switch hotfix-eu' })
    execFileSync('sh', ['-c', found?.bring ?? ''], { cwd: root, stdio: 'pipe' })
    expect(branchOf(root)).toBe('hotfix-eu')
  })

  test('is the one that is checked out where the file was only removed, and the command brings it back', async () => {
    git('rm', '-q', 'migrations/002_b.sql')
    mkdirSync(folder(), { recursive: true })
    const found = await branchWithFile(folder(), '002_b.sql')
    expect(found?.name).toBe('hotfix-eu')
    execFileSync('sh', ['-c', found?.bring ?? ''], { cwd: join(root, 'deep'), stdio: 'pipe' })
    expect(existsSync(join(folder(), '002_b.sql'))).toBe(true)
  })

  test('is none where the file was removed again, was never there, or there is no repository', async () => {
    rmSync(join(folder(), '002_b.sql'))
    commitOn('hotfix-eu')
    git('switch', '-q', 'main')
    expect(await branchWithFile(folder(), '002_b.sql')).toBeNull()
    expect(await branchWithFile(folder(), '003_c.sql')).toBeNull()
    rmSync(join(root, '.git'), { recursive: true })
    expect(await branchWithFile(folder(), '001_a.sql')).toBeNull()
  })
})
