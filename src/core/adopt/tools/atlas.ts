import { dbmate } from './dbmate.ts'
import { byNumber, choice, migration, millis, note, row, section, textOf } from './files.ts'
import { golangMigrate } from './golang-migrate.ts'
import { goose } from './goose.ts'
import type { Problem, SourceFile, SourceMigration, TableRow, Tool, ToolRow } from './tool.ts'

const form = /^(\d+)(?:_([^/]*))?\.sql$/

/** Files that atlas.sum lists, UP only; atlas_schema_revisions with times. */
export const atlas: Tool = {
  name: 'atlas',
  tables: [{ name: 'atlas_schema_revisions', schema: null, has: ['version', 'applied', 'total'], hasNot: [] }],
  schemas: ['atlas_schema_revisions'],
  recognises: ({ names }) => (names.includes('atlas.sum') && names.some((name) => form.test(name)) ? 'certain' : null),
  reads: (path) => form.test(path),
  parse: (files) => {
    const other = formOf(files)
    if (other !== null) return other.parse(files)
    const problems: Problem[] = []
    return { migrations: byNumber(files.map((file) => parseFile(file, problems))), problems }
  },
  rowsOf,
}

/** The tool in whose form Atlas has written them, where a project asks for that. */
function formOf(files: readonly SourceFile[]): Tool | null {
  const has = (mark: RegExp) => files.some(({ text }) => mark.test(text))
  if (files.some(({ path }) => golangMigrate.reads(path))) return golangMigrate
  if (has(/^--\s*\+goose\s+up\b/im)) return goose
  return has(/^--\s*migrate:up\b/m) ? dbmate : null
}

function parseFile({ path, text }: SourceFile, problems: Problem[]): SourceMigration {
  const [, number = '', title = ''] = form.exec(path) ?? []
  const told = (name: string) =>
    new RegExp(`^--\\s*atlas:${name}\\b[^\\S\\n]*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? null
  if (told('delimiter') !== null) {
    problems.push(
      choice(path, 'has a delimiter of its own', 'the delimiters are kept as they are', 'write semicolons instead'),
    )
  }
  if (told('checkpoint') !== null) {
    problems.push(
      note(
        path,
        'is a checkpoint: new databases begin with it',
        'it is taken as any other',
        'remove it where the files before it are kept',
      ),
    )
  }
  const parts = told('txtar') === null ? null : archived(text)
  if (parts?.has('checks.sql') || [...(parts?.keys() ?? [])].some((name) => name.startsWith('checks/'))) {
    problems.push(note(path, 'has checks before it runs', 'they are left out'))
  }
  const up = parts === null ? text : (parts.get('migration.sql') ?? '')
  const down = parts?.get('down.sql') ?? null
  const plain = (sql: string) => sql.replace(/^--\s*atlas:(?:txmode|nolint|txtar|checkpoint)\b.*\n?/gm, '')
  const transaction = told('txmode') !== 'none'
  return migration({
    key: number,
    number,
    title,
    files: [path],
    up: section(plain(up), transaction),
    down: down === null ? null : section(plain(down), transaction),
  })
}

/** An archive of texts, each below a line `-- name --`. */
function archived(text: string): Map<string, string> {
  const parts = text.split(/^--\s+(\S+)\s+--\s*$/m)
  return new Map(parts.flatMap((part, i) => (i % 2 === 1 ? [[part, parts[i + 1] ?? ''] as const] : [])))
}

/** Type 1 is a baseline: all up to it was there before. */
function rowsOf(rows: readonly TableRow[], migrations: readonly SourceMigration[]): ToolRow[] {
  const found = new Map<string, ToolRow>()
  const real = rows.filter((item) => /^\d+$/.test(textOf(item, 'version')))
  for (const item of real.toSorted((a, b) => (textOf(a, 'executed_at') < textOf(b, 'executed_at') ? -1 : 1))) {
    const version = textOf(item, 'version')
    const key = migrations.find((one) => BigInt(one.key) === BigInt(version))?.key ?? version
    const [done, total] = [Number(textOf(item, 'applied')), Number(textOf(item, 'total'))]
    const isWhole = done >= total && textOf(item, 'error') === ''
    const told = {
      appliedAt: item.executed_at ?? null,
      durationMs: millis(item.execution_time, 1e6),
      fault: isWhole ? null : `failed: ${done} of ${total} statements are applied`,
    }
    const before = item.type === '1' ? migrations.filter((one) => BigInt(one.key) < BigInt(key)) : []
    for (const one of before) found.set(one.key, row({ ...told, key: one.key }))
    found.set(key, row({ ...told, key }))
  }
  return [...found.values()]
}
