import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Checks } from './checks.ts'
import { type Command, measure, must, type Sample } from './command.ts'
import { Designs } from './designs.ts'
import { nodeOf } from './install.ts'
import { smallMigrations } from './migrations.ts'
import { type Distance, startProxy } from './proxy.ts'
import { type Server, startServer } from './server.ts'
import { type Action, cache, made, projects, type Tool } from './tool.ts'
import type { Workload } from './workloads.ts'

/** One run of a workload by a tool, of all its runners together. */
export interface Run extends Sample {
  /** How many of the runners ended with another exit status than 0, and how many migrations were applied twice. */
  readonly failures: number
  readonly twice: number
}

/** The servers, the folders and the databases that the workloads need, made when they are first needed. */
export class Lab {
  private readonly servers = new Map<boolean, Promise<Server>>()
  private readonly proxies = new Map<string, Promise<Distance>>()
  private readonly templates = new Set<string>()
  private databases = 0
  private designs: Promise<Designs> | null = null
  private checks: Promise<Checks> | null = null

  /** True when the tool can do it at all. */
  can(tool: Tool, { action, migrations, design, check }: Workload): boolean {
    if (design !== undefined || check !== undefined) return true
    if (typeof migrations === 'string' && tool.prepareLarge?.[migrations] === undefined) return false
    const place = { folder: '', port: 1, database: 'any', count: 1, node: 'node' }
    return tool.argv(action, place, '') !== null
  }

  async run(tool: Tool, workload: Workload): Promise<Run> {
    const { migrations, runners = 1, applied, action, design, check } = workload
    if (check !== undefined) {
      this.checks ??= this.server(true).then((server) => new Checks(server))
      return this.together(await (await this.checks).command(check), runners, null)
    }
    if (design !== undefined) {
      this.designs ??= this.server(true).then((server) => new Designs(server))
      return this.together(await (await this.designs).command(tool, design), runners, null)
    }
    if (migrations === undefined) return this.together(this.command(tool, workload, action, 1, 'none'), runners, null)
    const server = await this.server(workload.fsync !== false)
    const template = applied ? await this.template(tool, workload, server) : null
    const reads = action === 'status' || (template !== null && action === 'up')
    const database = template !== null && reads ? template : this.create(server, template)
    if (!reads) server.sql('postgres', 'CHECKPOINT')
    const port = workload.away === undefined ? server.port : (await this.proxy(server, workload.away)).port
    const watched = typeof migrations === 'string' ? database : null
    const run = await this.together(this.command(tool, workload, action, port, database), runners, watched)
    // The database stays until the server goes: where thousands of files were just deleted, ext4 takes twice as long to make new ones.
    const twice = runners === 1 ? 0 : twiceApplied(server, database)
    return { ...run, twice }
  }

  async close(): Promise<void> {
    for (const proxy of this.proxies.values()) (await proxy).close()
    for (const server of this.servers.values()) (await server).stop()
    rmSync(projects, { recursive: true, force: true })
  }

  private async together(command: Command, runners: number, watched: string | null): Promise<Run> {
    const samples = await Promise.all(Array.from({ length: runners }, () => measure(command, watched)))
    const failed = samples.filter((sample) => sample.status !== 0)
    const most = (figure: 'wall' | 'clientPeak' | 'backendPeak') => Math.max(...samples.map((sample) => sample[figure]))
    return {
      status: runners === 1 ? (failed[0]?.status ?? 0) : 0,
      output: failed[0]?.output ?? '',
      wall: most('wall'),
      cpu: samples.reduce((sum, sample) => sum + sample.cpu, 0),
      clientPeak: most('clientPeak'),
      backendPeak: most('backendPeak'),
      failures: failed.length,
      twice: 0,
    }
  }

  private command(tool: Tool, workload: Workload, action: Action, port: number, database: string): Command {
    const folder = this.folder(tool, workload)
    const count = typeof workload.migrations === 'object' ? workload.migrations.count : 1
    const place = { folder, port, database, count, node: workload.node ? nodeOf(workload.node) : process.execPath }
    const url = `postgres://postgres@127.0.0.1:${port}/${database}`
    const argv = tool.argv(action, place, url)
    if (argv === null) throw new Error(`${tool.name} has no ${action}`)
    return { argv, cwd: folder, env: { DATABASE_URL: url } }
  }

  private folder(tool: Tool, { migrations }: Workload): string {
    const what = typeof migrations === 'object' ? `${migrations.kind}-${migrations.count}` : (migrations ?? 'nothing')
    const folder = join(projects, slug(tool.name), what)
    if (existsSync(folder)) return folder
    made(folder)
    if (typeof migrations === 'object') tool.prepare(folder, smallMigrations(migrations.kind, migrations.count))
    else if (migrations !== undefined) tool.prepareLarge?.[migrations]?.(folder)
    return folder
  }

  private create(server: Server, template: string | null): string {
    const name = `run_${++this.databases}`
    server.sql('postgres', `CREATE DATABASE ${name} TEMPLATE ${template ?? 'template1'}`)
    return name
  }

  /** A database in which the tool has applied everything. */
  private async template(tool: Tool, workload: Workload, server: Server): Promise<string> {
    const { kind, count } = workload.migrations as { kind: string; count: number }
    const name = `applied_${slug(tool.name)}_${kind}_${count}`
    if (this.templates.has(`${server.port} ${name}`)) return name
    server.sql('postgres', `CREATE DATABASE ${name}`)
    await must(this.command(tool, workload, 'up', server.port, name))
    this.templates.add(`${server.port} ${name}`)
    return name
  }

  private server(fsync: boolean): Promise<Server> {
    const started = this.servers.get(fsync) ?? startServer(join(cache, fsync ? 'server' : 'server-nofsync'), fsync)
    this.servers.set(fsync, started)
    return started
  }

  private proxy(server: Server, away: number): Promise<Distance> {
    const key = `${server.port} ${away}`
    const started = this.proxies.get(key) ?? startProxy(server.port, away)
    this.proxies.set(key, started)
    return started
  }
}

const slug = (name: string) => name.replace(/\W+/g, '_')

function twiceApplied(server: Server, database: string): number {
  try {
    return Number(server.sql(database, 'SELECT count(*) - count(DISTINCT id) FROM entries'))
  } catch {
    // Nobody got as far as to make the table.
    return 0
  }
}
