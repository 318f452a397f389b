import { byNumber, migration, obstacle, row, section, textOf } from './files.ts'
import type { Problem, SourceFile, SourceMigration, Tool } from './tool.ts'

const fileName = /^(\d+)[^/]*\.sql$/
const upMark = /^--\s*migrate:up(?:[^\S\n]*$|[^\S\n]+\S+.*$)/m
const downMark = /^--\s*migrate:down(?:[^\S\n]*$|[^\S\n]+\S+.*$)/m

/** One file with `-- migrate:up` and `-- migrate:down`; table schema_migrations(version). */
export const dbmate: Tool = {
  name: 'dbmate',
  tables: [
    { name: 'schema_migrations', schema: null, has: ['version'], hasNot: ['dirty', 'applied_at', 'name', 'hash'] },
  ],
  schemas: [],
  recognises: ({ names, head }) =>
    names.some((name) => fileName.test(name) && /^--\s*migrate:(up|down)/m.test(head(name))) ? 'certain' : null,
  reads: (path) => fileName.test(path),
  parse: (files) => {
    const problems: Problem[] = []
    const migrations = files.flatMap((file): SourceMigration[] => {
      const found = parseFile(file, problems)
      return found === null ? [] : [found]
    })
    return { migrations: byNumber(migrations), problems }
  },
  rowsOf: (rows) =>
    rows.map((item) => row({ key: textOf(item, 'version') })).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
}

function parseFile({ path, text }: SourceFile, problems: Problem[]): SourceMigration | null {
  const number = fileName.exec(path)?.[1] ?? ''
  const up = upMark.exec(text)
  const down = downMark.exec(text)
  if (up === null || (down !== null && down.index < up.index)) {
    const what = up === null ? 'has no line -- migrate:up' : 'has its -- migrate:down before its -- migrate:up'
    problems.push(obstacle(path, what, 'it is left out, as dbmate refuses it', 'fix the file'))
    return null
  }
  const end = down?.index ?? text.length
  const before = text.slice(0, up.index).trim()
  const upSql = text.slice(up.index + up[0].length, end)
  return migration({
    key: number,
    number,
    title: path.slice(number.length, -4),
    files: [path],
    up: section(before === '' ? upSql : `\n${before}\n${upSql}`, isTransaction(up[0])),
    down: down === null ? null : section(text.slice(end + down[0].length), isTransaction(down[0])),
  })
}

const isTransaction = (mark: string) => !/\stransaction:false(\s|$)/.test(mark)
