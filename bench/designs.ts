import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, must } from './command.ts'
import type { Server } from './server.ts'
import { checkout, made, projects, type Tool, writer } from './tool.ts'

/** What a design is compared with: nothing yet, what it made, that and one column more, a database changed by hand. */
export type Comparison = 'new' | 'same' | 'column' | 'drift' | 'sql'

/** A design of so many tables, and what is asked of it. */
export interface DesignTask {
  readonly tables: number
  readonly comparison: Comparison
}

const owner = 'bench_owner'
const nself = (...words: string[]) => [process.execPath, join(checkout, 'bin', 'nself.js'), 'db', ...words]

/** Two databases that one column tells apart, and the project that made them. */
export class Designs {
  private readonly ready = new Map<number, Promise<void>>()

  private readonly server: Server

  constructor(server: Server) {
    this.server = server
  }

  /** The command that is to be measured, on databases as they are before it. */
  async command(tool: Tool, { tables, comparison }: DesignTask): Promise<Command> {
    const prepared = this.ready.get(tables) ?? this.prepare(tables)
    this.ready.set(tables, prepared)
    await prepared
    const [url, more] = [this.url(`design_${tables}`), this.url(`design_${tables}_more`)]
    if (tool.name !== 'nself') return { argv: tool.argv('diff', noPlace, `${more} ${url}`) ?? [], cwd: checkout }
    const folder = comparison === 'new' ? this.fresh(tables) : this.folder(tables)
    for (const file of readdirSync(join(folder, 'nself', 'migrations'))) {
      if (file.includes('measured')) rmSync(join(folder, 'nself', 'migrations', file))
    }
    const design = comparison === 'column' ? 'more.dbml' : 'schema.dbml'
    const argv = {
      drift: nself('migrate', 'status', '--drift'),
      sql: nself('schema', 'diff', more, url, '--sql'),
      new: nself('schema', 'import', design, '--yes', '--name', 'measured'),
      same: nself('schema', 'import', design, '--yes', '--name', 'measured'),
      column: nself('schema', 'import', design, '--yes', '--name', 'measured'),
    }[comparison]
    return { argv, cwd: folder, env: { DATABASE_URL: comparison === 'drift' ? more : url } }
  }

  private folder(tables: number): string {
    return join(projects, 'designs', String(tables))
  }

  /** A project without migrations, and a server that knows no template of them. */
  private fresh(tables: number): string {
    const folder = join(projects, 'designs', `${tables}_new`)
    rmSync(folder, { recursive: true, force: true })
    made(folder, 'nself', 'migrations')
    writer(folder)('schema.dbml', designOf(tables, ''))
    this.server.dropTemplates()
    return folder
  }

  private async prepare(tables: number): Promise<void> {
    const folder = this.folder(tables)
    rmSync(folder, { recursive: true, force: true })
    made(folder, 'nself', 'migrations')
    writer(folder)('schema.dbml', designOf(tables, ''))
    writer(folder)('more.dbml', designOf(tables, '  remarks text\n'))
    const name = `design_${tables}`
    const roles = this.server.sql('postgres', `SELECT count(*) FROM pg_roles WHERE rolname = '${owner}'`)
    if (roles === '0') this.server.sql('postgres', `CREATE ROLE ${owner} LOGIN CREATEDB`)
    this.server.sql('postgres', `CREATE DATABASE ${name} OWNER ${owner}`)
    const env = { DATABASE_URL: this.url(name) }
    await must({ argv: nself('schema', 'import', 'schema.dbml', '--yes', '--name', 'base'), cwd: folder, env })
    await must({ argv: nself('migrate', 'up'), cwd: folder, env })
    this.server.sql('postgres', `CREATE DATABASE ${name}_more TEMPLATE ${name} OWNER ${owner}`)
    this.server.sql(`${name}_more`, 'ALTER TABLE t5 ADD COLUMN remarks text')
  }

  private url(database: string): string {
    return `postgresql://${owner}@127.0.0.1:${this.server.port}/${database}`
  }
}

const noPlace = { folder: '', port: 0, database: '', count: 1, node: process.execPath }

/** Tables with a key, a unique column, an index and a reference each, as people draw them. */
function designOf(count: number, more: string): string {
  const tables = Array.from(
    { length: count },
    (_, i) => `Table t${i} {
  id bigint [pk, increment]
  parent_id bigint
  name varchar(80) [not null]
  email text [not null, unique]
  amount numeric(12,2) [not null, default: 0]
  active boolean [not null, default: true]
  created_at timestamptz [not null, default: \`now()\`]
${i === 5 ? more : ''}  indexes {
    name
  }
}
`,
  )
  const references = Array.from({ length: count - 1 }, (_, i) => `Ref: t${i + 1}.parent_id > t${i >> 1}.id\n`)
  return [...tables, ...references].join('')
}
