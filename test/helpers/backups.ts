import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { Manifest } from '../../src/core/backup.ts'
import type { Project } from './project.ts'

/** The files of a project's backups folder, sorted, without its .gitignore. */
export function filesIn(project: Project): string[] {
  const folder = backupsOf(project)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name !== '.gitignore')
    .sort()
}

export const backupsOf = (project: Project): string => join(project.root, '_backups')

interface Taken {
  readonly file: string
  readonly path: string
  readonly manifest: Manifest
}

/** Takes a backup and expects that it succeeds. */
export async function backUp(project: Project, ...args: string[]): Promise<Taken> {
  const { result } = JSON.parse(await project.ok('db', 'backup', ...args, '--json')) as { result: Taken }
  return { ...result, path: join(project.root, result.path) }
}

/** Restores and expects that it succeeds; resolves to the name that the old database has now. */
export async function restored(project: Project, ...args: string[]): Promise<string | null> {
  const text = await project.ok('db', 'restore', ...args, '--json')
  return (JSON.parse(text) as { result: { kept: string | null } }).result.kept
}

/** A connection that stays open until the test ends, and what its end is told by. */
export async function connectAs(project: Project, application: string, url = project.url): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: application })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

export const databaseOf = ({ url }: Project): string => new URL(url).pathname.slice(1)

/** Databases whose name begins with that of the project's own, which comes first, in order of their names. */
export async function databasesOf(project: Project): Promise<string[]> {
  const name = databaseOf(project)
  const rows = await project.query(
    `SELECT datname FROM pg_database WHERE datname = '${name}' OR datname ^@ '${name}_' ORDER BY datname`,
  )
  return rows.map((row) => row[0] as string)
}

/** As project.query, in another database of the same server. */
export async function queryIn(project: Project, database: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: project.url.replace(/[^/]*$/, database) })
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

/** As project.until, without a connection to the project's own database, which would be in the way. */
export async function untilOnServer(project: Project, condition: string): Promise<void> {
  while ((await queryIn(project, 'postgres', `SELECT (${condition})`))[0]?.[0] !== true) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Names a folder of pg_dump in the project's env file: one without any, where none is given. */
export function usePgDumpFrom(project: Project, folder = join(project.root, 'no-programs')): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(project.root, '.env'), `NSELF_PG_BIN_DIR=${folder}\n`)
}

/** Puts a pg_dump before the real one in the project's env file, which does as that one and then runs more of bash: $file is the dump. */
export function usePgDumpThat(project: Project, more: string): void {
  const folder = join(project.root, 'programs')
  mkdirSync(folder)
  const where = (name: string) =>
    spawnSync('bash', ['-c', `ls -d /usr/lib/postgresql/*/bin/${name} | tail -1`], { encoding: 'utf8' }).stdout.trim()
  symlinkSync(where('pg_restore'), join(folder, 'pg_restore'))
  const script = `#!/bin/bash\n${where('pg_dump')} "$@" || exit $?\nfor a; do case $a in --file=*) file=\${a#--file=}; ${more};; esac; done\n`
  writeFileSync(join(folder, 'pg_dump'), script, { mode: 0o755 })
  usePgDumpFrom(project, folder)
}

/** The database as pg_dump's plain text, less what differs each time. */
export function dumpText(project: Project, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('pg_dump', [...args, project.url], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(stderr)
  return stdout.replace(/^\\(un)?restrict .*$/gm, '')
}

/** Processes whose arguments hold a text, by number and arguments; Linux only, as the older servers. */
export function processesWith(text: string): { pid: number; args: string; environment: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const read = (file: string) => {
        try {
          return readFileSync(`/proc/${name}/${file}`, 'utf8').replaceAll('\0', ' ')
        } catch {
          return ''
        }
      }
      const args = read('cmdline')
      return args.includes(text) ? [{ pid: Number(name), args, environment: read('environ') }] : []
    })
}
