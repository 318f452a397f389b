import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { buildProgram } from '../src/cli/program.ts'

// With README=write the outputs are written into the README, the guides and docs/cli.md instead of being compared with them.
const checkout = fileURLToPath(new URL('..', import.meta.url))
const folders: string[] = []

/** The sample project with the built program, as a fresh checkout has them. */
function makeClone(): string {
  const clone = mkdtempSync(join(tmpdir(), 'nself-readme-'))
  folders.push(clone)
  const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: checkout,
  })
  for (const file of tracked.toString().split('\0').filter(Boolean)) {
    if (/^(nself|bin|test\/servers)\/|^(package\.json|schema\.dbml)$/.test(file)) {
      cpSync(join(checkout, file), join(clone, file), { recursive: true })
    }
  }
  for (const made of ['dist', 'node_modules']) symlinkSync(join(checkout, made), join(clone, made))
  return clone
}

/** Where somebody begins who has nothing yet. */
function makeEmpty(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nself-readme-'))
  folders.push(folder)
  return folder
}

afterAll(() => {
  for (const folder of folders) {
    for (const project of [folder, join(folder, 'shop')].filter((path) => existsSync(join(path, '.nself')))) {
      run(project, `node ${join(checkout, 'bin', 'nself.js')} stop`)
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
})

function run(cwd: string, line: string): { status: number | null; stdout: string; stderr: string } {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(PG|POSTGRES|NSELF|npm_|GITHUB_|GITLAB_|CI$|CI_|ENV$|ENVIRONMENT$|DATABASE_URL$)/.test(name),
  )
  const env = {
    ...Object.fromEntries(inherited),
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    NO_COLOR: '1',
  }
  return spawnSync('sh', ['-c', line], { cwd, env, encoding: 'utf8' })
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
function runnable(clone: string, block: string): string {
  const own = block.replaceAll(/^npm (ci|install --save-dev nself)( && )?/gm, '').replaceAll(/^npm test$/gm, '')
  return `set -e\n${own.replaceAll('npx nself', `node ${clone}/bin/nself.js`)}`
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

const pages = [
  'README.md',
  ...['your-own-project', 'existing-database', 'teams', 'design'].map((name) => `docs/${name}.md`),
]

test.each(pages)(
  'every shell block of %s runs in a copy of the project, and every output shown is the one it prints',
  (page) => {
    const clone = makeClone()
    const folder = page === 'docs/your-own-project.md' ? makeEmpty() : clone
    const text = readFileSync(join(checkout, page), 'utf8')
    const blocks = blocksOf(text)
    expect(blocks.length).toBeGreaterThan(0)
    let written = text
    for (const { kind, text: block } of blocks) {
      const [command = '', ...output] = kind === 'sh' ? [block] : block.replace(/^\$ /, '').split('\n')
      const { status, stdout, stderr } = run(folder, runnable(clone, command))
      expect(status, `${command}\n${stdout}${stderr}`).toBe(0)
      if (kind === 'sh') continue
      if (process.env.README !== 'write') expect(fixed(stdout), command).toBe(fixed(output.join('\n')))
      // Times and ports alone are no reason for another file.
      else if (fixed(stdout) !== fixed(output.join('\n')))
        written = written.replace(block, () => `$ ${command}\n${stdout.trim()}\n`)
    }
    if (written !== text) writeFileSync(join(checkout, page), written)
  },
  120_000,
)

/** The texts in backquotes in the first column of the tables of a page. */
function quotedMessages(page: string): string[] {
  const cells = [...page.matchAll(/^\| ([^|]*) \|/gm)].map(([, cell]) => cell ?? '')
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, message]) => message ?? ''))
}

test('every message that the troubleshooting quotes is one that the program has', () => {
  const files = execFileSync('git', ['ls-files', 'src'], { cwd: checkout }).toString().split('\n')
  const source = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(checkout, file), 'utf8'))
    .join('\n')
  const messages = quotedMessages(readFileSync(join(checkout, 'docs', 'troubleshooting.md'), 'utf8'))
  expect(messages.length).toBeGreaterThan(20)
  expect(messages.filter((message) => !source.includes(message))).toEqual([])
})

test('every link of a page leads to something that is there', () => {
  const all = execFileSync('git', ['ls-files', '*.md'], { cwd: checkout }).toString().split('\n').filter(Boolean)
  const dead = all.flatMap((page) => {
    const text = readFileSync(join(checkout, page), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '')
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '')
    return links
      .filter((link) => !/^(https?:|mailto:|#)/.test(link))
      .filter((link) => !existsSync(join(checkout, dirname(page), link.replace(/#.*/, ''))))
      .map((link) => `${page}: ${link}`)
  })
  expect(dead).toEqual([])
})
