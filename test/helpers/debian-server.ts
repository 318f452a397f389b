import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { freePort } from '../../src/postgres/embedded/port.ts'

/** A server of the machine's own PostgreSQL, which has what npm's lacks: sockets, TLS, pg_basebackup. */
export interface DebianServer {
  readonly port: number
  /** Where its socket is, and its certificates: `root.crt` is that of the issuer, `other.crt` of another one. */
  readonly folder: string
}

const bin = (): string => {
  const major = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a))[0]
  return `/usr/lib/postgresql/${major}/bin`
}

const asRoot = process.getuid?.() === 0

/** Runs one of the server's programs; none of them runs as root. */
function run(program: string, args: readonly string[]): void {
  const [command, ...rest] = asRoot
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', join(bin(), program)]
    : [join(bin(), program)]
  execFileSync(command as string, [...rest, ...args], { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' })
}

function own(path: string): void {
  if (!asRoot) return
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString())
  chownSync(path, id('-u'), id('-g'))
}

/** Certificates for `localhost`, made by openssl as an administrator would. */
function certify(folder: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder })
  for (const name of ['root', 'other'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    )
  openssl(
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  )
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost')
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'root.crt',
    '-CAkey',
    'root.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'server.crt',
  )
  chmodSync(join(folder, 'server.key'), 0o600)
  for (const name of ['server.key', 'server.crt']) own(join(folder, name))
}

interface Wanted {
  /** The lines of pg_hba.conf. */
  readonly hba: readonly string[]
  readonly tls: boolean
}

/** Makes and starts one for the tests of a file; the superuser is postgres, its password `secret`. */
export async function startDebian({ hba, tls }: Wanted): Promise<DebianServer> {
  const folder = mkdtempSync(join(tmpdir(), 'nself-debian-'))
  chmodSync(folder, 0o755)
  own(folder)
  const data = join(folder, 'data')
  writeFileSync(join(folder, 'password'), 'secret', { mode: 0o644 })
  run('initdb', [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    `--pwfile=${join(folder, 'password')}`,
    '-E',
    'UTF8',
    '--locale=C',
    '-N',
  ])
  if (tls) certify(folder)
  const port = await freePort()
  const settings = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1, ::1'",
    `unix_socket_directories = '${folder}'`,
    'fsync = off',
    ...(tls ? ['ssl = on', `ssl_cert_file = '${folder}/server.crt'`, `ssl_key_file = '${folder}/server.key'`] : []),
  ]
  appendFileSync(join(data, 'postgresql.conf'), `${settings.join('\n')}\n`)
  writeFileSync(join(data, 'pg_hba.conf'), `${hba.join('\n')}\n`)
  begin(folder)
  return { port, folder }
}

function begin(folder: string): void {
  const control = (action: string, ...more: string[]) =>
    run('pg_ctl', ['-D', join(folder, 'data'), '-l', join(folder, 'log'), '-w', ...more, action])
  control('start')
  afterAll(() => {
    control('stop', '-m', 'immediate')
    rmSync(folder, { recursive: true, force: true })
  })
}

/** Starts a hot standby of a server. */
export async function startStandby(primary: DebianServer): Promise<DebianServer> {
  const folder = mkdtempSync(join(tmpdir(), 'nself-standby-'))
  chmodSync(folder, 0o755)
  own(folder)
  const data = join(folder, 'data')
  run('pg_basebackup', [
    '-D',
    data,
    '-R',
    '-c',
    'fast',
    '-X',
    'stream',
    '-d',
    `host=${primary.folder} port=${primary.port} user=postgres`,
  ])
  const port = await freePort()
  appendFileSync(join(data, 'postgresql.auto.conf'), `port = ${port}\nunix_socket_directories = '${folder}'\n`)
  begin(folder)
  return { port, folder }
}
