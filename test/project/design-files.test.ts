import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { DesignTexts } from '../../src/core/schema/design.ts'
import { readDesignFiles } from '../../src/project/design-files.ts'

const root = mkdtempSync(join(tmpdir(), 'nself-design-'))
afterAll(() => rmSync(root, { recursive: true }))

/** Each line of a text names a file that it needs. */
const lines = async ({ texts }: DesignTexts) => [...texts.values()].flatMap((text) => text.split('\n').filter(Boolean))
const file = (name: string, text: string) => writeFileSync(join(root, name), text)

test('reads a design and what it imports, each file once, and leaves out what does not exist', async () => {
  const [b, c, gone] = ['b', 'c', 'gone'].map((name) => join(root, name)) as [string, string, string]
  file('a', `\ufeff${b}\n${gone}`)
  file('b', `${c}\n${b}`)
  file('c', b)
  const { entry, texts } = await readDesignFiles('a', root, lines)
  expect(entry).toBe(join(root, 'a'))
  expect([...texts]).toEqual([
    [entry, `${b}\n${gone}`],
    [b, `${c}\n${b}`],
    [c, b],
  ])
})

test.each([
  ['nothing.dbml', 'nothing.dbml does not exist', 'nself db schema diagram --output schema.dbml'],
  ['folder', 'folder is a folder, not a file', 'check the path'],
  ['importing', 'folder is a folder, not a file', 'check the path'],
])('tells that a design cannot be read, and why: %s', async (path, message, hint) => {
  mkdirSync(join(root, 'folder'), { recursive: true })
  file('importing', join(root, 'folder'))
  await expect(readDesignFiles(path, root, lines)).rejects.toMatchObject({
    code: 'configuration',
    message,
    hint: expect.stringContaining(hint),
  })
})
