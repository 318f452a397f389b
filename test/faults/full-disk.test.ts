import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { folderOf, makeHome } from '../../src/postgres/embedded/folder.ts'
import { openBackups } from '../../src/project/backups/folder.ts'
import { makeProject } from '../../src/project/make-project.ts'
import { readProofs, writeProofs } from '../../src/project/proofs.ts'
import { writeText } from '../../src/project/text-file.ts'
import { program } from '../helpers/cli.ts'

/** A folder on a disk of its own, whose room a test takes. */
function smallDisk(): { disk: string; fill: () => void } {
  const disk = mkdtempSync(join(tmpdir(), 'nself-full-'))
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'none', disk], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  onTestFinished(() => {
    spawnSync('umount', [disk])
    rmSync(disk, { recursive: true })
  })
  const fill = () => {
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize))
  }
  return { disk, fill }
}

test('a file that is to be replaced on a full disk stays as it was, and nothing else is left', async () => {
  const { disk, fill } = smallDisk()
  const path = join(disk, 'schema.dbml')
  writeFileSync(path, 'Table a { id int }\n')
  fill()
  await expect(writeText(path, 'schema.dbml', 'x'.repeat(8192), true)).rejects.toMatchObject({ code: 'disk-full' })
  expect(readFileSync(path, 'utf8')).toBe('Table a { id int }\n')
  expect(readdirSync(disk).sort()).toEqual(['filler', 'schema.dbml'])
})

test('a new file is not there after a full disk', async () => {
  const { disk, fill } = smallDisk()
  fill()
  await expect(writeText(join(disk, 'g.dbml'), 'g.dbml', 'Table a { id int }\n', false)).rejects.toMatchObject({
    code: 'disk-full',
  })
  expect(readdirSync(disk)).toEqual(['filler'])
})

test('a migration that a full disk keeps from being created is named', () => {
  const { disk, fill } = smallDisk()
  mkdirSync(join(disk, 'nself/migrations'), { recursive: true })
  fill()
  const args = [program, 'db', 'migrate', 'create', 'add_email']
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: disk, encoding: 'utf8' })
  expect(status).toBe(2)
  expect(stderr).toMatch(/^Error: .*nself\/migrations\/001_add_email\.sql cannot be written: the disk is full/)
  expect(readdirSync(join(disk, 'nself/migrations'))).toEqual([])
})

test('init on a full disk leaves no empty example behind', () => {
  const { disk, fill } = smallDisk()
  fill()
  const folders = { root: disk, migrationsDir: join(disk, 'm'), seedsDir: join(disk, 's') }
  expect(() => makeProject(folders)).toThrow(expect.objectContaining({ code: 'disk-full' }))
  expect(readdirSync(disk)).not.toContain('.env.example')
})

test('the backups folder has no empty .gitignore after a full disk, which would let git take the backups', async () => {
  const { disk, fill } = smallDisk()
  fill()
  await expect(openBackups(join(disk, 'backups'))).rejects.toThrow('the disk is full')
  expect(readdirSync(join(disk, 'backups'))).toEqual([])
})

test('the folder of the embedded server has no empty .gitignore after a full disk, which would let git take its password', () => {
  const { disk, fill } = smallDisk()
  const folder = folderOf(join(disk, '.nself'))
  fill()
  expect(() => makeHome(folder)).toThrow(expect.objectContaining({ code: 'ENOSPC' }))
  expect(readdirSync(folder.home)).toEqual([])
})

test('proofs that cannot be kept on a full disk leave those that are kept', () => {
  const { disk, fill } = smallDisk()
  const migrations = join(disk, 'migrations')
  expect(writeProofs(migrations, 'kept\n')).toBe(true)
  fill()
  expect(writeProofs(migrations, 'x'.repeat(8192))).toBe(false)
  expect(readProofs(migrations)).toBe('kept\n')
  expect(readdirSync(disk).sort()).toEqual(['filler', 'proofs'])
})
