import { anyHead, byNumber, choice, migration, section } from './files.ts'
import { upTo } from './golang-migrate.ts'
import type { Problem, SourceFile, SourceMigration, Tool } from './tool.ts'

const form = /^(\d+)_([^/]+)\.sql$/
const between = /^----\s*create above \/ drop below\s*----[^\S\n]*$/m
const bare = /^----\s*tern:\s*disable-tx\s*----[^\S\n]*$/m

/** UP above a line and DOWN below it; schema_version has the last one only. */
export const tern: Tool = {
  name: 'tern',
  tables: [{ name: 'schema_version', schema: null, has: ['version'], hasNot: ['installed_rank', 'description'] }],
  schemas: [],
  recognises: (folder) => {
    if (anyHead(folder, form, between) || folder.names.includes('tern.conf')) return 'certain'
    return folder.names.some((name) => form.test(name)) ? 'possible' : null
  },
  reads: (path) => form.test(path),
  parse: (files) => {
    const problems: Problem[] = []
    return { migrations: byNumber(files.map((file) => parseFile(file, problems))), problems }
  },
  rowsOf: upTo,
}

function parseFile({ path, text }: SourceFile, problems: Problem[]): SourceMigration {
  const [, number = '', title = ''] = form.exec(path) ?? []
  if (/\{\{.*?\}\}/s.test(text)) {
    problems.push(
      choice(path, 'is a template, which tern fills in: {{ … }}', 'it is kept as it is', 'write out what it makes'),
    )
  }
  const [up = '', down = null] = text.split(between)
  const part = (sql: string) => section(sql.replace(bare, ''), !bare.test(sql))
  return migration({
    key: String(BigInt(number)),
    number,
    title,
    files: [path],
    up: part(up),
    down: down === null ? null : part(down),
  })
}
