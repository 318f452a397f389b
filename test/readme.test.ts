import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildProgram } from '../src/cli/program.ts'

// With README=write the outputs are written into the README and docs/cli.md instead of being compared with them.
const checkout = fileURLToPath(new URL('..', import.meta.url))
const readme = join(checkout, 'README.md')
let clone = ''

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'nself-readme-'))
  const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: checkout,
  })
  for (const file of tracked.toString().split('\0').filter(Boolean)) {
    if (/^(nself|bin|test\/servers)\/|^(package\.json|schema\.dbml)$/.test(file)) {
      cpSync(join(checkout, file), join(clone, file), { recursive: true })
    }
  }
  for (const made of ['dist', 'node_modules']) symlinkSync(join(checkout, made), join(clone, made))
})

afterAll(() => {
  run('node bin/nself.js stop')
  rmSync(clone, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

function run(line: string): { status: number | null; stdout: string; stderr: string } {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(PG|POSTGRES|NSELF|npm_|GITHUB_|GITLAB_|CI$|CI_|ENV$|ENVIRONMENT$|DATABASE_URL$)/.test(name),
  )
  const env = {
    ...Object.fromEntries(inherited),
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    NO_COLOR: '1',
  }
  return spawnSync('sh', ['-c', line], { cwd: clone, env, encoding: 'utf8' })
}

/** What differs from one run to the next. */
function fixed(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?/g, 'TIME')
    .replace(/times in \S+/g, 'times in ZONE')
    .replace(/\b\d+\.\d s\b/g, 'N ms')
    .replace(/\b\d+ ms/g, 'N ms')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .trim()
}

interface Block {
  readonly kind: string
  readonly text: string
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(sh|console)\n(.*?)^```$/gms)].map(([, kind, body]) => ({
    kind: kind as string,
    text: body as string,
  }))
}

/** `npm ci` and `npm test` are what runs this test; `npx` finds nothing where node_modules is a link. */
function runnable(block: string): string {
  const own = block.replaceAll(/^npm ci( && )?/gm, '').replaceAll(/^npm test$/gm, '')
  return `set -e\n${own.replaceAll('npx nself', 'node bin/nself.js')}`
}

interface Helped {
  readonly commands: readonly Helped[]
  name(): string
  outputHelp(): void
}

/** The help of each group and each command, as a terminal of 80 columns shows it. */
function commandPage(): string {
  let printed = ''
  const print = (text: string) => {
    printed += text
  }
  const outside = { version: '', print, complain: print, width: () => 80 }
  const sectionsOf = (command: Helped, path: string): string[] => {
    printed = ''
    command.outputHelp()
    const own = `## ${path}\n\n\`\`\`\n${printed.trim()}\n\`\`\`\n`
    return [own, ...command.commands.flatMap((child) => sectionsOf(child, `${path} ${child.name()}`))]
  }
  const program: Helped = buildProgram(async () => {}, null, outside)
  const sections = program.commands.flatMap((command) => sectionsOf(command, `nself ${command.name()}`))
  const intro = 'What `--help` shows for each of them. `nself --help` shows them in groups.'
  return `# Every command\n\n${intro}\n\n${sections.join('\n')}`
}

test('docs/cli.md has the help of every command', () => {
  const page = join(checkout, 'docs', 'cli.md')
  if (process.env.README === 'write') writeFileSync(page, commandPage())
  expect(readFileSync(page, 'utf8')).toBe(commandPage())
})

test('every shell block runs in a copy of the project, and every output shown is the one it prints', () => {
  const text = readFileSync(readme, 'utf8')
  const blocks = blocksOf(text)
  expect(blocks.length).toBeGreaterThan(5)
  let written = text
  for (const { kind, text: block } of blocks) {
    const [command = '', ...output] = kind === 'sh' ? [block] : block.replace(/^\$ /, '').split('\n')
    const { status, stdout, stderr } = run(runnable(command))
    expect(status, `${command}\n${stdout}${stderr}`).toBe(0)
    if (kind === 'sh') continue
    if (process.env.README === 'write') written = written.replace(block, () => `$ ${command}\n${stdout.trim()}\n`)
    else expect(fixed(stdout), command).toBe(fixed(output.join('\n')))
  }
  if (written !== text) writeFileSync(readme, written)
}, 120_000)
