import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { answerHelp } from '../../../src/cli/help/answer.ts'
import { complete } from '../../../src/cli/help/complete.ts'
import { overview } from '../../../src/cli/help/overview.ts'
import { unknownCommand, wayOutOfUsage } from '../../../src/cli/help/suggest.ts'
import { type Node, nodesBelow } from '../../../src/cli/help/tree-words.ts'
import { usageWords } from '../../../src/cli/help/usage-words.ts'
import { buildProgram } from '../../../src/cli/program.ts'
import { orderedWords } from '../../../src/cli/words.ts'
import { checkout, program } from '../../helpers/cli.ts'

const outside = { version: '', print: () => {}, complain: () => {}, width: () => 80 }
const root = (): Node => buildProgram(async () => {}, null, outside)
const words = (line: string) => orderedWords(line.split(' '))

test.each([20, 60, 80, 160])('the overview of all commands, at %d columns', async (width) => {
  const text = await answerHelp(root(), ['--help'], width)
  await expect(text).toMatchFileSnapshot(`golden/overview-${width}.txt`)
})

test.each([20, 40, 60, 80, 100, 160])(
  'no line of the overview is wider than %d columns but for one word that is',
  (width) => {
    const lines = overview(() => true, width, true).split('\n')
    const wide = lines.filter(
      (line) => line.length > width && line.trim().includes(' ') && !line.startsWith('  nself '),
    )
    expect(wide).toEqual([])
  },
)

test('the overview names no command that is not there, and each that it names is', () => {
  const paths = nodesBelow(root()).map(({ path }) => path.join(' '))
  const asked: string[] = []
  overview(
    (path) => {
      asked.push(path)
      return true
    },
    80,
    true,
  )
  const later = ['db check', 'db undo', 'db migrate sync', 'db adopt', 'init']
  expect(asked.filter((path) => !paths.includes(path) && !later.includes(path))).toEqual([])
  expect(overview((path) => path === 'db shell', 80, false)).toContain('Look            shell            psql\n')
})

test('every command says in a sentence what it does', () => {
  for (const { path, node } of nodesBelow(root())) expect(node.description(), path.join(' ')).toMatch(/^[A-Z].*[^.]\.$/)
})

test('no line of the help of a command is wider than 80 columns', async () => {
  for (const { path } of nodesBelow(root())) {
    const text = await answerHelp(root(), [...path, '--help'], 80)
    const wide = String(text)
      .split('\n')
      .filter((line) => line.length > 80)
    expect(wide, path.join(' ')).toEqual([])
  }
})

test('no command offers an option that does nothing there', () => {
  const flags = (path: string) =>
    nodesBelow(root())
      .find((each) => each.path.join(' ') === path)
      ?.node.options.map(({ long }) => long)
  expect(flags('db migrate create')).not.toContain('--yes')
  expect(flags('db seed create')).not.toContain('--database-url')
  expect(flags('db schema scaffold')).not.toContain('--database-url')
  expect(flags('db migrate status')).not.toContain('--yes')
  expect(flags('db migrate down')).toContain('--yes')
})

describe('an unknown word leads to the nearest command of the whole tree', () => {
  test.each([
    ['migrate up', 'nself db migrate up'],
    ['migrate up 3 --env staging', 'nself db migrate up 3 --env staging'],
    ['db status', 'nself db migrate status'],
    ['db backup lst', 'nself db backup list'],
    ['seed comon', 'nself db seed common'],
    ['upp', 'nself db migrate up'],
    ['db migrate upp --help', 'nself db migrate up'],
    ['rollback', 'nself db migrate down'],
    ['shcema dif staging', 'nself db schema diff staging'],
    ['db statsu', 'nself db migrate status'],
    ['backup', 'nself db backup'],
    ["query 'SELECT", `nself db query ''\\''SELECT'`],
    ['db push', 'nself db migrate up'],
    ['db pull', 'nself db adopt'],
    ['db migrate undo', 'nself db undo'],
    ['db backup create', 'nself db backup'],
    ['db backup restore --yes', 'nself db restore --yes'],
    ['db seed run', 'nself db seed'],
    ['db migrate check', 'nself db check'],
    ['db migrate backup list', 'nself db backup list'],
    ['version', 'nself --version'],
    ['migrate', 'nself db migrate --help lists what is below it'],
    ['db seed prod', 'nself db seed --env production'],
    ['logs mysql', 'nself logs postgres'],
    ['frobnicate', 'nself --help lists the commands'],
  ])('%s', (typed, expected) => {
    expect(unknownCommand(root(), words(typed)).hint).toBe(expected)
  })
})

test('an unknown word below a group is named with the group', () => {
  expect(unknownCommand(root(), ['db', 'pull']).message).toBe('unknown command "db pull"')
})

const tooMany = (name: string, most: number, given: number) =>
  `too many arguments for '${name}'. Expected ${most} argument${most === 1 ? '' : 's'} but got ${given}.`

test.each([
  ["option '--env <name>' argument missing", '--env needs a value'],
  ["option '-f, --file <path>' argument missing", '--file needs a value'],
  ["required option '--to <version>' not specified", '--to is missing'],
  ["missing required argument 'name'", 'NAME is missing'],
  [tooMany('undo', 0, 1), 'undo takes no arguments, but got 1'],
  [tooMany('query', 1, 2), 'query takes up to 1 argument, but got 2'],
  [
    "shell cannot be 'tcsh': Allowed choices are bash, zsh, fish.",
    "shell cannot be 'tcsh': expected bash, zsh or fish",
  ],
  ["--phase <phase> cannot be 'x': Allowed choices are expand.", "--phase <phase> cannot be 'x': expected expand"],
  ["unknown option '--fake'", "unknown option '--fake'"],
])('commander says %s, a person reads %s', (what, expected) => {
  expect(usageWords(what)).toBe(expected)
})

describe('a command line that is refused leads to one that can be pasted', () => {
  test.each([
    ['db migrate create', "missing required argument 'name'", null, 'nself db migrate create NAME'],
    [
      'db migrate squash',
      "required option '--to <version>' not specified",
      null,
      'nself db migrate squash --to VERSION',
    ],
    [
      'db migrate up --env prod --dryrun',
      "unknown option '--dryrun'",
      '--dry-run',
      'nself db migrate up --env prod --dry-run',
    ],
    ['db migrate up --steps 2', "unknown option '--steps'", null, 'the number stands by itself: nself db migrate up 1'],
    ['db migrate up --fake', "unknown option '--fake'", null, 'nself db migrate repair --mark-applied VERSION'],
    ['db migrate down all', "N cannot be 'all': expected a whole number from 1", null, 'nself db migrate down --to 0'],
    ['db migrate down --all', "unknown option '--all'", null, 'nself db migrate down --to 0'],
    ['db migrate up --environment prod', "unknown option '--environment'", null, 'nself db migrate up --env prod'],
    ['db migrate up --to', "option '--to <version>' argument missing", null, 'nself db migrate up --to VERSION'],
    ['env prod', tooMany('env', 0, 1), null, 'nself env --env production'],
    ['db undo 3', tooMany('undo', 0, 1), null, 'nself db undo --help'],
    ['db query SELECT 1', tooMany('query', 1, 2), null, "nself db query 'SELECT 1'"],
    ['-v', "unknown option '-v'", null, 'nself --version'],
    [
      'db migrate squash --to 2 --yes',
      "unknown option '--yes'",
      null,
      'this command asks nothing: nself db migrate squash --to 2',
    ],
  ])('%s', (typed, what, meant, expected) => {
    expect(wayOutOfUsage(root(), words(typed), what, meant)).toBe(expected)
  })
})

describe('completion offers', () => {
  const places = { migrations: () => ['001_a', '002_b'], backups: () => ['nself_full_20260126_005343.dump'] }
  const offered = (line: string) => {
    const typed = line.split(' ')
    return complete(root(), orderedWords(typed.slice(0, -1)), { prefix: '', typed: typed.at(-1) ?? '' }, places)
      .trim()
      .split('\n')
      .map((each) => each.replace(/\t.*/, ''))
  }
  test.each([
    ['st', ['words', 'start', 'stop', 'status']],
    ['db migrate re', ['words', 'redo', 'repair']],
    ['up --dry', ['words', '--dry-run']],
    ['up --dry-run --dry', ['words']],
    ['up --to ', ['words', '001_a', '002_b']],
    ['db migrate down --to=002', ['words', '--to=002_b']],
    ['db migrate repair --accept 001_a,0', ['words', '001_a,001_a', '001_a,002_b']],
    ['--env s', ['words', 'staging']],
    ['db seed create products l', ['words', 'local']],
    ['db schema diagram --format h', ['words', 'html']],
    ['db schema import ', ['files']],
    ['db restore ', ['files', 'nself_full_20260126_005343.dump']],
    ['db rehearse --from ', ['files', 'nself_full_20260126_005343.dump']],
    ['db schema diff ', ['files', 'local', 'staging', 'production', 'migrations']],
    ['db schema diff staging m', ['files', 'migrations']],
    ['db check --on st', ['words', 'staging']],
    ['db check --only parse,pro', ['words', 'parse,proof', 'parse,probe']],
    ['db schema import --rename ', ['words']],
    ['nonsense ', ['words']],
  ])('after "%s" what fits there', (line, expected) => {
    const found = offered(line)
    expect(line === 'nonsense ' ? found.slice(0, 1) : found).toEqual(expected)
  })
})

test('bash completes commands, words with a colon, environments and files by the script that is printed', () => {
  const lines = [
    'nself db mi',
    'nself migrate:re',
    'nself --env pr',
    'nself up --to=016',
    'nself db schema import schema.d',
  ]
  const script = `
    nself() { "${process.execPath}" "${program}" "$@"; }
    eval "$(nself completion bash)"
    for COMP_LINE in ${lines.map((line) => `'${line}'`).join(' ')}; do
      COMP_POINT=\${#COMP_LINE} COMPREPLY=()
      broken=\${COMP_LINE//:/ : }; read -ra COMP_WORDS <<<"\${broken//=/ = }"
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _nself 2>/dev/null; echo "\${COMPREPLY[*]}"
    done`
  const { stdout } = spawnSync('bash', ['-c', script], { cwd: checkout, encoding: 'utf8' })
  expect(stdout.trim().split('\n')).toEqual([
    'migrate',
    'redo repair',
    'production',
    '016_add_listing_indexes',
    'schema.dbml',
  ])
})

test('a shell that cannot be served is a usage error', () => {
  const { status, stderr } = spawnSync(process.execPath, [program, 'completion', 'tcsh'], { encoding: 'utf8' })
  expect(status).toBe(2)
  expect(stderr).toContain('bash, zsh or fish')
})
