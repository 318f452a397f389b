import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { NselfError } from '../../src/core/errors.ts'
import { readMigrations } from '../../src/project/migrations.ts'
import { largeText } from '../../src/project/read-text.ts'

const root = mkdtempSync(join(tmpdir(), 'nself-migrations-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let count = 0
function folder(files: Record<string, string | Buffer>): string {
  const path = join(root, `migrations-${++count}`)
  mkdirSync(path)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

const read = (files: Record<string, string | Buffer>) => readMigrations(folder(files), root)

async function fault(reading: Promise<unknown>): Promise<NselfError> {
  const error = await reading.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(NselfError)
  expect(error).toMatchObject({ exitStatus: 2, hint: expect.stringMatching(/./) })
  return error as NselfError
}

describe('the migrations of a folder', () => {
  test('are its files that end in .sql, hidden ones left out', async () => {
    const files = { '002_b.sql': '', '001_a.sql': 'SELECT 1;', 'README.md': '', '.3_c.sql': '', '4_d.sql~': '' }
    expect(await read(files)).toMatchObject([
      { version: '1', name: '001_a', path: `migrations-${count}/001_a.sql` },
      { version: '2', name: '002_b' },
    ])
  })

  test.each([
    ['20240101_init', 'migration.sql'],
    ['v1.2', 'up.sql'],
    ['a/b/c', '001_a.sql'],
  ])('in folders of their own (%s/%s) are told, never passed over', async (nested, file) => {
    const path = folder({ '001_a.sql': 'SELECT 1;' })
    mkdirSync(join(path, nested), { recursive: true })
    writeFileSync(join(path, nested, file), 'SELECT 1;')
    const { message } = await fault(readMigrations(path, root))
    expect(message).toBe(`migrations-${count}/${nested} is a folder with SQL files, which are not read`)
  })

  test('may stand beside folders without SQL files', async () => {
    const path = folder({ '001_a.sql': 'SELECT 1;' })
    for (const [nested, file] of [
      ['docs', 'README.md'],
      ['.git', 'a.sql'],
    ] as const) {
      mkdirSync(join(path, nested))
      writeFileSync(join(path, nested, file), '')
    }
    expect(await readMigrations(path, root)).toHaveLength(1)
  })

  test('are all read before the first fault is told, and the others with one are named', async () => {
    const begins = 'SELECT 1;\nCOMMIT;\n'
    const files = Object.fromEntries(
      [1, 2, 3, 4, 5, 6, 7, 8].map((i) => [`${i}_a.sql`, i === 2 ? 'SELECT 1;' : begins]),
    )
    const { location, hint } = await fault(read(files))
    expect(location).toMatchObject({ path: `migrations-${count}/1_a.sql` })
    expect(hint).toContain('remove it, or write BEGIN before')
    expect(hint).toContain('6 more files have errors: 3_a.sql, 4_a.sql, 5_a.sql, 6_a.sql, 7_a.sql …')
  })

  test('may begin with a byte order mark, which is no part of them', async () => {
    const text = '-- UP\r\nSELECT 1;\r\n-- DOWN\r\nSELECT 2;\r\n'
    const [plain, marked] = await read({ '1_a.sql': text, '2_b.sql': `\ufeff${text}` })
    expect(marked?.up).toEqual(plain?.up)
    expect(marked?.checksum).toBe(plain?.checksum)
  })

  test('with a byte order mark have their faults where an editor shows them', async () => {
    const { location } = await fault(read({ '1_a.sql': "\ufeffSELECT 'a" }))
    expect(location).toMatchObject({ line: 1, column: 8, excerpt: "SELECT 'a" })
  })

  test.each<[what: string, bytes: Buffer, line: number, column: number]>([
    ['Latin-1', Buffer.from("-- UP\nSELECT 'é';\n", 'latin1'), 2, 9],
    ['Latin-1 after UTF-8', Buffer.concat([Buffer.from('-- 😀é\n😀'), Buffer.from('ü', 'latin1')]), 2, 2],
    ['half a character', Buffer.from('SELECT 1; -- é').subarray(0, -1), 1, 14],
    ['a lone surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 1, 2],
    ['UTF-16 with a byte order mark', Buffer.from('\ufeffSELECT 1;', 'utf16le'), 1, 1],
  ])('are refused in %s', async (_, bytes, line, column) => {
    expect(await fault(read({ '1_a.sql': bytes }))).toMatchObject({
      code: 'invalid-migration',
      message: 'the file is not valid UTF-8',
      location: { path: `migrations-${count}/1_a.sql`, line, column },
    })
  })

  test('are refused in UTF-16 without a byte order mark, for its NUL bytes', async () => {
    const { message } = await fault(read({ '1_a.sql': Buffer.from('SELECT 1;', 'utf16le') }))
    expect(message).toBe('the file contains a NUL byte')
  })

  test.each(['a.sql', '1.sql', '1-a.sql'])('are refused when one is named %s', async (name) => {
    expect((await fault(read({ [name]: '' }))).message).toContain('is not named like a migration')
  })

  test('are refused when one is a folder or leads nowhere', async () => {
    const one = folder({})
    mkdirSync(join(one, '1_a.sql'))
    expect((await fault(readMigrations(one, root))).message).toContain('is a folder')
    const other = folder({})
    symlinkSync('nowhere', join(other, '1_a.sql'))
    expect((await fault(readMigrations(other, root))).message).toContain('does not exist')
  })

  test('are parsed again only where a file has changed, be it a header or a blank in its DOWN', async () => {
    const file = '-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;\n'
    const path = folder({ '001_a.sql': file, '002_b.sql': file, '003_c.sql': file })
    const before = await readMigrations(path, root)
    writeFileSync(join(path, '002_b.sql'), file.replace('SELECT 2', 'SELECT  2'))
    writeFileSync(join(path, '003_c.sql'), `-- nself: lock-timeout 9s\n${file}`)
    const [a, b, c] = await readMigrations(path, root, before)
    expect(a).toBe(before[0])
    expect(b?.down?.sql).toContain('SELECT  2')
    expect(c?.up.lockTimeout).toBe('9s')
  })

  test('are none where there is no such folder', async () => {
    expect(await readMigrations(join(root, 'none'), root)).toEqual([])
  })
})

describe('a large file', () => {
  const large = `-- UP\n${"SELECT '................................................';\n".repeat(80_000)}`

  test('is parsed again after an edit only', async () => {
    const path = folder({ '001_small.sql': 'SELECT 1;', '002_large.sql': large })
    const before = await readMigrations(path, root)
    const again = await readMigrations(path, root, before)
    expect(again[1]).toBe(before[1])
    writeFileSync(join(path, '002_large.sql'), large.replace("'.", "'-"))
    const [, edited] = await readMigrations(path, root, before)
    expect(edited).not.toBe(before[1])
    expect(edited?.checksum).not.toBe(before[1]?.checksum)
  })

  test('that was edited, also back to its size and time, is another one to whoever runs it', async () => {
    const path = join(folder({ '001_large.sql': large }), '001_large.sql')
    const { atime, mtime } = statSync(path)
    const [file] = await readMigrations(join(path, '..'), root)
    writeFileSync(path, large.replace("'.", "'-"))
    utimesSync(path, atime, mtime)
    expect(file?.up.kind === 'streamed' && file.up.open().isUnchanged()).toBe(false)
    expect(file?.up.kind === 'streamed' && file.up.hold().isUnchanged()).toBe(false)
  })
})

test('an edit of a large file at rest is told by what its folder says of it', async () => {
  const path = join(folder({ '001_large.sql': 'SELECT 1;' }), '001_large.sql')
  vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })
  const text = largeText(path)
  vi.useRealTimers()
  expect(text.isAtRest).toBe(true)
  expect(text.isUntouched()).toBe(true)
  const { atime, mtime } = statSync(path)
  writeFileSync(path, 'SELECT 2;')
  utimesSync(path, atime, mtime)
  expect(text.isUntouched()).toBe(false)
  expect(largeText(path).isAtRest).toBe(false)
})
