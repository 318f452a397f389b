import { codeProblems, row, section, textOf, upOnly } from './files.ts'
import type { Tool } from './tool.ts'

const form = /^(\d+)[-_]?([^/]*)\.sql$/
const code = /^\d+[-_]?[^/]*\.js$/

/** Numbered files, UP only; migrations(id, name, hash, executed_at), whose row 0 is its own. */
export const postgresMigrations: Tool = {
  name: 'postgres-migrations',
  tables: [{ name: 'migrations', schema: null, has: ['id', 'name', 'hash', 'executed_at'], hasNot: [] }],
  schemas: [],
  recognises: ({ names, head }) => {
    const own = names.filter((name) => form.test(name))
    if (own.some((name) => /^--\s*postgres-migrations\s/m.test(head(name)))) return 'certain'
    return own.length > 0 ? 'possible' : null
  },
  reads: (path) => form.test(path) || code.test(path),
  parse: (files) => ({
    migrations: upOnly(files, form, (text) => {
      const transaction = !/^--\s*postgres-migrations\s+disable-transaction/m.test(text)
      return section(text.replace(/^--\s*postgres-migrations\s.*\n?/gm, ''), transaction)
    }),
    problems: codeProblems(files, code),
  }),
  rowsOf: (rows) =>
    rows
      .filter((item) => textOf(item, 'id') !== '0')
      .toSorted((a, b) => Number(textOf(a, 'id')) - Number(textOf(b, 'id')))
      .map((item) => row({ key: textOf(item, 'id'), appliedAt: item.executed_at ?? null })),
}
