import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { NselfError } from '../../src/core/errors.ts'
import { findRoot } from '../../src/project/find-root.ts'
import { loadSettings } from '../../src/project/settings.ts'

const top = mkdtempSync(join(tmpdir(), 'nself-settings-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))

type Files = Record<string, string>
type Env = Record<string, string>

function project(files: Files = {}): string {
  const root = mkdtempSync(join(top, 'project-'))
  mkdirSync(join(root, 'nself'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

function errorOf(action: () => unknown): NselfError {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(NselfError)
    expect(error).toMatchObject({ code: 'configuration', hint: expect.stringMatching(/./) })
    return error as NselfError
  }
  throw new Error('nothing was thrown')
}

const empty = project()
const fromUrl = (flagUrl: string, env: Env = {}) => loadSettings({ cwd: empty, env, flagUrl }).target

describe('the root', () => {
  test('is the nearest folder upwards with a folder nself/', () => {
    const root = project({ 'a/b/c.txt': '', 'a/nself': 'a file' })
    expect(findRoot(join(root, 'a/b'))).toBe(root)
    expect(findRoot(root)).toBe(root)
    mkdirSync(join(root, 'a/b/nself'))
    expect(findRoot(join(root, 'a/b/nself'))).toBe(join(root, 'a/b'))
  })

  test('is an error when there is none', () => {
    expect(findRoot(top)).toBeNull()
    expect(() => loadSettings({ cwd: top, env: {} })).toThrow(
      expect.objectContaining({ code: 'no-project', hint: expect.stringContaining('nself init ') }),
    )
  })
})

describe('the environment', () => {
  const url = 'DATABASE_URL=postgres://h/d\n'
  test.each<[string, Files, Env, string | undefined, string, string]>([
    ['default', {}, {}, undefined, 'local', 'default'],
    ['the flag first', { '.env': 'ENV=dev' }, { ENV: 'local', ENVIRONMENT: 'local' }, 'prod', 'production', '--env'],
    ['ENV before ENVIRONMENT', {}, { ENV: 'stage', ENVIRONMENT: 'prod' }, undefined, 'staging', 'ENV'],
    ['ENVIRONMENT', { '.env': 'ENV=dev' }, { ENVIRONMENT: 'Prod' }, undefined, 'production', 'ENVIRONMENT'],
    ['.env', { '.env': 'ENVIRONMENT=prod' }, {}, undefined, 'production', '.env'],
    ['.env.dev wins', { '.env': 'ENV=prod', '.env.dev': 'ENV=stage' }, {}, undefined, 'staging', '.env.dev'],
    ['not .env.local', { '.env.local': 'ENV=prod' }, {}, undefined, 'local', 'default'],
  ])('%s', (_, files, env, flagEnvironment, environment, environmentSource) => {
    const cwd = project({ ...files, '.env': `${url}${files['.env'] ?? ''}` })
    expect(loadSettings({ cwd, env, flagEnvironment })).toMatchObject({ environment, environmentSource })
  })

  test.each<[string, Files, Env, string | undefined]>([
    ['--env', {}, {}, 'lcoal'],
    ['--env', {}, {}, ''],
    ['ENV', {}, { ENV: 'lcoal' }, undefined],
    ['ENV in .env', { '.env': 'ENV=lcoal' }, {}, undefined],
  ])('a typo in %s is an error that says where', (source, files, env, flagEnvironment) => {
    const error = errorOf(() => loadSettings({ cwd: project(files), env, flagEnvironment }))
    expect(error.message).toMatch(/^unknown environment "(lcoal)?" \(/)
    expect(error.message).toContain(`(${source})`)
  })
})

describe('the folders', () => {
  test('have defaults, and resolve from the root', () => {
    const root = project({ 'sub/x': '', '.env': 'NSELF_SEEDS_DIR=db/seeds\n' })
    const cwd = join(root, 'sub')
    expect(loadSettings({ cwd, env: {} })).toMatchObject({
      root,
      environment: 'local',
      environmentSource: 'default',
      migrationsDir: join(root, 'nself/migrations'),
      seedsDir: join(root, 'db/seeds'),
      backupsDir: join(root, '_backups'),
      pgBinDir: null,
      target: { kind: 'embedded', home: join(root, '.nself') },
    })
    const env = { NSELF_MIGRATIONS_DIR: '/somewhere/else', NSELF_SEEDS_DIR: '../seeds', NSELF_BACKUPS_DIR: '/mnt' }
    const moved = { migrationsDir: '/somewhere/else', seedsDir: join(top, 'seeds'), backupsDir: '/mnt' }
    expect(loadSettings({ cwd, env })).toMatchObject(moved)
  })
})

describe('env files', () => {
  const names = ['.env', '.env.dev', '.env.local', '.env.staging', '.env.prod', '.secrets']
  test.each([
    ['local', ['.env', '.env.dev', '.env.local']],
    ['staging', ['.env', '.env.dev', '.env.staging']],
    ['production', ['.env', '.env.dev', '.env.prod', '.secrets']],
  ])('of %s: later wins, the process environment wins over all', (flagEnvironment, order) => {
    const all: Files = Object.fromEntries(names.map((name) => [name, `POSTGRES_HOST="${name}"\nPOSTGRES_DB=d\n`]))
    for (let count = order.length; count > 0; count--) {
      const last = order[count - 1]
      const kept = Object.entries(all).filter(([name]) => !order.includes(name) || order.indexOf(name) < count)
      const cwd = project(Object.fromEntries(kept))
      const { target } = loadSettings({ cwd, env: { POSTGRES_PORT: '' }, flagEnvironment })
      expect(target).toMatchObject({ host: last, source: `POSTGRES_HOST in ${last}` })
      const env = { POSTGRES_HOST: 'process' }
      expect(loadSettings({ cwd, env, flagEnvironment }).target).toMatchObject({
        host: 'process',
        source: 'POSTGRES_HOST',
      })
    }
  })

  test('name the server together: the URL of a lower one does not beat the host of a higher one', () => {
    const cwd = project({
      '.env': 'DATABASE_URL=postgres://u@lower/d\n',
      '.env.staging': 'POSTGRES_HOST=higher\nPOSTGRES_DB=d\n',
    })
    const hostOf = (env: Env, flagEnvironment: string) => loadSettings({ cwd, env, flagEnvironment }).target
    expect(hostOf({}, 'local')).toMatchObject({ host: 'lower' })
    expect(hostOf({}, 'staging')).toMatchObject({ host: 'higher' })
    expect(hostOf({ PGHOST: 'shell' }, 'local')).toMatchObject({ host: 'lower' })
    expect(hostOf({ DATABASE_URL: 'postgres://u@process/d' }, 'staging')).toMatchObject({ host: 'process' })
  })

  test('that cannot be read are an error that names the file', () => {
    const cwd = project({ '.env.local/x': '' })
    expect(errorOf(() => loadSettings({ cwd, env: {} })).message).toBe(
      'cannot read .env.local: it is a folder (EISDIR)',
    )
    expect(() => loadSettings({ cwd, env: { DATABASE_URL: 'postgres://h/d' }, flagEnvironment: 'prod' })).not.toThrow()
  })
})

describe('the server', () => {
  const parts = { POSTGRES_HOST: 'p', POSTGRES_PORT: '6000', POSTGRES_USER: 'pu', POSTGRES_PASSWORD: 'pw' }
  const pg = { PGHOST: 'g', PGPORT: '7000', PGUSER: 'gu', PGPASSWORD: 'gp', PGDATABASE: 'gd' }
  const defaults = { kind: 'server', host: 'localhost', port: 5432, user: 'postgres', password: null }
  test.each<[string, Env, unknown]>([
    ['DATABASE_URL first', { DATABASE_URL: 'postgres://u@h', ...parts, ...pg }, { host: 'h', source: 'DATABASE_URL' }],
    [
      'then POSTGRES_*, not mixed with PG*',
      { ...pg, ...parts },
      {
        kind: 'server',
        host: 'p',
        port: 6000,
        user: 'pu',
        password: 'pw',
        database: 'pu',
        source: 'POSTGRES_HOST',
      },
    ],
    [
      'then PG*',
      { ...pg, PGSSLMODE: 'require' },
      {
        kind: 'server',
        host: 'g',
        port: 7000,
        user: 'gu',
        password: 'gp',
        database: 'gd',
        ssl: 'require',
        source: 'PGHOST',
      },
    ],
    ['POSTGRES_DB alone', { POSTGRES_DB: 'd' }, { ...defaults, database: 'd', source: 'POSTGRES_DB' }],
    ['PGDATABASE alone', { PGDATABASE: 'd' }, { ...defaults, database: 'd', source: 'PGDATABASE' }],
    ['not POSTGRES_PASSWORD alone', { POSTGRES_PASSWORD: 'x', POSTGRES_PORT: '1' }, { kind: 'embedded' }],
    ['not PGUSER alone', { PGUSER: 'x', PGPASSWORD: 'y', PGPORT: '1' }, { kind: 'embedded' }],
    ['not empty ones of libpq', { PGHOST: '', PGDATABASE: '' }, { kind: 'embedded' }],
  ])('%s', (_, env, target) => {
    const found = loadSettings({ cwd: empty, env }).target
    expect(found).toMatchObject(target as object)
    if (env.DATABASE_URL === undefined && found.kind === 'server') expect(found).toEqual(target)
  })

  test.each(['staging', 'production'])('of %s must be set', (flagEnvironment) => {
    const error = errorOf(() => loadSettings({ cwd: empty, env: { PGUSER: 'x' }, flagEnvironment }))
    expect(error.message).toContain(flagEnvironment)
    expect(error.hint).toContain(flagEnvironment === 'staging' ? '.env.staging' : '.env.prod')
  })

  test.each<[string, string]>([
    ['POSTGRES_PORT', 'abc'],
    ['POSTGRES_PORT', '0'],
    ['PGPORT', '65536'],
    ['PGPORT', '-1'],
    ['PGPORT', '5432x'],
  ])('%s=%s is an error', (name, value) => {
    const host = name.replace('PORT', 'HOST')
    expect(errorOf(() => loadSettings({ cwd: empty, env: { [host]: 'h', [name]: value } })).message).toContain(name)
  })
})

describe('a URL', () => {
  const full = { kind: 'server', host: 'h', port: 5432, user: 'u', password: 'p', database: 'd' }
  const socket = { ...full, host: '/run/pg' }
  const noUser = { ...full, user: 'postgres', password: null }
  test.each<[string, object]>([
    ['postgresql://u:p@h:5433/d', { ...full, port: 5433 }],
    ['postgres://u:p@h/d', full],
    ['POSTGRES://u:p@h/d ', full],
    ['postgres://u:p@h', { ...full, database: 'u' }],
    ['postgres://u:p@h/', { ...full, database: 'u' }],
    ['postgres://h/d', noUser],
    ['postgres://h', { ...noUser, database: 'postgres' }],
    ['postgres://u@h/d', { ...full, password: null }],
    ['postgres://:p@h/d', { ...noUser, password: 'p' }],
    ['postgres://u%40x:p%3A%2F%23%25@h/d%20b', { ...full, user: 'u@x', password: 'p:/#%', database: 'd b' }],
    ['postgres://u:p@q@h/d', { ...full, password: 'p@q' }],
    ['postgres://u:p+q@h/d', { ...full, password: 'p+q' }],
    ['postgres://u:p@[::1]:5/d', { ...full, host: '::1', port: 5 }],
    ['postgres://u:p@h/d?sslmode=verify-full&application_name=x', { ...full, ssl: 'verify-full' }],
    ['postgres://u:p@h/d?ssl=true', { ...full, ssl: 'require' }],
    ['postgres://u:p@/d?host=/run/pg', socket],
    ['postgres://u:p@:6/d?host=%2Frun%2Fpg', { ...socket, port: 6 }],
    ['postgres://u:p@%2Frun%2Fpg/d', socket],
    ['postgres:///d?host=/run/pg', { ...noUser, host: '/run/pg' }],
    ['postgres:///d', { ...noUser, host: 'localhost' }],
    ['postgres://?host=/run/pg&port=7&user=u&password=p+q&dbname=d', { ...socket, port: 7, password: 'p+q' }],
  ])('%s', (url, target) => expect(fromUrl(url)).toEqual({ ...target, source: '--database-url' }))

  test('takes a missing user from PGUSER and a missing sslmode from PGSSLMODE', () => {
    const env = { PGUSER: 'me', PGSSLMODE: 'require' }
    expect(fromUrl('postgres://h', env)).toMatchObject({ user: 'me', database: 'me', ssl: 'require' })
    expect(fromUrl('postgres://u@h?sslmode=disable', env)).toMatchObject({ user: 'u', ssl: 'disable' })
  })

  test.each([
    '',
    'localhost',
    'mysql://u:s3cret@h/d',
    'https://u:s3cret@h/d',
    'postgres:u:s3cret@h/d',
    'host=h user=u password=s3cret',
    'service=s3cret',
    'postgres://u:s3cret@h:abc/d',
    'postgres://u:s3cret@h:0/d',
    'postgres://u:s3cret@h:65536/d',
    'postgres://u:s3cret@h/d?port=abc',
    'postgres://u:s3cret%zz@h/d',
    'postgres://u:s3cret#x@h/d',
    'postgres://u:12#s3cret@h/d',
    'postgres://u:12/s3cret@h/d',
    'postgres://u:12?s3cret@h/d',
  ])('%j is an error without the password', (url) => {
    const error = errorOf(() => fromUrl(url))
    expect(error.message).toContain('--database-url')
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret')
    if (!error.message.includes('port')) expect(error.hint).toContain('postgresql://user:password@host:5432/database')
    expect(
      errorOf(() => loadSettings({ cwd: project({ '.env': `DATABASE_URL='${url || 'x'}'` }), env: {} })).message,
    ).toContain('DATABASE_URL in .env')
  })
})

test('migrations and repeatables may not be in one folder, where each migration would run again', () => {
  const cwd = project({})
  for (const env of [{ NSELF_REPEATABLE_DIR: 'nself/migrations/' }, { NSELF_MIGRATIONS_DIR: './nself/repeatable' }]) {
    expect(errorOf(() => loadSettings({ cwd, env })).message).toBe('migrations and repeatables are in the same folder')
  }
})

describe('what is set to nothing', () => {
  test.each([
    ['DATABASE_URL', {}, { DATABASE_URL: '' }],
    ['POSTGRES_HOST', {}, { POSTGRES_HOST: '', POSTGRES_DB: 'd' }],
    ['POSTGRES_DB in .env', { '.env': 'POSTGRES_DB=\n' }, {}],
    ['NSELF_MIGRATIONS_DIR', {}, { NSELF_MIGRATIONS_DIR: '' }],
    ['DATABASE_URL', { '.env': 'DATABASE_URL=postgres://h/d' }, { DATABASE_URL: '' }],
  ] as const)('is an error: %s', (name, files, env) => {
    expect(errorOf(() => loadSettings({ cwd: project(files), env })).message).toBe(`${name} is empty`)
  })

  test('is no matter where a later layer or the flag says more', () => {
    const cwd = project({ '.env': 'DATABASE_URL=\n' })
    expect(loadSettings({ cwd, env: { DATABASE_URL: 'postgres://h/d' } }).target).toMatchObject({ host: 'h' })
    expect(loadSettings({ cwd, env: {}, flagUrl: 'postgres://f/d' }).target).toMatchObject({ host: 'f' })
  })
})

test.each([
  ['staging', 'postgres://u@h', {}],
  ['production', undefined, { POSTGRES_HOST: 'h', POSTGRES_USER: 'u' }],
  ['production', undefined, { PGHOST: 'h', PGUSER: 'u' }],
])('%s has no default database: %s %j', (flagEnvironment, flagUrl, env) => {
  const settings = (more: Env) => loadSettings({ cwd: empty, env: { ...env, ...more }, flagEnvironment, flagUrl })
  expect(errorOf(() => settings({})).message).toContain('names no database')
  expect(settings({ POSTGRES_DB: 'd', PGDATABASE: 'd' }).target).toMatchObject({ database: 'd' })
})

describe('parameters of libpq', () => {
  const linkOf = (query: string, env: Env = {}) => {
    const target = fromUrl(`postgres://u:p@h/d${query}`, env)
    return target.kind === 'server' ? target.link : null
  }

  test.each<[string, Env, object]>([
    ['?options=-c%20search_path%3Dapp', {}, { options: '-c search_path=app' }],
    ['?options=-csearch_path%3Da%2Cb', { PGOPTIONS: '-c x=y' }, { options: '-csearch_path=a,b' }],
    ['', { PGOPTIONS: '-c x=y' }, { options: '-c x=y' }],
    ['?target_session_attrs=read-write', {}, { attributes: 'read-write' }],
    ['?sslrootcert=/ca.pem&sslmode=verify-ca', {}, { rootCert: '/ca.pem' }],
    ['?connect_timeout=1', {}, { timeoutMs: 2000 }],
    ['?hostaddr=10.0.0.1', {}, { places: [{ host: 'h', port: 5432, hostaddr: '10.0.0.1' }] }],
    ['?channel_binding=require&application_name=x&keepalives=1&gssencmode=disable', {}, { channelBinding: 'require' }],
  ])('%s is heeded', (query, env, link) => expect(linkOf(query, env)).toEqual(link))

  test('several hosts each have a port, or all the same', () => {
    const places = (url: string) => {
      const target = fromUrl(url)
      return target.kind === 'server' ? target.link?.places?.map(({ host, port }) => `${host}:${port}`) : null
    }
    expect(places('postgres://u@h1:1,h2:2/d')).toEqual(['h1:1', 'h2:2'])
    expect(places('postgres://u@h1,[::1]:2/d')).toEqual(['h1:5432', '::1:2'])
    expect(places('postgres:///d?host=h1,/run/pg&port=7')).toEqual(['h1:7', '/run/pg:7'])
    expect(errorOf(() => fromUrl('postgres:///d?host=a,b,c&port=1,2')).message).toContain('3 hosts and 2 ports')
  })

  test.each([
    ['sslmode=verify-ful', 'sslmode must be one of'],
    ['sslmode=Require', 'sslmode must be one of'],
    ['target_session_attrs=master', 'target_session_attrs must be one of'],
    ['foo=bar', '"foo" is not a parameter'],
    ['require_auth=none', 'require_auth is not supported'],
    ['replication=database', 'replication is not supported'],
    ['constructor=1', '"constructor" is not a parameter'],
    ['options', 'a name and a value'],
  ])('%s is an error', (query, message) => {
    expect(errorOf(() => linkOf(`?${query}`)).message).toContain(message)
  })

  test('of other drivers are named, with the URL that works and without the password', () => {
    const error = errorOf(() => fromUrl('postgres://u:s3cret@h/d?schema=app&connection_limit=5&sslmode=require'))
    expect(error.message).toContain('"schema" is a parameter of Prisma')
    expect(error.hint).toContain('postgres://u:***@h/d?options=-c%20search_path%3Dapp&sslmode=require')
    const prepared = errorOf(() => fromUrl('postgres://u@h/d?pgbouncer=true'))
    expect(prepared.hint).toBe('write: postgres://u@h/d')
  })

  test('left open by a URL come from its service, then from the variables of libpq', () => {
    const root = project({
      'services.conf': '# ours\n[other]\nhost=o\n[main]\nhost=db.example\nport=6000\ndbname=shop\n',
    })
    const env = { PGSERVICEFILE: join(root, 'services.conf'), PGUSER: 'me', PGPORT: '7000' }
    const main = { host: 'db.example', port: 6000, database: 'shop', user: 'me' }
    expect(fromUrl('postgres:///?service=main', env)).toMatchObject(main)
    expect(loadSettings({ cwd: empty, env: { ...env, PGSERVICE: 'main' } }).target).toMatchObject(main)
    expect(fromUrl('postgres://h?service=main', env)).toMatchObject({ host: 'h', port: 6000 })
    expect(errorOf(() => fromUrl('postgres:///?service=none', env)).message).toContain('no service "none"')
    expect(fromUrl('postgres:///d', { PGHOST: '/run/pg', PGPORT: '7000' })).toMatchObject({
      host: '/run/pg',
      port: 7000,
    })
  })
})

describe('a file of passwords', () => {
  const at = (mode: number, text: string) => {
    const path = join(project({ pp: text }), 'pp')
    chmodSync(path, mode)
    return loadSettings({ cwd: empty, env: { PGPASSFILE: path }, flagUrl: 'postgres://u@h/d' })
  }

  test('is read where only its owner can read it, and passed over with a word otherwise', () => {
    expect(at(0o600, 'h:5432:*:u:secret\n').target).toMatchObject({ link: { passwords: [{ password: 'secret' }] } })
    const open = at(0o644, 'h:5432:*:u:secret\n')
    expect(open.target).not.toHaveProperty('link')
    expect(open.warnings).toEqual([expect.stringContaining('chmod 600')])
  })
})

test('lines of env files that are not read as they were meant are told, and never shown', () => {
  const cwd = project({
    '.env':
      "ENV=local\n# a comment\n\nPOSTGRES_DATABASE s3cret\nexport A=1\nB='two\nlines'\nPOSTGRES_PASSWORD=pa#s3cret\nC=1 # x\n",
    '.env.local': 'POSTGRES_DATABASE=shop\nPOSTGRES_HOST=h\nNSELF_MIGRATION_DIR=x\n',
  })
  const { warnings } = loadSettings({ cwd, env: {} })
  expect(warnings).toEqual([
    'POSTGRES_PASSWORD in .env ends at its #, which begins a comment: put the value into quotes',
    'line 4 of .env was not read: it is not of the form NAME=value',
    'POSTGRES_DATABASE in .env.local is not read by nself; it reads POSTGRES_DB',
    'NSELF_MIGRATION_DIR in .env.local is not read by nself; it reads NSELF_MIGRATIONS_DIR',
  ])
})
