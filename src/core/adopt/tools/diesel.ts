import { byNumber, migration, note, row, section, textOf } from './files.ts'
import type { Problem, SourceFile, SourceMigration, Tool } from './tool.ts'

const form = /^(\d[\d-]*)_([^/]+)\/(up\.sql|down\.sql|metadata\.toml|up\.yaml|down\.yaml)$/

/** A folder for each migration: up.sql, down.sql, metadata.toml; __diesel_schema_migrations with times. */
export const diesel: Tool = {
  name: 'diesel',
  tables: [{ name: '__diesel_schema_migrations', schema: null, has: ['version', 'run_on'], hasNot: [] }],
  schemas: [],
  recognises: ({ names }) => (names.some((name) => form.test(name) && name.endsWith('/up.sql')) ? 'likely' : null),
  reads: (path) => form.test(path),
  parse: foldersOf,
  rowsOf: (rows) =>
    rows
      .toSorted((a, b) =>
        textOf(a, 'run_on') + textOf(a, 'version') < textOf(b, 'run_on') + textOf(b, 'version') ? -1 : 1,
      )
      .map((item) => row({ key: textOf(item, 'version'), appliedAt: item.run_on ?? null })),
}

/** Migrations that have a folder each, known by their number without its dashes. */
export function foldersOf(files: readonly SourceFile[]): { migrations: SourceMigration[]; problems: Problem[] } {
  const problems: Problem[] = []
  const folders = new Map<string, Map<string, SourceFile>>()
  for (const file of files) {
    const [folder = '', name = ''] = file.path.split('/')
    const known = folders.get(folder) ?? new Map<string, SourceFile>()
    folders.set(folder, known.set(name, file))
  }
  const migrations = [...folders].flatMap(([folder, parts]): SourceMigration[] => {
    const [, digits = '', title = ''] = form.exec(`${folder}/up.sql`) ?? []
    const [up, down] = [parts.get('up.sql'), parts.get('down.sql')]
    if (parts.has('up.yaml')) {
      problems.push(note(`${folder}/up.yaml`, "changes the tool's metadata, not the schema", 'it is left out'))
    }
    if (up === undefined) {
      if (down !== undefined) problems.push(note(down.path, 'has no up.sql beside it', 'it is left out'))
      return []
    }
    const isBare = /^\s*run_in_transaction\s*=\s*false/m.test(parts.get('metadata.toml')?.text ?? '')
    const number = digits.replaceAll('-', '')
    return [
      migration({
        key: number,
        number,
        title,
        files: down === undefined ? [up.path] : [up.path, down.path],
        up: section(up.text, !isBare),
        down: down === undefined ? null : section(down.text, !isBare),
      }),
    ]
  })
  return { migrations: byNumber(migrations), problems }
}
