import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkout } from '../helpers/cli.ts'

/** The text of all that a command has loaded when it ends. */
function loadedBy(...args: string[]): string {
  const listing = `
    process.argv.splice(1, 0, 'nself')
    require('./bin/nself.js')
    const pieces = () => Object.keys(require.cache).filter((path) => /[\\\\/]dist[\\\\/]/.test(path))
    process.on('exit', () => console.log('\\n' + JSON.stringify(pieces())))`
  const { stdout } = spawnSync(process.execPath, ['-e', listing, '--', ...args], { cwd: checkout, encoding: 'utf8' })
  const names: string[] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  return names.map((name) => readFileSync(name, 'utf8')).join('\n')
}

const driver = 'node_modules/pg/lib/'
const chalk = 'ansi256'

test('--version loads nothing but itself', () => {
  const text = loadedBy('--version')
  expect(text).not.toContain('node_modules/commander/lib/')
  expect(text.length).toBeLessThan(8000)
})

test.each([[['--help']], [['db', 'migrate', 'up', '--help']]])('%j loads neither the driver nor chalk', (args) => {
  const text = loadedBy(...args)
  expect(text).toContain('node_modules/commander/lib/')
  expect(text).not.toContain(driver)
  expect(text).not.toContain(chalk)
})

test('a command that connects loads the driver, and without a terminal not chalk', () => {
  const url = 'postgres://nobody@127.0.0.1:1/none'
  const text = loadedBy('db', 'migrate', 'status', '--json', '--database-url', url)
  expect(text).toContain(driver)
  expect(text).not.toContain(chalk)
})
