import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkout } from '../helpers/cli.ts'

/** The pieces of the build that a command has loaded when it ends. */
function filesLoadedBy(...args: string[]): string[] {
  const listing = `
    process.argv.splice(1, 0, 'nself')
    require('./bin/nself.js')
    const pieces = () => Object.keys(require.cache).filter((path) => /[\\\\/]dist[\\\\/]/.test(path))
    process.on('exit', () => console.log('\\n' + JSON.stringify(pieces())))`
  const { stdout } = spawnSync(process.execPath, ['-e', listing, '--', ...args], { cwd: checkout, encoding: 'utf8' })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

/** The sources of these pieces, as their maps name them; what the bundler adds of its own has none. */
function loadedBy(...args: string[]): string[] {
  const pieces = filesLoadedBy(...args).filter((name) => existsSync(`${name}.map`))
  return pieces.flatMap((name) => JSON.parse(readFileSync(`${name}.map`, 'utf8')).sources)
}

const from = (name: string) => expect.stringContaining(`node_modules/${name}/`)

test('--version loads nothing but itself', () => {
  const sources = loadedBy('--version')
  expect(sources).toContain('../src/cli/main.ts')
  expect(sources).not.toContainEqual(from('commander'))
  expect(sources.length).toBeLessThan(12)
})

test.each([[['--help']], [['db', 'migrate', 'up', '--help']]])('%j loads neither the driver nor chalk', (args) => {
  const sources = loadedBy(...args)
  expect(sources).toContainEqual(from('commander'))
  expect(sources).not.toContainEqual(from('pg'))
  expect(sources).not.toContainEqual(from('chalk'))
})

test('a command that connects loads the driver, and without a terminal not chalk', () => {
  const url = 'postgres://nobody@127.0.0.1:1/none'
  const sources = loadedBy('db', 'migrate', 'status', '--json', '--database-url', url)
  expect(sources).toContainEqual(from('pg'))
  expect(sources).not.toContainEqual(from('chalk'))
})

test('what a command that connects loads is a handful of files', () => {
  const url = 'postgres://nobody@127.0.0.1:1/none'
  expect(filesLoadedBy('db', 'migrate', 'status', '--database-url', url).length).toBeLessThan(10)
})

test('the parser of SQL is left as it is compiled first, for to optimise it takes longer than to parse', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nself-parse-'))
  const columns = Array.from({ length: 100 }, (_, i) => `c${i} numeric(10, 2) NOT NULL DEFAULT ${i}`).join(', ')
  const tables = Array.from({ length: 100 }, (_, i) => `CREATE TABLE t${i} (${columns});\n`).join('')
  mkdirSync(join(folder, 'nself/migrations'), { recursive: true })
  writeFileSync(join(folder, 'nself/migrations/001_tables.sql'), `-- UP\n${tables}`)
  const nself = join(checkout, 'bin/nself.js')
  const args = ['--trace-wasm-compilation-times', nself, 'db', 'check', '--only', 'parse', '--all']
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect(stdout).toContain('using Liftoff')
  expect(stdout).not.toContain('using TurboFan')
})
