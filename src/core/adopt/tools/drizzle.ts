import { migration, obstacle, row, section, textOf } from './files.ts'
import { timestampMs } from './times.ts'
import type { Problem, SourceFile, SourceMigration, TableRow, Tool, ToolRow } from './tool.ts'

const journalFile = 'meta/_journal.json'
const flat = /^(\d+)_([^/]*)\.sql$/
const inFolder = /^(\d{14})_([^/]+)\/migration\.sql$/

/** Files in the order of a journal, or a folder for each; drizzle.__drizzle_migrations knows them by their time. */
export const drizzle: Tool = {
  name: 'drizzle',
  tables: [{ name: '__drizzle_migrations', schema: null, has: ['hash', 'created_at'], hasNot: [] }],
  schemas: ['drizzle'],
  recognises: ({ names }) => {
    if (names.includes(journalFile) && names.some((name) => flat.test(name))) return 'certain'
    return names.some((name) => inFolder.test(name)) &&
      names.some((name) => /^\d{14}_[^/]+\/snapshot\.json$/.test(name))
      ? 'certain'
      : null
  },
  reads: (path) => flat.test(path) || path === journalFile || inFolder.test(path),
  parse: (files) => {
    const journal = files.find(({ path }) => path === journalFile)
    return journal === undefined ? { migrations: foldersIn(files), problems: [] } : journaled(journal, files)
  },
  rowsOf,
}

function foldersIn(files: readonly SourceFile[]): SourceMigration[] {
  return files
    .flatMap(({ path, text }): SourceMigration[] => {
      const [, number, title = ''] = inFolder.exec(path) ?? []
      if (number === undefined) return []
      const key = String(timestampMs(number))
      return [migration({ key, number, title, files: [path], up: section(statements(text)), down: null })]
    })
    .toSorted((a, b) => ((a.files[0] ?? '') < (b.files[0] ?? '') ? -1 : 1))
}

function journaled(
  journal: SourceFile,
  files: readonly SourceFile[],
): { migrations: SourceMigration[]; problems: Problem[] } {
  const problems: Problem[] = []
  const byPath = new Map(files.map((file) => [file.path, file]))
  const entries = entriesOf(journal.text)
  if (entries === null) problems.push(obstacle(journal.path, 'cannot be read as JSON', 'nothing is written', 'fix it'))
  const migrations = (entries ?? []).flatMap(({ tag, when }): SourceMigration[] => {
    const file = byPath.get(`${tag}.sql`)
    if (file === undefined) {
      problems.push(
        obstacle(`${tag}.sql`, 'is listed in the journal, and its file is gone', 'nothing is written', 'put it back'),
      )
      return []
    }
    const [, number = null, title = tag] = flat.exec(file.path) ?? []
    const up = section(statements(file.text))
    return [migration({ key: when, number, title, files: [file.path], up, down: null })]
  })
  const known = new Set(migrations.flatMap((one) => one.files))
  for (const { path } of files) {
    if (flat.test(path) && !known.has(path)) {
      problems.push({
        subject: path,
        what: 'does not stand in the journal',
        decision: 'it is left out, as drizzle does',
        choice: null,
        weight: 'note',
      })
    }
  }
  return { migrations, problems }
}

function entriesOf(text: string): { tag: string; when: string }[] | null {
  try {
    const { entries }: { entries?: unknown } = { ...JSON.parse(text) }
    if (!Array.isArray(entries)) return null
    return entries.map((entry: { tag?: unknown; when?: unknown }) => ({
      tag: String(entry.tag),
      when: String(entry.when),
    }))
  } catch {
    return null
  }
}

/** What stands between the marks is a statement each, with its semicolon or without. */
function statements(text: string): string {
  const parts = text.split(/-->\s*statement-breakpoint[^\S\n]*/)
  if (parts.length === 1) return text
  return parts
    .map((part, i) =>
      i < parts.length - 1 && !/;\s*$/.test(part) && part.trim() !== '' ? `${part.trimEnd()};` : part.trimEnd(),
    )
    .join('')
}

/** The time is that of the file, not of its application; newer tables have that too. */
function rowsOf(rows: readonly TableRow[]): ToolRow[] {
  return rows
    .toSorted((a, b) => Number(textOf(a, 'created_at')) - Number(textOf(b, 'created_at')))
    .map((item) => row({ key: textOf(item, 'created_at'), appliedAt: item.applied_at ?? null }))
}
