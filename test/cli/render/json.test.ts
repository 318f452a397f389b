import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { format, jsonResult } from '../../../src/cli/render/json/document.ts'
import { jsonBug, jsonError } from '../../../src/cli/render/json/error.ts'
import { checkout } from '../../helpers/cli.ts'
import { errors, more, results } from './samples.ts'

const golden = (name: string) => join(import.meta.dirname, 'golden', `${name}.json`)
const pretty = (text: string) => `${JSON.stringify(JSON.parse(text), null, 2)}\n`

describe('the document of --json keeps its shape, whatever is renamed inside:', () => {
  test.each(Object.entries({ ...results, ...more }))('%s', async (kind, result) => {
    await expect(pretty(jsonResult(result))).toMatchFileSnapshot(golden(kind))
  })

  test.each(Object.entries(errors))('the error %s', async (name, error) => {
    await expect(pretty(jsonError(error))).toMatchFileSnapshot(golden(`error-${name}`))
  })

  test('a bug', async () => {
    await expect(pretty(jsonBug('TypeError: broken\n    at src/cli/start.ts:1:1'))).toMatchFileSnapshot(
      golden('error-bug'),
    )
  })
})

test('every document says its format and whether all went well', () => {
  for (const result of Object.values({ ...results, ...more }))
    expect(JSON.parse(jsonResult(result))).toMatchObject({ format, ok: true })
  for (const error of Object.values(errors)) expect(JSON.parse(jsonError(error))).toMatchObject({ format, ok: false })
})

test('docs/json.md shows each document as it is', () => {
  const page = readFileSync(join(checkout, 'docs', 'json.md'), 'utf8')
  const shown = new Map(
    [...page.matchAll(/^### `([\w-]+)`\n[\s\S]*?^```json\n([\s\S]*?)^```$/gm)].map((match) => [match[1], match[2]]),
  )
  const names = readdirSync(join(import.meta.dirname, 'golden')).map((file) => file.slice(0, -5))
  expect([...shown.keys()].sort()).toEqual(names.sort())
  for (const [name, text] of shown) {
    expect(existsSync(golden(name ?? ''))).toBe(true)
    expect(text, name).toBe(readFileSync(golden(name ?? ''), 'utf8'))
  }
})
