import { anyHead, codeProblems, row, section, textOf, upOnly } from './files.ts'
import type { Tool } from './tool.ts'

const form = /^[VU](\d+)__(\w+)\.sql$/
const code = /^[VU]\d+__\w+\.rs$/

/** V and U files, UP only; refinery_schema_history with times as text. */
export const refinery: Tool = {
  name: 'refinery',
  tables: [{ name: 'refinery_schema_history', schema: null, has: ['version', 'applied_on'], hasNot: [] }],
  schemas: [],
  recognises: (folder) => {
    if (folder.names.some((name) => code.test(name))) return 'likely'
    return anyHead(folder, form, /^/) ? 'possible' : null
  },
  reads: (path) => form.test(path) || code.test(path),
  parse: (files) => ({
    migrations: upOnly(files, form, (text) => section(text)),
    problems: codeProblems(files, code),
  }),
  rowsOf: (rows) =>
    rows
      .toSorted((a, b) => Number(textOf(a, 'version')) - Number(textOf(b, 'version')))
      .map((item) => row({ key: textOf(item, 'version'), appliedAt: item.applied_on ?? null })),
}
