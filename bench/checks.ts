import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, must } from './command.ts'
import type { SourceFile } from './migrations.ts'
import type { Server } from './server.ts'
import { checkout, made, projects, writer } from './tool.ts'

/** A history of so many migrations, of which all are checked, or the last alone, as a pull request adds it. */
export interface CheckTask {
  readonly migrations: number
  readonly what: 'all' | 'added'
}

const owner = 'bench_checker'
const scopes = { all: ['--all'], added: ['--since', 'HEAD'] } as const

/** Projects of which nothing is proven or kept from one check to the next. */
export class Checks {
  private readonly ready = new Map<string, Promise<void>>()
  private readonly server: Server

  constructor(server: Server) {
    this.server = server
  }

  /** The command that is to be measured, in the project as it is before it. */
  async command({ migrations, what }: CheckTask): Promise<Command> {
    const folder = join(projects, 'checks', `${what}_${migrations}`)
    const database = `check_${what}_${migrations}`
    const url = `postgresql://${owner}@127.0.0.1:${this.server.port}/${database}`
    const argv = [process.execPath, join(checkout, 'bin', 'nself.js'), 'db', 'check', ...scopes[what]]
    const command = { argv, cwd: folder, env: { DATABASE_URL: url } }
    const prepared = this.ready.get(folder) ?? this.prepare(command, database, migrations)
    this.ready.set(folder, prepared)
    await prepared
    rmSync(join(folder, 'nself', 'proofs'), { force: true })
    this.server.dropTemplates()
    return command
  }

  private async prepare({ cwd }: Command, database: string, migrations: number): Promise<void> {
    rmSync(cwd, { recursive: true, force: true })
    const files = history(migrations)
    write(cwd, files.slice(0, -1))
    const git = (...words: string[]) =>
      must({ argv: ['git', '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...words], cwd })
    await git('init', '-q')
    await git('add', '.')
    await git('commit', '-q', '-m', 'All but the last migration')
    write(cwd, files)
    const roles = this.server.sql('postgres', `SELECT count(*) FROM pg_roles WHERE rolname = '${owner}'`)
    if (roles === '0') this.server.sql('postgres', `CREATE ROLE ${owner} LOGIN CREATEDB`)
    this.server.sql('postgres', `CREATE DATABASE ${database} OWNER ${owner}`)
  }
}

function write(folder: string, files: readonly SourceFile[]): void {
  const migrations = join(made(folder), 'nself', 'migrations')
  rmSync(migrations, { recursive: true, force: true })
  const into = writer(migrations)
  for (const { number, name, up, down } of files) into(`${number}_${name}.sql`, `-- UP\n${up}\n-- DOWN\n${down}\n`)
}

type Change = Omit<SourceFile, 'number'>

/** A table in every fourth migration, and in those between them what becomes of it. */
function history(count: number): SourceFile[] {
  return Array.from({ length: count }, (_, i) => {
    const n = Math.floor(i / 4)
    const change = changes[i % 4]?.(n) ?? { name: 'nothing', up: 'SELECT 1;', down: 'SELECT 1;' }
    return { number: String(i + 1).padStart(4, '0'), ...change }
  })
}

const changes: readonly ((n: number) => Change)[] = [
  (n) => ({
    name: `create_t${n}`,
    up: `CREATE TABLE t${n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, state text, made_at timestamptz NOT NULL DEFAULT now());`,
    down: `DROP TABLE t${n};`,
  }),
  (n) => ({
    name: `add_price_${n}`,
    up: `ALTER TABLE t${n} ADD COLUMN price numeric(10, 2) NOT NULL DEFAULT 0;\nCREATE INDEX t${n}_name ON t${n} (name);`,
    down: `DROP INDEX t${n}_name;\nALTER TABLE t${n} DROP COLUMN price;`,
  }),
  (n) => ({
    name: `refer_${n}`,
    up: `ALTER TABLE t${n} ADD COLUMN parent_id bigint REFERENCES t${Math.max(0, n - 1)};`,
    down: `ALTER TABLE t${n} DROP COLUMN parent_id;`,
  }),
  (n) => ({
    name: `fill_${n}`,
    up: `INSERT INTO t${n} (name) VALUES ('first'), ('second');\nUPDATE t${n} SET state = 'new' WHERE state IS NULL;`,
    down: `DELETE FROM t${n} WHERE name IN ('first', 'second');`,
  }),
]
