import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkout } from '../helpers/cli.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
let root = ''

/** As `npm install` lays the package out, with what it declares to need and nothing else: linked, so no network is needed. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nself-package-'))
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', root], {
    cwd: checkout,
  })
  const [{ filename }] = JSON.parse(packed.toString())
  const modules = join(root, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  execFileSync('tar', ['-xzf', join(root, filename), '-C', modules])
  cpSync(join(modules, 'package'), join(modules, 'nself'), { recursive: true })
  rmSync(join(modules, 'package'), { recursive: true })
  symlinkSync(join('..', 'nself', manifest.bin.nself), join(modules, '.bin', 'nself'))
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(checkout, 'node_modules', name), join(modules, name))
  }
  mkdirSync(join(root, 'nself', 'migrations'), { recursive: true })
  writeFileSync(
    join(root, 'nself', 'migrations', '001_a.sql'),
    '-- UP\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;\n',
  )
  writeFileSync(join(root, 'package.json'), '{ "private": true }\n')
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function run(command: string, args: readonly string[], url = '') {
  const env = { PATH: process.env.PATH, HOME: root, ...(url === '' ? {} : { DATABASE_URL: url }) }
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('what is packed answers npx nself --version, and applies migrations', async () => {
  const { url } = await server.project({})
  expect(run('npx', ['--no-install', 'nself', '--version'])).toMatchObject({ stdout: `${manifest.version}\n` })
  const up = run('npx', ['--no-install', 'nself', 'up'], url)
  expect([up.status, up.stderr]).toEqual([0, expect.stringContaining('001_a')])
  expect(run('npx', ['--no-install', 'nself', 'status', '--check'], url)).toMatchObject({ status: 0 })
})

test('what is packed can be imported and required, and both have one class of errors', async () => {
  const { url } = await server.project({})
  const script = `import { NselfError, open } from 'nself'
import { createTestDatabase } from 'nself/testing'
import { createRequire } from 'node:module'
const required = createRequire(import.meta.url)
const same = required('nself').NselfError === NselfError && required('nself/testing').NselfError !== undefined
const { steps } = await open().up()
const database = await createTestDatabase()
await database.drop()
console.log(same, steps.length, database.database.startsWith('nself_test_'))
`
  writeFileSync(join(root, 'script.mjs'), script)
  expect(run(process.execPath, ['script.mjs'], url)).toEqual({ status: 0, stdout: 'true 1 true\n', stderr: '' })
})

const typed = `
const project: Nself = open({ environment: 'local' })
export async function names(): Promise<string[]> {
  const { migrations } = await project.status({ drift: true })
  const { steps }: FinishedRun = await project.up({ count: 1, yes: true })
  const database: TestDatabase = await createTestDatabase({ seed: true })
  await database.drop()
  return [...migrations.map(({ name }) => name), ...steps.map(({ outcome }) => outcome)]
}
export const codeOf = (error: unknown): ErrorCode | null => (error instanceof NselfError ? error.code : null)
// @ts-expect-error there is no such environment
open({ environment: 'live' })
// @ts-expect-error a pool is no option
project.up({ pool: {} })
`

test('the types of the package compile in a strict project, as a module and as CommonJS', () => {
  const imports = `import { type ErrorCode, type FinishedRun, type Nself, NselfError, open } from 'nself'
import { createTestDatabase, type TestDatabase } from 'nself/testing'
`
  for (const name of ['typed.mts', 'typed.cts']) writeFileSync(join(root, name), imports + typed)
  const options = ['--strict', '--noEmit', '--module', 'NodeNext', '--target', 'ES2022', '--exactOptionalPropertyTypes']
  const types = ['--types', 'node', '--typeRoots', join(checkout, 'node_modules', '@types')]
  const compiler = join(checkout, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout } = run(process.execPath, [compiler, ...options, ...types, 'typed.mts', 'typed.cts'])
  expect(stdout).toBe('')
  // As projects look packages up that do not know the exports of a package.json yet.
  writeFileSync(join(root, 'typed.ts'), imports + typed)
  const older = ['--module', 'CommonJS', '--moduleResolution', 'Node10', '--ignoreDeprecations', '5.0']
  const old = run(process.execPath, [compiler, '--strict', '--noEmit', ...older, ...types, 'typed.ts'])
  expect(old.stdout).toBe('')
})

test('the package has its guides and schemas, and nothing that only its own tests need', () => {
  const packed = (path: string) => existsSync(join(root, 'node_modules', 'nself', path))
  expect(
    ['docs/library.md', 'docs/testing.md', 'schemas/prod-users.json', 'README.md', 'LICENSE'].filter(packed),
  ).toHaveLength(5)
  expect(['src', 'test', 'bench', 'nself'].filter(packed)).toEqual([])
})
