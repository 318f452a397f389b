import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkout, program } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

// What docs/ci.md and docs/Dockerfile give to be copied does what they say.

const server = useServer()
const page = readFileSync(join(checkout, 'docs', 'ci.md'), 'utf8')
const dockerfile = readFileSync(join(checkout, 'docs', 'Dockerfile'), 'utf8')

/** The YAML below a heading of the page. */
function recipe(heading: string): string {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return /^```yaml\n(.*?)^```$/ms.exec(section)?.[1] ?? ''
}

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found)

/** The variables of a recipe that name its server, which here is that of the test. */
function serverVariables(yaml: string, url: string): Record<string, string> {
  return Object.fromEntries(matches(yaml, /^ +(\w+): postgresql:\/\//gm).map((name) => [name, url]))
}

function sh(cwd: string, script: string, env: Record<string, string> = {}) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(PG|POSTGRES|NSELF|GIT_|GITHUB_|GITLAB_|CI$|CI_|ENV$|ENVIRONMENT$|DATABASE_URL$)/.test(name),
  )
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd,
    env: { ...Object.fromEntries(inherited), NSELF_UNDO: 'off', ...env },
    encoding: 'utf8',
  })
  return { status, said: stdout + stderr }
}

const migration = (table: string, more = '') =>
  `-- UP\nCREATE TABLE ${table} (id bigint PRIMARY KEY);\n${more}-- DOWN\nDROP TABLE ${table};\n`

/** A pull request: main has one migration, the branch that is checked out a second. */
async function pullRequest(second: string): Promise<Project> {
  const project = await server.project({ '001_create_users.sql': migration('users') })
  const git = 'git -c user.name=a -c user.email=a@example.com'
  const steps = [
    'git init -q -b main . && git add nself',
    `${git} commit -qm one && git clone -q --bare . origin.git && git remote add origin ./origin.git && git fetch -q origin`,
    'git switch -qc feature',
  ]
  expect(sh(project.root, steps.join('\n'))).toMatchObject({ status: 0 })
  project.write({ '002_create_orders.sql': second })
  expect(sh(project.root, `git add nself && ${git} commit -qm two`)).toMatchObject({ status: 0 })
  return project
}

const systems = [
  { heading: 'GitHub Actions', lines: /^ +- run: (.*)$/gm },
  { heading: 'GitLab', lines: /^ {4}- (np[mx] .*)$/gm },
] as const

describe.each(systems)('the recipe for $heading', ({ heading, lines }) => {
  /** The steps as the runner runs them; `npm ci` is what runs this test. */
  function run({ root, url }: Project) {
    const yaml = recipe(heading)
    const [install, ...steps] = matches(yaml, lines)
    expect(install).toBe('npm ci')
    expect(steps.length).toBeGreaterThan(2)
    const script = steps.join('\n').replaceAll('npx nself', `"${process.execPath}" "${program}"`)
    const variables = { ...serverVariables(yaml, url), CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' }
    return sh(root, script.replaceAll(/\$\{\{ github\.base_ref \}\}/g, 'main'), variables)
  }

  test('passes a good pull request, and its migrations are applied', async () => {
    const project = await pullRequest(migration('orders'))
    const { status, said } = run(project)
    expect(status, said).toBe(0)
    expect(await project.tables()).toEqual(['orders', 'users'])
  })

  test('stops at the check of a migration that would fail, and applies nothing', async () => {
    const project = await pullRequest(
      migration('orders', 'INSERT INTO orders SELECT 1 / (SELECT count(*) FROM users);\n'),
    )
    const { status, said } = run(project)
    expect(status, said).toBe(6)
    expect(said).toContain('division by zero')
    expect(await project.tables()).toEqual([])
  })
})

test('the image copies what a project has, and starts the program of the package with a command of the README', () => {
  const sources = matches(dockerfile, /^COPY (.*) \S+$/gm).flatMap((list) => list.split(' '))
  expect(sources).toContain('nself/')
  expect(sources.filter((path) => !existsSync(join(checkout, path)))).toEqual([])
  const { bin } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
  const workdir = /^WORKDIR (.*)$/m.exec(dockerfile)?.[1]
  const [entry] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]')
  expect(Object.keys(bin).map((name) => `${workdir}/node_modules/.bin/${name}`)).toContain(entry)
  const [command] = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]')
  expect(readFileSync(join(checkout, 'README.md'), 'utf8')).toMatch(new RegExp(`nself (?:db migrate )?${command}\\b`))
})

test('every command that the page gives a container is one that the program takes', async () => {
  const project = await server.project({ '001_create_users.sql': migration('users') })
  const typed = matches(page, /^docker run .* shop-migrations(.*)$/gm).map((words) =>
    words.trim().split(' ').filter(Boolean),
  )
  const listed = matches(page, /^ +args: (\[.*\])$/gm).map((list): string[] => JSON.parse(list))
  const standard: string[] = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]')
  expect([typed.length, listed.length]).toEqual([2, 1])
  for (const words of [...typed, ...listed]) {
    const { code, stdout, stderr } = await project.nself(...(words.length > 0 ? words : standard), '--dry-run')
    expect(code, stdout + stderr).toBe(0)
    expect(stdout).toContain('CREATE TABLE users')
  }
})
