import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache, installed, made } from './tool.ts'

/** Exact, so that figures of two days can be compared. */
const rivals = {
  dbmate: '2.36.0',
  'drizzle-orm': '0.45.4',
  'graphile-migrate': '1.4.1',
  knex: '3.3.0',
  'node-pg-migrate': '9.0.0',
  pg: '8.23.1',
}
const nodes = { node22: 'npm:node@22.23.3', node24: 'npm:node@24.21.0' }

/** Installs the rivals, and the nodes that are compared, into the cache folder; what is there already stays. */
export function install(): void {
  add('rivals', rivals)
  add('nodes', nodes)
}

function add(name: string, dependencies: Readonly<Record<string, string>>): void {
  const folder = made(cache, name)
  const manifest = `${JSON.stringify({ private: true, type: 'commonjs', dependencies }, null, 2)}\n`
  const path = join(folder, 'package.json')
  if (existsSync(join(folder, 'node_modules')) && existsSync(path) && readFileSync(path, 'utf8') === manifest) return
  writeFileSync(path, manifest)
  console.error(`Installing ${Object.keys(dependencies).join(', ')}`)
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' })
}

/** The program of a node that was installed. */
export function nodeOf(major: '22' | '24'): string {
  return join(cache, 'nodes', 'node_modules', `node${major}`, 'bin', 'node')
}

/** `name version` of everything that is compared. */
export function versions(): string[] {
  const said = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' }).trim()
  const own = Object.keys(rivals).map((name) => {
    const { version } = JSON.parse(readFileSync(installed(name, 'package.json'), 'utf8')) as { version: string }
    return `${name} ${version}`
  })
  const postgres = said('psql', '--version').replace(/^psql \(PostgreSQL\) (\S+).*/, 'PostgreSQL $1')
  const nodes = [process.execPath, nodeOf('22'), nodeOf('24')].map((node) => `Node ${said(node, '--version').slice(1)}`)
  return [...own, postgres, ...nodes]
}
