import { join } from 'node:path'
import { type SourceFile, writeLarge, writeStatements } from './migrations.ts'
import { drizzle, graphileMigrate, knex, nodePgMigrate } from './node-tools.ts'
import { type Action, checkout, installed, made, type Tool, writer } from './tool.ts'

const nself: Tool = {
  name: 'nself',
  runsOnNode: true,
  prepare: (folder, files) => {
    const write = writer(join(folder, 'nself', 'migrations'))
    for (const { number, name, up, down } of files) write(`${number}_${name}.sql`, `-- UP\n${up}\n-- DOWN\n${down}`)
  },
  prepareLarge: {
    insert: (folder) => writeLarge(join(made(folder, 'nself', 'migrations'), '1_large.sql'), 'insert', '-- UP\n'),
    copy: (folder) => writeLarge(join(made(folder, 'nself', 'migrations'), '1_large.sql'), 'copy', '-- UP\n'),
    'statements-10000': (folder) => writeJournaled(folder, 10_000),
    'statements-20000': (folder) => writeJournaled(folder, 20_000),
  },
  argv: (action, { node, count }, url) => {
    const program = [node, join(checkout, 'bin', 'nself.js')]
    if (action === 'version' || action === 'help') return [...program, `--${action}`]
    return [...program, 'db', 'migrate', action, ...(action === 'down' ? [String(count)] : []), '--database-url', url]
  },
}

function writeJournaled(folder: string, count: number): void {
  const path = join(made(folder, 'nself', 'migrations'), '1_many.sql')
  writeStatements(path, count, '-- nself: no-transaction\n-- UP\n')
}

const dbmate: Tool = {
  name: 'dbmate',
  runsOnNode: false,
  prepare: (folder, files) => {
    const write = writer(join(folder, 'db', 'migrations'))
    for (const { number, name, up, down } of files) {
      write(`${number}_${name}.sql`, `-- migrate:up\n${up}\n-- migrate:down\n${down}`)
    }
  },
  prepareLarge: {
    insert: (folder) => {
      const path = join(made(folder, 'db', 'migrations'), '1_large.sql')
      writeLarge(path, 'insert', '-- migrate:up\n', '-- migrate:down\n')
    },
  },
  argv: (action, _, url) => {
    const program = installed('@dbmate', `${process.platform}-${process.arch}`, 'bin', 'dbmate')
    if (action === 'version' || action === 'help') return [program, `--${action}`]
    // It reverts only one at a time.
    if (action === 'down') return null
    return [program, '--url', `${url}?sslmode=disable`, '--no-dump-schema', action]
  },
}

/** Each file in a transaction with its row, all in one session: what an attentive shell script would do. */
const psql: Tool = {
  name: 'psql, a transaction a file',
  runsOnNode: false,
  prepare: (folder, files) => prepareForPsql(folder, files, 'BEGIN;\n', 'COMMIT;\n'),
  prepareLarge: {
    insert: (folder) => writeLarge(join(folder, 'up.sql'), 'insert', 'BEGIN;\n', 'COMMIT;\n'),
    copy: (folder) => writeLarge(join(folder, 'up.sql'), 'copy', 'BEGIN;\n', 'COMMIT;\n'),
    'statements-10000': (folder) => writeStatements(join(folder, 'up.sql'), 10_000),
    'statements-20000': (folder) => writeStatements(join(folder, 'up.sql'), 20_000),
  },
  argv: (action, _, url) => psqlArgv(action, url),
}

const psqlOne: Tool = {
  name: 'psql -1',
  runsOnNode: false,
  prepare: (folder, files) => prepareForPsql(folder, files, '', ''),
  argv: (action, _, url) => psqlArgv(action, url, '-1'),
}

function prepareForPsql(folder: string, files: readonly SourceFile[], before: string, after: string): void {
  const write = writer(folder)
  const script = (which: 'up' | 'down', list: readonly SourceFile[], row: (file: SourceFile) => string) =>
    list.map((file) => `${before}\\i ${file.number}.${which}.sql\n${row(file)};\n${after}`).join('')
  for (const { number, up, down } of files) {
    write(`${number}.up.sql`, up)
    write(`${number}.down.sql`, down)
  }
  const table = 'CREATE TABLE IF NOT EXISTS applied (version text PRIMARY KEY, at timestamptz DEFAULT now());\n'
  const insert = ({ number }: SourceFile) => `INSERT INTO applied (version) VALUES ('${number}')`
  write('up.sql', table + script('up', files, insert))
  const remove = ({ number }: SourceFile) => `DELETE FROM applied WHERE version = '${number}'`
  write('down.sql', script('down', [...files].reverse(), remove))
}

function psqlArgv(action: Action, url: string, ...flags: string[]): readonly string[] | null {
  if (action === 'version' || action === 'help') return ['psql', `--${action}`]
  if (action === 'status') return null
  return ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', ...flags, '-d', url, '-f', `${action}.sql`]
}

/** Node, and nothing else: what no tool that runs on it can be faster than. */
const bareNode: Tool = {
  name: 'node -e 0',
  runsOnNode: true,
  prepare: () => {},
  argv: (_, { node }) => [node, '-e', '0'],
}

/** Without a proof, without the words of a person, without what it does not know. */
const pgDelta: Tool = {
  name: 'pg-delta alone',
  runsOnNode: true,
  prepare: () => {},
  argv: (action, { node }, urls) =>
    action === 'diff' ? [node, join(checkout, 'bench', 'pg-delta-alone.mjs'), urls] : null,
}

export const tools: readonly Tool[] = [
  nself,
  dbmate,
  nodePgMigrate,
  graphileMigrate,
  knex,
  drizzle,
  psql,
  psqlOne,
  bareNode,
  pgDelta,
]
