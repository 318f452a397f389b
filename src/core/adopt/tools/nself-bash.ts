import { byNumber, migration, note, row, section, textOf } from './files.ts'
import type { Problem, SourceMigration, Tool } from './tool.ts'

const form = /^(\d+)_([^/]*)\.sql$/
const down = /_down\.sql$/

/** The shell script of this name: `TIME_name.sql` and `TIME_name_down.sql` in the folder that is nself's now. */
export const nselfBash: Tool = {
  name: 'nself-bash',
  tables: [
    { name: 'schema_migrations', schema: null, has: ['version', 'applied_at'], hasNot: ['name', 'hash', 'dirty'] },
  ],
  schemas: [],
  recognises: ({ path, names, head }) => {
    if (!/(^|\/)migrations(_bash)?$/.test(path)) return null
    const own = names.filter((name) => form.test(name) && !/^-- Adopted from /m.test(head(name)))
    if (own.some((name) => down.test(name))) return 'likely'
    return own.length > 0 ? 'possible' : null
  },
  reads: (path) => form.test(path),
  parse: (files) => {
    const problems: Problem[] = []
    const downs = new Map(files.filter(({ path }) => down.test(path)).map((file) => [file.path, file]))
    const migrations = files.flatMap(({ path, text }): SourceMigration[] => {
      const [, number = '', title = ''] = form.exec(path) ?? []
      if (down.test(path)) {
        if (!files.some((file) => file.path === path.replace(down, '.sql')))
          problems.push(note(path, 'has no file for UP beside it', 'it is left out'))
        return []
      }
      const back = downs.get(path.replace(/\.sql$/, '_down.sql'))
      return [
        migration({
          key: number,
          number,
          title,
          files: back === undefined ? [path] : [path, back.path],
          up: section(text),
          down: back === undefined ? null : section(back.text),
        }),
      ]
    })
    return { migrations: byNumber(migrations), problems }
  },
  rowsOf: (rows) =>
    rows
      .toSorted((a, b) => (textOf(a, 'applied_at') < textOf(b, 'applied_at') ? -1 : 1))
      .map((item) => row({ key: textOf(item, 'version'), appliedAt: item.applied_at ?? null })),
}
