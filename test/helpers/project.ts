import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { open as openProject } from '../../src/library/open.ts'
import type { Binaries } from '../../src/postgres/embedded/binaries.ts'
import { startEmbedded, stopEmbedded } from '../../src/postgres/embedded/embedded.ts'
import { folderOf } from '../../src/postgres/embedded/folder.ts'
import { readPostmaster } from '../../src/postgres/embedded/status.ts'
import {
  checkout,
  type Env,
  environment,
  type Finished,
  type Running,
  start,
  startAtTerminal,
  type Terminal,
} from './cli.ts'
import { startOwnServer, type TestServer } from './own-server.ts'

export interface Project {
  readonly root: string
  /** Of the test's own database. */
  readonly url: string
  /** Writes files into nself/migrations; null removes one. */
  readonly write: (files: Record<string, string | null>) => void
  /** Runs the built binary in the project. */
  readonly nself: (...args: string[]) => Promise<Finished>
  /** Applies what is pending in this process, for a test of something else: to start a program costs three times as much. */
  readonly up: () => Promise<void>
  /** As nself, and expects exit status 0. */
  readonly ok: (...args: string[]) => Promise<string>
  /** Runs nself with more variables in its environment, or with something piped into it. */
  readonly run: (args: readonly string[], given: { env?: Env; input?: string }) => Promise<Finished>
  /** Starts nself and does not wait for its end. */
  readonly start: (...args: string[]) => Running
  readonly atTerminal: (...args: string[]) => Terminal
  readonly query: (sql: string) => Promise<unknown[][]>
  /** The same in another database of the server, from which this one can be copied. */
  readonly queryBeside: (sql: string) => Promise<unknown[][]>
  /** A connection that stays open until the test ends. */
  readonly connect: () => Promise<pg.Client>
  /** Asks again and again until the condition is true. */
  readonly until: (condition: string) => Promise<void>
  /** Names of the tables outside of PostgreSQL's and the tool's own schemas, sorted. */
  readonly tables: () => Promise<string[]>
  /** `name status` of each migration, asked in this process. */
  readonly statuses: () => Promise<string[]>
}

/** One server for the tests of a file; each project has a folder and a database of its own. */
export function useServer(binaries?: () => Binaries) {
  return useServerFrom((folder) => startOwnServer(folder, binaries))
}

/** The same with a server from elsewhere; `start` is given a folder that is removed in the end. */
export function useServerFrom(start: (folder: string) => Promise<TestServer>) {
  let folder = ''
  let server: TestServer | null = null
  let count = 0
  const make = async (template?: string): Promise<Project> => {
    const name = `test_${++count}`
    const { url } = server as TestServer
    await query(url, `CREATE DATABASE ${name}${template === undefined ? '' : ` TEMPLATE ${template}`}`)
    return projectAt(join(folder, name), url.replace(/[^/]+$/, name))
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nself-cli-'))
    server = await start(folder)
  })

  afterAll(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })

  return {
    /** Stops it as a crash would. */
    crash: async () => {
      const postmaster = () => readPostmaster(folderOf(join(folder, '.nself')))
      const running = postmaster()
      if (running !== null) process.kill(running.pid, 'SIGQUIT')
      while (postmaster() !== null) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    startAgain: async () => {
      await startEmbedded({ home: join(folder, '.nself') })
    },
    /** Starts it again as a hot standby whose primary is gone. */
    becomeStandby: async () => {
      const home = join(folder, '.nself')
      await stopEmbedded(home)
      writeFileSync(join(folderOf(home).data, 'standby.signal'), '')
      await startEmbedded({ home })
    },
    /** A project with these files in nself/migrations, or with a copy of the sample project. */
    project: async (files: Record<string, string> | 'sample'): Promise<Project> => {
      const made = await make()
      mkdirSync(join(made.root, 'nself', 'migrations'), { recursive: true })
      if (files === 'sample') cpSync(join(checkout, 'nself'), join(made.root, 'nself'), { recursive: true })
      else made.write(files)
      return made
    },
    /** A project that is another's twin, database and folder. Nobody may be connected to that one. */
    twin: async (of: Project): Promise<Project> => {
      const made = await make(new URL(of.url).pathname.slice(1))
      cpSync(of.root, made.root, { recursive: true })
      return made
    },
    /** Removes a project, for a test that makes many, with what restores have left of it. */
    remove: async ({ root, url }: Project): Promise<void> => {
      const { url: home } = server as TestServer
      const name = new URL(url).pathname.slice(1)
      const found = await query(
        home,
        `SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname = '${name}' OR datname ^@ '${name}_'`,
      )
      for (const [sql] of found) await query(home, sql as string)
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function projectAt(root: string, url: string): Project {
  const env = { DATABASE_URL: url }
  const nself = (...args: string[]) => start(root, args, env).finished
  const ok = async (...args: string[]) => {
    const { code, stdout, stderr } = await nself(...args)
    expect(code, stdout + stderr).toBe(0)
    return stdout
  }
  const opened = () => openProject({ cwd: root, env: environment(env) })
  return {
    root,
    url,
    nself,
    up: async () => void (await opened().up()),
    ok,
    run: (args, given) => start(root, args, { ...env, ...given.env }, given.input).finished,
    start: (...args) => start(root, args, env),
    atTerminal: (...args) => startAtTerminal(root, args, env),
    write: (files) => {
      for (const [name, text] of Object.entries(files)) {
        const path = join(root, 'nself', 'migrations', name)
        if (text === null) rmSync(path)
        else writeFileSync(path, text)
      }
    },
    query: (sql) => query(url, sql),
    queryBeside: (sql) => query(url.replace(/[^/]*$/, 'postgres'), sql),
    connect: async () => {
      const client = await open(url)
      onTestFinished(() => client.end())
      return client
    },
    until: (condition) =>
      connected(url, async (client) => {
        const isTrue = async () => (await client.query<{ is: boolean }>(`SELECT (${condition}) AS is`)).rows[0]?.is
        while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20))
      }),
    tables: async () => {
      const rows = await query(
        url,
        `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p')
         AND nspname NOT IN ('information_schema', 'nself') AND nspname !~ '^pg_' ORDER BY 1`,
      )
      return rows.map((row) => row[0] as string)
    },
    statuses: async () => {
      const { migrations } = await opened().status()
      return migrations.map(({ name, status }) => `${name} ${status}`)
    },
  }
}

function query(url: string, sql: string): Promise<unknown[][]> {
  return connected(url, async (client) => (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows)
}

/** A connection for as long as `use` needs it. */
export async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await open(url)
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}
