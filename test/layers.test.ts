import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** Imports may only point right, or stay in their room. */
const mayImport: Record<string, readonly string[]> = {
  cli: ['commands', 'postgres', 'project', 'core'],
  commands: ['postgres', 'project', 'core'],
  postgres: ['core'],
  project: ['core'],
  core: [],
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** @param values without types, which are gone when it runs. */
function importsOf(file: string, values = false): string[] {
  const whole = readFileSync(file, 'utf8')
  const text = values ? whole.replace(/^import type .*$/gm, '') : whole
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string)
}

const roomOf = (file: string) => relative('src', file).split('/')[0] as string

test('imports point in one direction: cli, commands, postgres and project, core', () => {
  const wrong = sources('src').flatMap((file) =>
    importsOf(file)
      .filter((name) => name.startsWith('.') && name.endsWith('.ts'))
      .map((name) => roomOf(join(dirname(file), name)))
      .filter((room) => room !== roomOf(file) && !mayImport[roomOf(file)]?.includes(room))
      .map((room) => `${file} imports from ${room}`),
  )
  expect(wrong).toEqual([])
})

test('core touches nothing but its arguments', () => {
  const wrong = sources('src/core').flatMap((file) => [
    ...importsOf(file, true)
      .filter((name) => !name.startsWith('.') && name !== 'node:crypto')
      .map((name) => `${file} imports ${name}`),
    ...(/\b(process|console)\.|Date\.now|new Date\(\)/.test(readFileSync(file, 'utf8'))
      ? [`${file} reads the world`]
      : []),
  ])
  expect(wrong).toEqual([])
})

test('only cli prints and exits', () => {
  const wrong = sources('src')
    .filter((file) => roomOf(file) !== 'cli')
    .filter((file) => /console\.|process\.exit|process\.std(out|err)/.test(readFileSync(file, 'utf8')))
  expect(wrong).toEqual([])
})
