import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseDesign } from '../../src/parsers/dbml/parse-design.ts'
import { designKey, keepDesign, readKeptDesign } from '../../src/project/kept-designs.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const nameOf = (path: string) => path.slice(1)
const textsOf = (text: string) => ({ entry: '/a.dbml', texts: new Map([['/a.dbml', text]]) })
const large = (name: string) =>
  Array.from({ length: 2000 }, (_, i) => `Table ${name}${i} {\n  id int [pk, default: \`f()\`, note: 'n']\n}\n`).join(
    '',
  )

test('a large design is what it was when it is read again', async () => {
  const texts = textsOf(`Enum mood {\n  ok\n}\n${large('t')}Ref: t1.id > t0.id\nRecords t0(id) {\n  1\n}\n`)
  const design = await parseDesign(texts, nameOf)
  const key = designKey(texts, nameOf) ?? ''
  keepDesign(join(folder, 'new'), key, design)
  expect(readKeptDesign(join(folder, 'new'), key)).toEqual(design)
  expect(statSync(join(folder, 'new', `${key}.design`)).mode & 0o777).toBe(0o600)
})

test('another text, another name of a file and a small design are told apart', () => {
  const key = designKey(textsOf(large('t')), nameOf)
  expect(designKey(textsOf(large('u')), nameOf)).not.toBe(key)
  expect(designKey(textsOf(large('t')), (path) => `x${path}`)).not.toBe(key)
  expect(designKey(textsOf('Table t {\n  id int\n}\n'), nameOf)).toBeNull()
})

test('what is not as it was written is not read, and the oldest go', async () => {
  const design = await parseDesign(textsOf('Table t {\n  id int\n}\n'), nameOf)
  keepDesign(folder, 'damaged', design)
  appendFileSync(join(folder, 'damaged.design'), ' ')
  expect(readKeptDesign(folder, 'damaged')).toBeNull()
  expect(readKeptDesign(folder, 'missing')).toBeNull()
  for (let i = 0; i < 12; i++) keepDesign(folder, `k${i}`, design)
  expect(readdirSync(folder)).toHaveLength(8)
})
