import { migration, note, row, section, textOf } from './files.ts'
import { openPlaceholders } from './placeholders.ts'
import type { Problem, SourceFile, SourceMigration, Tool } from './tool.ts'

const form = /^committed\/(\d+)(?:-([^/]*))?\.sql$/
const current = /^current(?:\.sql|\/.*\.sql)$/
const header = /^--!\s*(\w+):?[^\S\n]*(.*)$/
const placeholders = { form: /(?<![:\w]):([A-Z][A-Z0-9_]+)\b/g, by: 'graphile-migrate' }

/** committed/000001.sql with lines `--!` at its top, UP only; graphile_migrate.migrations by file name. */
export const graphileMigrate: Tool = {
  name: 'graphile-migrate',
  tables: [{ name: 'migrations', schema: 'graphile_migrate', has: ['filename', 'hash', 'date'], hasNot: [] }],
  schemas: ['graphile_migrate'],
  recognises: ({ names, head }) =>
    names.some((name) => form.test(name) && /^--!\s*(Previous|Hash)/m.test(head(name))) ? 'certain' : null,
  reads: (path) => form.test(path) || current.test(path),
  placeholders,
  parse: (files) => {
    const problems: Problem[] = []
    const migrations = files.filter(({ path }) => form.test(path)).map((file) => parseFile(file, problems))
    const open = files.filter(({ path, text }) => current.test(path) && /^(?!\s*--).*\S/m.test(text))
    problems.push(...open.map(({ path }) => note(path, 'is not committed', 'it is left out', 'commit it first')))
    return { migrations: migrations.toSorted((a, b) => (a.key < b.key ? -1 : 1)), problems }
  },
  rowsOf: (rows) =>
    rows
      .toSorted((a, b) => (textOf(a, 'filename') < textOf(b, 'filename') ? -1 : 1))
      .map((item) => row({ key: /^\d+/.exec(textOf(item, 'filename'))?.[0] ?? '', appliedAt: item.date ?? null })),
}

function parseFile({ path, text }: SourceFile, problems: Problem[]): SourceMigration {
  const [, number = '', slug] = form.exec(path) ?? []
  const lines = text.split('\n')
  const headers = new Map<string, string>()
  const body = lines.filter((line) => {
    const [, name, value = ''] = header.exec(line) ?? []
    if (name === undefined) return true
    headers.set(name.toLowerCase(), value.trim())
    return false
  })
  const open = openPlaceholders({ path, text }, placeholders)
  if (open !== null) problems.push(open)
  return migration({
    key: number,
    number,
    title: slug ?? headers.get('message') ?? '',
    files: [path],
    up: section(body.join('\n'), !/^--!\s*no-transaction\b/m.test(text)),
    down: null,
  })
}
