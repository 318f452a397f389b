import { anyHead, byNumber, codeProblems, migration, row, section, textOf } from './files.ts'
import type { SourceFile, SourceMigration, Tool } from './tool.ts'

const form = /^(\d+)[-_]([^/]*)\.sql$/
const code = /^\d+[-_][^/]*\.(?:[cm]?[jt]s)$/
const upMark = /^[^\S\n]*--[\s-]*up\s+migration.*$/im
const downMark = /^[^\S\n]*--[\s-]*down\s+migration.*$/im

/** SQL files with `-- Up Migration` and `-- Down Migration`; pgmigrations(id, name, run_on). */
export const nodePgMigrate: Tool = {
  name: 'node-pg-migrate',
  tables: [{ name: 'pgmigrations', schema: null, has: ['name', 'run_on'], hasNot: [] }],
  schemas: [],
  recognises: (folder) => {
    if (anyHead(folder, form, upMark) || anyHead(folder, form, downMark)) return 'certain'
    return folder.names.some((name) => form.test(name)) ? 'possible' : null
  },
  reads: (path) => form.test(path) || (code.test(path) && !path.endsWith('.d.ts')),
  parse: (files) => ({
    migrations: byNumber(files.filter(({ path }) => form.test(path)).map(parseFile)),
    problems: codeProblems(files, code),
  }),
  rowsOf: (rows) =>
    rows
      .toSorted((a, b) => Number(textOf(a, 'id')) - Number(textOf(b, 'id')))
      .map((item) => row({ key: textOf(item, 'name'), appliedAt: item.run_on ?? null })),
}

/** Whatever stands before the second mark belongs to the first section; without a mark all is UP. */
function parseFile({ path, text }: SourceFile): SourceMigration {
  const [, number = '', title = ''] = form.exec(path) ?? []
  const [up, down] = [upMark.exec(text), downMark.exec(text)]
  const before =
    down === null ? text : up === null || up.index < down.index ? text.slice(0, down.index) : text.slice(up.index)
  const after =
    down === null ? null : up === null || up.index < down.index ? text.slice(down.index) : text.slice(0, up.index)
  return migration({
    key: path.slice(0, -4),
    number,
    title,
    files: [path],
    up: section(before.replace(upMark, '')),
    down: after === null ? null : section(after.replace(downMark, '')),
  })
}
