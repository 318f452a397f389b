import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readLines } from '../../src/project/read-text.ts'
import { openRegular, refuseGrowing } from '../../src/project/regular-file.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const status = ['db', 'migrate', 'status']

test.each([
  ['a migration', 'nself/migrations/002_b.sql', status],
  ['an env file', '.env', status],
  ['a seed', 'nself/seeds/common/001_a.sql', ['db', 'seed']],
  ['a design', 'schema.dbml', ['db', 'run']],
  ['the users of a config', 'nself/config/seed-users.json', ['db', 'seed', 'users', '--yes']],
])('%s that is a pipe or a device is refused, and never waited for', async (_, path, args) => {
  for (const make of [
    (at: string) => void execFileSync('mkfifo', [at]),
    (at: string) => symlinkSync('/dev/zero', at),
  ]) {
    const project = await server.project({ '001_a.sql': 'CREATE TABLE a (n int);' })
    mkdirSync(dirname(join(project.root, path)), { recursive: true })
    make(join(project.root, path))
    const { code, stderr } = await project.nself(...args)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(path)
    expect(stderr).toContain('not a file')
  }
})

test('a file that grows while it is read is refused: only a part of it would run', async () => {
  const project = await server.project({})
  const path = join(project.root, 'grows.sql')
  writeFileSync(path, 'SELECT 1;\n'.repeat(20_000))
  const reading = readLines(path, 'grows.sql')
  await reading.next()
  appendFileSync(path, 'SELECT 2;\n')
  await expect(async () => {
    for await (const _ of reading);
  }).rejects.toMatchObject({ code: 'it changed while it was read' })
  const open = openRegular(path)
  appendFileSync(path, 'SELECT 3;\n')
  expect(() => refuseGrowing(open)).toThrow('it changed while it was read')
})
