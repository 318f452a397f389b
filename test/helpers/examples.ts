import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkout } from './cli.ts'
import type { Project } from './project.ts'

/** The programs in a page of docs/, each with the name of its file in its first line. */
export function examplesIn(page: string): { readonly name: string; readonly text: string }[] {
  const text = readFileSync(join(checkout, 'docs', page), 'utf8')
  return [...text.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => ({ name, text }))
}

/** Has a project find these packages as if it had installed them. */
export function linkPackages({ root }: Pick<Project, 'root'>, names: readonly string[]): void {
  mkdirSync(join(root, 'node_modules'))
  for (const name of names) {
    const target = name === 'nself' ? checkout : join(checkout, 'node_modules', name)
    symlinkSync(target, join(root, 'node_modules', name))
  }
}

/** Runs node in the project, with its database as that of the environment. */
export function ran({ root, url }: Pick<Project, 'root' | 'url'>, args: readonly string[]) {
  const env = { PATH: process.env.PATH, DATABASE_URL: url, NO_COLOR: '1' }
  return promisify(execFile)(process.execPath, args, { cwd: root, env })
}
