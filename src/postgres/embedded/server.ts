import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fchownSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { NselfError } from '../../core/errors.ts'
import type { Launcher } from './account.ts'
import type { Binaries } from './binaries.ts'
import { type ClusterSettings, type Folder, readIfExists, writeSettings } from './folder.ts'
import { freePort, isFree } from './port.ts'
import { cannotRun, commandOf, inheritedFiles, lastLines, runProgram } from './program.ts'
import { isAlive, type Postmaster, pidFileOf, readPostmaster } from './status.ts'

/** Recovery after a crash takes as long as there is log to read. */
const startPatience = 120_000
const stopPatience = 60_000

type Tell = (sentence: string) => void

/**
 * Starts the server of a folder where none runs, and waits until it answers. A taken port is changed for
 * a free one, which is kept. Returns the settings it runs with.
 * @throws NselfError `server-failed` with the end of its log.
 */
export async function launch(
  folder: Folder,
  binaries: Binaries,
  launcher: Launcher,
  settings: ClusterSettings,
  tell: Tell,
): Promise<ClusterSettings> {
  const deadline = Date.now() + 10_000
  let current = settings
  for (;;) {
    if (!(await isFree(current.port))) current = await moveTo(await freePort(), current, folder, tell)
    const said = await tryLaunch(folder, binaries, launcher, current.port, tell)
    if (said === null) return current
    // Its port was taken in between, or the last processes of a killed server are still ending.
    const passing = /could not bind|pre-existing shared memory block/.test(said)
    if (!passing || Date.now() > deadline) throw notStarted(folder, said)
    await sleep(200)
  }
}

/**
 * Ends the server: open transactions are rolled back, sessions closed, everything written to disk.
 * @throws NselfError `server-failed` when it may not be ended or is not gone after a minute.
 */
export async function halt(folder: Folder, { pid }: Postmaster, binaries: () => Binaries): Promise<void> {
  if (process.platform === 'win32') {
    const plain = { account: null, prefix: [] }
    await runProgram(plain, binaries().pgCtl, ['stop', '-D', folder.data, '-m', 'fast', '-W'])
  } else {
    signalFast(pid)
  }
  const gone = await poll(stopPatience, () => (readPostmaster(folder)?.pid === pid ? undefined : true))
  if (gone === true) return
  throw new NselfError('server-failed', `PostgreSQL (process ${pid}) did not stop within a minute`, {
    hint: `see the end of ${folder.log}, then try again`,
  })
}

/**
 * Waits until a server that is starting answers, or one that is stopping is gone: then null.
 * @throws NselfError `server-failed` after two minutes.
 */
export async function settle(folder: Folder, tell: Tell): Promise<Postmaster | null> {
  const settled = await pollStart(folder, tell, () => {
    const postmaster = readPostmaster(folder)
    return postmaster === null || postmaster.ready ? { postmaster } : undefined
  })
  return settled.postmaster
}

/** Null when it answers, else what it wrote to its log before it ended. */
async function tryLaunch(folder: Folder, binaries: Binaries, launcher: Launcher, port: number, tell: Tell) {
  const log = openSync(folder.log, 'a+', 0o600)
  try {
    if (launcher.account !== null) fchownSync(log, launcher.account.uid, launcher.account.gid)
    const before = fstatSync(log).size
    const child = spawnServer(folder, binaries, launcher, port, log)
    const end = endOf(child)
    const { said } = await pollStart(folder, tell, () => {
      if (readPostmaster(folder)?.ready === true) return { said: null }
      if (end.error !== undefined) throw cannotRun(binaries.postgres, end.error)
      return end.reached ? { said: endOfLog(log, before) } : undefined
    })
    return said
  } finally {
    closeSync(log)
  }
}

/** What becomes of a child, to be looked at while waiting for something else. It does not hold up our end. */
function endOf(child: ChildProcess): { reached: boolean; error?: Error } {
  const end: { reached: boolean; error?: Error } = { reached: false }
  child.on('error', (error) => {
    end.error = error
  })
  child.on('exit', (code) => {
    // pg_ctl on Windows ends well and leaves the server behind.
    end.reached = process.platform !== 'win32' || code !== 0
  })
  child.unref()
  return end
}

async function pollStart<T>(folder: Folder, tell: Tell, ask: () => T | undefined): Promise<T> {
  let told = false
  const answer = await poll(startPatience, (elapsed) => {
    if (!told && elapsed > 2_000) tell('Waiting for PostgreSQL to be ready')
    told ||= elapsed > 2_000
    return ask()
  })
  if (answer !== undefined) return answer
  throw new NselfError('server-failed', 'PostgreSQL runs, but was not ready after two minutes', {
    hint: `see the end of ${folder.log}, then try again`,
  })
}

function endOfLog(log: number, before: number): string {
  const size = fstatSync(log).size
  const from = Math.max(before, size - 65_536)
  const buffer = Buffer.alloc(size - from)
  readSync(log, buffer, 0, buffer.length, from)
  return buffer.toString('utf8')
}

function spawnServer(folder: Folder, binaries: Binaries, launcher: Launcher, port: number, log: number) {
  // On Windows only pg_ctl can give up an administrator's rights, which the server refuses.
  const control = process.platform === 'win32'
  const [program, args] = control
    ? [binaries.pgCtl, ['start', '-D', folder.data, '-l', folder.log, '-W', '-o', `-p ${port}`]]
    : [binaries.postgres, ['-D', folder.data, '-p', String(port)]]
  const command = commandOf(launcher, program, args)
  const stdio: ('ignore' | number)[] = control ? ['ignore', 'ignore', 'ignore'] : ['ignore', log, log]
  for (const pipe of inheritedFiles()) stdio[pipe] = log
  // Its own session, and no pipe of ours: it outlives this command, its terminal and Ctrl-C.
  return spawn(command.file, command.args, { ...command.options, detached: true, stdio: Array.from(stdio, orIgnored) })
}

const orIgnored = (file: 'ignore' | number | undefined) => file ?? 'ignore'

/**
 * A stale `postmaster.pid` whose number another program has now would stop the server from starting.
 * Its own parent's number does not; so it still looks for shared memory in use before it goes on.
 * Only for a holder of the lock who saw that no server runs.
 */
export function disarmPidFile(folder: Folder): void {
  const path = pidFileOf(folder)
  const text = readIfExists(path)
  if (text === null) return
  const pid = Number.parseInt(text, 10)
  if (pid > 0 && !isAlive(pid)) return
  if (!(pid > 0) || process.platform === 'win32') rmSync(path, { force: true })
  else writeFileSync(path, text.replace(/^\s*-?\d+/, String(process.pid)))
}

async function moveTo(port: number, settings: ClusterSettings, folder: Folder, tell: Tell): Promise<ClusterSettings> {
  tell(`Port ${settings.port} is used by another program: PostgreSQL now uses port ${port}`)
  const moved = { ...settings, port }
  writeSettings(folder.settings, moved)
  return moved
}

function signalFast(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch (error) {
    throw new NselfError('server-failed', `PostgreSQL (process ${pid}) cannot be stopped: another user started it`, {
      hint: 'stop it as that user',
      cause: error,
    })
  }
}

function notStarted(folder: Folder, said: string): NselfError {
  return new NselfError('server-failed', `PostgreSQL did not start. The end of its log:\n${lastLines(said)}`, {
    hint: `the whole log is ${folder.log}; or set DATABASE_URL to use another server`,
  })
}

/** Asks every few milliseconds until the answer is not undefined; undefined when the time is over. */
async function poll<T>(patience: number, ask: (elapsed: number) => T | undefined): Promise<T | undefined> {
  const begin = Date.now()
  for (;;) {
    const elapsed = Date.now() - begin
    const answer = ask(elapsed)
    if (answer !== undefined || elapsed > patience) return answer
    await sleep(elapsed < 1_000 ? 10 : 50)
  }
}
