import { byNumber, migration, note, row, section, textOf } from './files.ts'
import type { Problem, SourceFile, SourceMigration, TableRow, Tool, ToolRow } from './tool.ts'

const fileName = /^(\d+)_([^/]*)\.(up|down)\.sql$/

/** A pair of files for each migration; schema_migrations(version, dirty) has the last one only. */
export const golangMigrate: Tool = {
  name: 'golang-migrate',
  tables: [{ name: 'schema_migrations', schema: null, has: ['version', 'dirty'], hasNot: [] }],
  schemas: [],
  recognises: ({ names }) => (names.some((name) => fileName.test(name)) ? 'likely' : null),
  reads: (path) => fileName.test(path),
  parse: (files) => paired(files, fileName),
  rowsOf: upTo,
}

/** Migrations of which UP and DOWN have a file each, known by their number. */
export function paired(
  files: readonly SourceFile[],
  form: RegExp,
): { migrations: SourceMigration[]; problems: Problem[] } {
  const problems: Problem[] = []
  const pairs = new Map<string, { up?: SourceFile; down?: SourceFile; number: string; title: string }>()
  for (const file of files) {
    const [, number = '', title = '', direction] = form.exec(file.path) ?? []
    const key = `${number}_${title}`
    const pair = pairs.get(key) ?? { number, title }
    pairs.set(key, direction === 'down' ? { ...pair, down: file } : { ...pair, up: file })
  }
  const migrations = [...pairs.values()].flatMap(({ up, down, number, title }): SourceMigration[] => {
    if (up === undefined) {
      problems.push(note(down?.path ?? title, 'has no file for UP beside it', 'it is left out'))
      return []
    }
    return [
      migration({
        key: String(BigInt(number)),
        number,
        title,
        files: down === undefined ? [up.path] : [up.path, down.path],
        up: section(up.text),
        down: down === undefined ? null : section(down.text),
      }),
    ]
  })
  return { migrations: byNumber(migrations), problems }
}

/** Applied is everything up to the version in the table; it is in doubt itself while it is dirty. */
export function upTo(rows: readonly TableRow[], migrations: readonly SourceMigration[]): ToolRow[] {
  const [last] = rows
  const version = last === undefined ? '' : textOf(last, 'version')
  if (!/^\d+$/.test(version)) return []
  const fault = textOf(last ?? {}, 'dirty') === 'true' ? `is dirty: it failed at version ${version}` : null
  const until = migrations.map(({ key }) => key).filter((key) => BigInt(key) < BigInt(version))
  return [...until.map((key) => row({ key })), row({ key: String(BigInt(version)), fault })]
}
