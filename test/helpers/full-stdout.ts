import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { program } from './cli.ts'
import type { Project } from './project.ts'

/** Runs the built program in a project with a stdout that takes nothing, as that of a full disk. */
export function withFullStdout({ root, url }: Pick<Project, 'root' | 'url'>, args: readonly string[]) {
  const stdout = openSync('/dev/full', 'w')
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', stdout, 'pipe'],
    encoding: 'utf8',
  })
  closeSync(stdout)
  return { status, stderr }
}
