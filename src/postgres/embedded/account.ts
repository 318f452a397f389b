import { realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { inheritedEnvironment } from '../driver/inherited-environment.ts'
import type { Binaries } from './binaries.ts'
import { readIfExists } from './folder.ts'

/** Who runs PostgreSQL, which refuses to run as root. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** How a program of PostgreSQL is started: what stands before it, and as whom. */
export interface Launcher {
  /** Null: as the user who runs this tool. */
  readonly account: Account | null
  /** A command that hands over to the program in its arguments; empty for none. */
  readonly prefix: readonly string[]
}

type Capability = 'dac_read_search' | 'dac_override'
const bits = { dac_override: 1n << 1n, dac_read_search: 1n << 2n, setpcap: 1n << 8n }

/**
 * The account for a data folder. Null for an ordinary user, who runs it himself; for root the owner of the folder
 * when there is one already, else `postgres`, else `nobody`.
 * @throws NselfError `server-failed` for a root on a system with neither.
 */
export function accountFor(data: string): Account | null {
  if (process.getuid?.() !== 0) return null
  const owner = statSync(data, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0) return { name: String(owner.uid), uid: owner.uid, gid: owner.gid }
  const users = (readIfExists('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'))
  for (const wanted of ['postgres', 'nobody']) {
    const [name, , uid, gid] = users.find((fields) => fields[0] === wanted) ?? []
    if (name !== undefined && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new NselfError('server-failed', 'PostgreSQL refuses to run as root, and there is no user postgres or nobody', {
    hint: 'run nself as an ordinary user, or set DATABASE_URL',
  })
}

/**
 * How that account can run the programs on the data folder, which must exist. Where a folder on the way
 * is closed to it, the programs get the one capability they need to pass.
 * @throws NselfError `server-failed` that names the folder, when root may not hand on that capability.
 */
export function launcherFor(account: Account | null, data: string, binaries: Binaries): Launcher {
  if (account === null) return { account, prefix: [] }
  const closed = [data, dirname(binaries.postgres), binaries.libraries]
    .map((path) => closedFolder(realpathSync(path), account))
    .find((path) => path !== null)
  // The right to search folders does not cover the right to execute.
  const sealed = [binaries.postgres, binaries.initdb].find((path) => !may(statSync(path), account, 5))
  if (closed === undefined && sealed === undefined) return { account, prefix: [] }
  const setpriv = (inheritedEnvironment().PATH ?? '')
    .split(':')
    .map((folder) => join(folder, 'setpriv'))
    .find((path) => statSync(path, { throwIfNoEntry: false }) !== undefined)
  const needed: Capability[] = sealed === undefined ? ['dac_read_search', 'dac_override'] : ['dac_override']
  const capability = needed.find((name) => mayHandOn(name))
  if (setpriv === undefined || capability === undefined) throw blocked(account, closed ?? sealed ?? data)
  return { account, prefix: [setpriv, ...setprivArguments(account, capability)] }
}

function setprivArguments({ uid, gid }: Account, capability: Capability): string[] {
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    `--inh-caps=+${capability}`,
    `--ambient-caps=+${capability}`,
    // Else access(2), with which PostgreSQL looks at its own programs, ignores the capability.
    '--securebits=+no_setuid_fixup',
    '--',
  ]
}

function blocked(account: Account, path: string): NselfError {
  return new NselfError(
    'server-failed',
    `PostgreSQL refuses to run as root, and the user ${account.name} may not enter ${path}`,
    {
      hint: `run nself as an ordinary user, move the project to a folder that ${account.name} may enter, or set DATABASE_URL`,
    },
  )
}

/** The topmost folder on the way, the last included, that the account cannot pass. */
function closedFolder(path: string, account: Account): string | null {
  const parent = dirname(path)
  const above = parent === path ? null : closedFolder(parent, account)
  return above ?? (may(statSync(path), account, 1) ? null : path)
}

/** Whether the mode grants these rights (4 read, 1 execute or search) to the account. */
function may(file: Stats, account: Account, rights: number): boolean {
  const shift = file.uid === account.uid ? 6 : file.gid === account.gid ? 3 : 0
  return ((file.mode >> shift) & rights) === rights
}

function mayHandOn(capability: Capability): boolean {
  const status = readIfExists('/proc/self/status') ?? ''
  // setpcap is what it takes to hand on any.
  const wanted = bits[capability] | bits.setpcap
  return ['CapBnd', 'CapPrm'].every((set) => {
    const mask = new RegExp(`^${set}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1]
    return mask !== undefined && (BigInt(`0x${mask}`) & wanted) === wanted
  })
}
