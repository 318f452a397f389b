import { migration, note, obstacle, row, section, textOf } from './files.ts'
import type { Problem, SourceFile, SourceMigration, SourceMigrations, TableRow, Tool, ToolRow } from './tool.ts'

const planFile = 'sqitch.plan'
const script = /^(?:[^/]+\/)*(deploy|revert|verify)\/.+\.sql$/

/** A plan that orders changes, each with scripts to deploy, revert and verify it; sqitch.changes with times. */
export const sqitch: Tool = {
  name: 'sqitch',
  tables: [{ name: 'changes', schema: 'sqitch', has: ['change', 'project', 'committed_at'], hasNot: [] }],
  schemas: ['sqitch'],
  recognises: ({ names }) => (names.includes(planFile) ? 'certain' : null),
  reads: (path) => path === planFile || script.test(path),
  parse,
  rowsOf,
}

interface Change {
  readonly name: string
  /** `project:name`; the same name again is a rework: the nth. */
  readonly key: string
  readonly needs: readonly string[]
  /** The tag after which it was reworked, which its scripts are named by from then on. */
  tag: string | null
}

function parse(files: readonly SourceFile[]): SourceMigrations {
  const plan = files.find(({ path }) => path === planFile)
  const problems: Problem[] = []
  const changes = changesOf(plan?.text ?? '')
  const find = (kind: string, { name, tag }: Change) => {
    const end = `${kind}/${name}${tag === null ? '' : `@${tag}`}.sql`
    return files.find(({ path }) => path === end) ?? files.find(({ path }) => path.endsWith(`/${end}`))
  }
  const migrations = changes.flatMap((change, at): SourceMigration[] => {
    const [deploy, revert] = [find('deploy', change), find('revert', change)]
    if (deploy === undefined) {
      problems.push(
        obstacle(
          `deploy/${change.name}.sql`,
          'is listed in the plan, and its file is gone',
          'nothing is written',
          'put it back',
        ),
      )
      return []
    }
    const elsewhere = change.needs.filter((need) => need.includes(':') || need.startsWith('!'))
    const needs = change.needs.filter((need) => !elsewhere.includes(need)).map((need) => need.split('@')[0] ?? need)
    return [
      migration({
        key: change.key,
        number: null,
        title: change.name,
        files: revert === undefined ? [deploy.path] : [deploy.path, revert.path],
        up: section(deploy.text),
        down: revert === undefined ? null : section(revert.text),
        dependsOn: needs.flatMap((need) => changes.slice(0, at).findLast(({ name }) => name === need)?.key ?? []),
        notes: elsewhere.map((need) => `what it says of ${need} is left out`),
      }),
    ]
  })
  const verified = files.filter(({ path }) => /(^|\/)verify\//.test(path)).length
  if (verified > 0)
    problems.push(note('verify', `holds ${verified === 1 ? 'a script' : `${verified} scripts`}`, 'left out'))
  return { migrations, problems }
}

/** `name [needs] 2020-01-01T00:00:00Z Who <mail> # note`; `@tag …`; `%pragma=value`. */
function changesOf(text: string): Change[] {
  const changes: Change[] = []
  const project = /^%project=(.*?)\s*$/m.exec(text)?.[1] ?? ''
  let tag: string | null = null
  for (const line of text.split('\n')) {
    const mark = /^\s*@(\S+)/.exec(line)?.[1]
    if (mark !== undefined) tag = mark
    const [, name, needs = ''] = /^\s*([^\s%@#+\-[][^\s[]*)(?:\s+\[([^\]]*)\])?\s+\d{4}-/.exec(line) ?? []
    if (name === undefined) continue
    const before = changes.findLast((one) => one.name === name)
    if (before !== undefined) before.tag ??= tag
    const nth = changes.filter((one) => one.name === name).length
    changes.push({
      name,
      key: keyOf(project, name, nth + 1),
      needs: needs.split(/\s+/).filter((need) => need !== ''),
      tag: null,
    })
  }
  return changes
}

const keyOf = (project: string, name: string, nth: number) => `${project}:${name}${nth === 1 ? '' : ` ${nth}`}`

/** A database may have the changes of several projects: those of others are no concern of this one. */
function rowsOf(rows: readonly TableRow[], migrations: readonly SourceMigration[]): ToolRow[] {
  const counts = new Map<string, number>()
  const projects = new Set(migrations.map(({ key }) => key.slice(0, key.indexOf(':'))))
  return rows
    .filter((item) => projects.size === 0 || projects.has(textOf(item, 'project')))
    .toSorted((a, b) => (textOf(a, 'committed_at') < textOf(b, 'committed_at') ? -1 : 1))
    .map((item) => {
      const name = textOf(item, 'change')
      const nth = (counts.get(name) ?? 0) + 1
      counts.set(name, nth)
      const who = item.committer_name ?? null
      const key = keyOf(textOf(item, 'project'), name, nth)
      return row({ key, appliedAt: item.committed_at ?? null, appliedBy: who })
    })
}
