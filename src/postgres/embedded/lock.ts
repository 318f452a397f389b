import { closeSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { NselfError } from '../../core/errors.ts'
import { isErrno } from './folder.ts'
import { isAlive } from './status.ts'

/** A live holder touches its lock every two seconds; one this old was left by a killed machine. */
const staleAfter = 30_000

/**
 * Runs the work while no other process runs its own under the same lock file.
 * @param onWait told once, in a sentence, who is waited for.
 * @throws NselfError `locked` after `patience` milliseconds, and whatever the work throws.
 */
export async function withLock<T>(
  path: string,
  onWait: (sentence: string) => void,
  work: () => Promise<T>,
  patience = 120_000,
): Promise<T> {
  const token = `${process.pid} ${hostname()} ${Math.random()}\n`
  await acquire(path, token, onWait, patience)
  const beat = setInterval(() => touch(path), 2_000)
  beat.unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    if (read(path) === token) rmSync(path, { force: true })
  }
}

async function acquire(path: string, token: string, onWait: (sentence: string) => void, patience: number) {
  const deadline = Date.now() + patience
  for (let waited = 0; ; waited++) {
    if (create(path, token)) return
    if (isStale(path)) removeStale(path)
    const holder = `process ${pidIn(read(path)) ?? '?'}`
    if (waited === 5) onWait(`Waiting for ${holder}, which is starting or stopping this server`)
    if (Date.now() > deadline) {
      throw new NselfError('locked', `${holder} has been starting or stopping this project's PostgreSQL for too long`, {
        hint: `end that process and try again; its lock is ${path}`,
      })
    }
    await sleep(50)
  }
}

function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

function isStale(path: string): boolean {
  if ((ageOf(path) ?? 0) > staleAfter) return true
  const text = read(path)
  const pid = pidIn(text)
  // Another machine's or container's numbers mean nothing here.
  return pid !== null && text?.includes(` ${hostname()} `) === true && !isAlive(pid)
}

/** Only one process at a time may remove, or the second would remove the lock of the first's successor. */
function removeStale(path: string): void {
  const guard = `${path}.break`
  try {
    closeSync(openSync(guard, 'wx', 0o600))
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    if ((ageOf(guard) ?? 0) > staleAfter) rmSync(guard, { force: true })
    return
  }
  try {
    if (isStale(path)) rmSync(path, { force: true })
  } finally {
    rmSync(guard, { force: true })
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // The work goes on: it renames and is safe without the lock.
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function ageOf(path: string): number | null {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? null : Date.now() - found.mtimeMs
}

/** Null while the file is still empty: its maker is between two system calls. */
function pidIn(text: string | null): number | null {
  const pid = Number.parseInt(text ?? '', 10)
  return pid > 0 ? pid : null
}
