import { NselfError } from '../core/errors.ts'
import { sha256 } from '../core/migration/checksum.ts'
import { systemCodeOf } from '../core/system-error.ts'
import { isGone } from '../postgres/databases/databases.ts'
import { type Properties, readProperties } from '../postgres/databases/properties.ts'
import { TestDatabases } from '../postgres/databases/test-databases.ts'
import { type Template, templateFor } from '../postgres/databases/test-templates.ts'
import { connect } from '../postgres/driver/connect.ts'
import { type Server, spokenPlace } from '../postgres/driver/server.ts'
import { withConnection } from '../postgres/driver/with-connection.ts'
import { readHistory } from '../postgres/tracking/history.ts'
import { keyOfFiles } from '../project/files-key.ts'
import type { ServerTarget } from '../project/server-target.ts'
import { contextIn, type Opened } from './context.ts'

interface Order {
  readonly opened: Opened
  readonly server: Server
  readonly seed: boolean
}

/** Changes with what the tool makes of a file, so that an old template is not taken for a new one. */
const edition = '1'
const lockWaitMs = 60_000
/** How long to wait for the next test before everything is put away, in ms. */
const rest = 3000

/** Makes test databases of one kind, the next one ahead of its time. */
export class TestWorkshop {
  private readonly order: Order
  private readonly databases: TestDatabases
  private readonly like: Properties | null
  private readonly closed: () => void
  private template: { readonly key: string; readonly made: Promise<Template> } | null = null
  private spare: { readonly key: string; readonly made: Promise<string> } | null = null
  private lent = 0
  private closing: NodeJS.Timeout | undefined
  private isSwept = false

  private constructor(order: Order, databases: TestDatabases, like: Properties | null, closed: () => void) {
    this.order = order
    this.databases = databases
    this.like = like
    this.closed = closed
    // Nothing else is left to do for this process.
    process.once('beforeExit', this.close)
  }

  /**
   * @param closed is called when it takes no more orders.
   * @throws NselfError `refused` beside a database that is not local, `connection`.
   */
  static async open(order: Order, closed: () => void): Promise<TestWorkshop> {
    const like = await lookAt(order.server)
    return new TestWorkshop(order, await TestDatabases.open(order.server, closed), like, closed)
  }

  /** The name of a new database. @throws NselfError `migration-failed` and whatever else a run throws. */
  async take(): Promise<string> {
    clearTimeout(this.closing)
    this.lent++
    try {
      const key = this.key()
      const { spare } = this
      this.spare = null
      const name = await (spare?.key === key ? spare.made.catch(() => this.copy(key)) : this.copy(key))
      if (spare !== null && spare.key !== key) this.dropSpare(spare)
      this.makeSpare(key)
      return name
    } catch (error) {
      this.returned()
      throw error
    }
  }

  /** @throws NselfError `refused` while somebody is connected. */
  async giveBack(name: string): Promise<void> {
    await this.databases.refuseUsed(name)
    // Nobody waits for it: what is not dropped the next run sweeps.
    const dropping = this.databases.drop(name).catch(() => {})
    void dropping.then(() => this.returned())
  }

  private key(): string {
    const { migrationsDir, repeatableDir, seedsDir, variables } = this.order.opened.settings
    const files = keyOfFiles([migrationsDir, repeatableDir, ...(this.order.seed ? [seedsDir] : [])])
    return variables.key === '' ? files : sha256(files + variables.key).slice(0, files.length)
  }

  private async copy(key: string): Promise<string> {
    const template = await this.templateOf(key)
    try {
      return await this.databases.create(template.name, template.settings)
    } catch (error) {
      if (!isGone(error)) throw error
      this.template = null
      const again = await this.templateOf(key)
      return this.databases.create(again.name, again.settings)
    }
  }

  private templateOf(key: string): Promise<Template> {
    if (this.template?.key !== key) {
      const { opened, server, seed } = this.order
      const project = sha256(JSON.stringify([edition, opened.settings.root, server.user, seed])).slice(0, 8)
      const made = templateFor(server, { project, key, like: this.like, fill: (empty) => this.fill(empty) })
      this.template = { key, made }
      made.catch(() => {
        this.template = null
      })
    }
    return this.template.made
  }

  private async fill(empty: Server): Promise<void> {
    const { opened, seed } = this.order
    const settings = { ...opened.settings, target: targetOf(empty) }
    const context = contextIn({ ...opened, settings, tell: () => {} }, {})
    const { applyPending } = await import('../commands/db/migrate/up.ts')
    await applyPending(context, { limit: {}, allowOutOfOrder: false, singleTransaction: false, lockWaitMs })
    if (!seed) return
    const { runSeedsOf } = await import('../commands/shared/run-seeds.ts')
    await runSeedsOf(context, 'all', { lockWaitMs })
  }

  private makeSpare(key: string): void {
    if (this.spare !== null) return
    const made = this.copy(key)
    made.catch(() => {})
    this.spare = { key, made }
    if (this.isSwept) return
    this.isSwept = true
    void made.then(() => this.databases.sweep()).catch(() => {})
  }

  private dropSpare({ made }: { readonly made: Promise<string> }): Promise<void> {
    return made.then((name) => this.databases.drop(name)).catch(() => {})
  }

  /** Where no test has a database any more it is all put away, unless the next one comes soon. */
  private returned(): void {
    if (--this.lent === 0) this.closing = setTimeout(this.close, rest).unref()
  }

  private readonly close = async (): Promise<void> => {
    clearTimeout(this.closing)
    process.removeListener('beforeExit', this.close)
    this.closed()
    const { spare } = this
    this.spare = null
    if (spare !== null) await this.dropSpare(spare)
    await this.databases.close()
  }
}

function targetOf({ ssl, link, ...server }: Server): ServerTarget {
  const more = { ...(ssl === undefined ? {} : { ssl }), ...(link === undefined ? {} : { link }) }
  return { kind: 'server', source: 'createTestDatabase', ...server, ...more }
}

/**
 * What the database of the settings is, which test databases are like; null where it is not there.
 * @throws NselfError `refused` where it is not local.
 */
async function lookAt(server: Server): Promise<Properties | null> {
  const looking = withConnection(connect(server, 'nself test databases'), null, async (client) => {
    const [properties, { facts }] = await Promise.all([readProperties(client, server.database), readHistory(client)])
    return { properties, markedAs: facts.markedAs }
  })
  const found = await looking.catch((error) => {
    if (error instanceof NselfError && systemCodeOf(error.cause) === '3D000') return null
    throw error
  })
  if (found === null) return null
  if (found.markedAs === null || found.markedAs === 'local') return found.properties
  throw new NselfError(
    'refused',
    `${spokenPlace(server)} is marked ${found.markedAs}: no test database is made beside it`,
    {
      hint: 'name a server for tests: createTestDatabase({ databaseUrl })',
    },
  )
}
