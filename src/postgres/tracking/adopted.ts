import type { ToolObjects } from '../../core/adopt/own-objects.ts'
import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Approved } from '../../core/guard/guard.ts'
import { seenChecksumOf } from '../../core/migration/checksum.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { type Repeatable, shownName } from '../../core/migration/repeatable.ts'
import { storedDown } from '../../core/migration/stored-down.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { connect } from '../driver/connect.ts'
import { must } from '../driver/must.ts'
import { send } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { acquireLock } from '../lock/advisory-lock.ts'
import { readHistory } from './history.ts'
import { journalSql } from './journal-entry.ts'
import { valuesSql } from './records.ts'
import { lastPosition } from './repeatables.ts'
import { trackingSql } from './schema.ts'
import { rememberToolObjectsSql } from './tool-objects.ts'

/** What another tool has applied, and when. */
interface Recorded<File> {
  readonly file: File
  readonly appliedAt: string | null
  readonly durationMs: number
  readonly appliedBy: string | null
  /** What was filled in, `***` for secrets; null where nothing was. */
  readonly values: Readonly<Record<string, string>> | null
}

export interface AdoptedHistory {
  readonly tool: string
  /** In the order of application. */
  readonly migrations: readonly Recorded<Migration>[]
  /** What runs again when it is edited, as it ran last. */
  readonly repeatables: readonly Recorded<Repeatable>[]
  /** What the tool keeps for itself, which no migration makes. */
  readonly objects: ToolObjects
}

interface RecordContext {
  readonly environment: Environment
  readonly lockWaitMs: number
  readonly tell: (sentence: string) => void
  readonly signal: AbortSignal
}

/**
 * Records migrations of another tool as applied, under the lock, in one transaction. What has a row already is left as
 * it is. Resolves to the names that were recorded.
 * @throws NselfError `migration-failed`, and nothing was recorded.
 */
export async function recordAdopted(
  server: Server,
  { what }: Approved<AdoptedHistory>,
  context: RecordContext,
): Promise<string[]> {
  const lock = await acquireLock(server, { ...context, waitMs: context.lockWaitMs })
  try {
    return await withConnection(connect(server, 'nself adopt'), context.signal, async (client) => {
      const history = await readHistory(client)
      const known = new Map(history.rows.map(({ version, name }) => [version, name]))
      const ran = new Set(history.repeatables.map(({ name }) => name))
      const taken = what.migrations.find(({ file }) => (known.get(file.version) ?? file.name) !== file.name)
      if (taken !== undefined) throw otherName(taken.file, known.get(taken.file.version) ?? '')
      const fresh = what.migrations.filter(({ file }) => !known.has(file.version))
      const again = what.repeatables.filter(({ file }) => !ran.has(file.name))
      const sql = [
        trackingSql(context.environment),
        ...fresh.flatMap((one) => [rowSql(one, context.environment), entrySql(one, what.tool, context.environment)]),
        ...again.flatMap((one) => [
          ranRowSql(one, context.environment),
          ranEntrySql(one, what.tool, context.environment),
        ]),
        rememberToolObjectsSql(what.objects),
      ]
      try {
        await must(client, `BEGIN; ${sql.join(';\n')}; COMMIT`)
      } catch (error) {
        await send(client, 'ROLLBACK')
        throw error
      }
      return [...fresh.map(({ file }) => file.name), ...again.map(({ file }) => shownName(file.name))]
    })
  } finally {
    await lock.release()
  }
}

/** When, how long and by whom, as SQL. */
function toldSql({ appliedAt, durationMs, appliedBy }: Recorded<unknown>): string {
  const at = appliedAt === null ? 'clock_timestamp()' : `${quoteLiteral(appliedAt)}::timestamptz`
  return `${at}, ${durationMs}, ${appliedBy === null ? 'session_user' : quoteLiteral(appliedBy)}`
}

function rowSql(one: Recorded<Migration>, environment: Environment): string {
  const { file } = one
  const [name, checksum, seen, down] = [file.name, file.checksum, seenChecksumOf(file.up), storedDown(file)].map(
    quoteLiteral,
  )
  return `INSERT INTO nself.migrations (version, name, checksum, seen_checksum, applied_at, duration_ms, applied_by, environment, down_sql, variables)
 VALUES (${file.version}, ${name}, ${checksum}, ${seen}, ${toldSql(one)}, '${environment}', ${down}, ${valuesSql(one)})`
}

/** At the place of the migration that is the last one by then. */
function ranRowSql(one: Recorded<Repeatable>, environment: Environment): string {
  const { name, text, file } = one.file
  const texts = [name, file.checksum, seenChecksumOf(file.up), storedDown(file), text].map(quoteLiteral)
  return `INSERT INTO nself.repeatables (name, checksum, seen_checksum, down_sql, definition, position, applied_at, duration_ms, applied_by, environment, variables)
 VALUES (${texts.join(', ')}, ${lastPosition}, ${toldSql(one)}, '${environment}', ${valuesSql(one)})`
}

const ranEntrySql = ({ file: { name, file } }: Recorded<Repeatable>, tool: string, environment: Environment) =>
  journalSql('baseline', { version: null, name, file }, 'done', environment, `adopted from ${tool}`)

const entrySql = ({ file }: Recorded<Migration>, tool: string, environment: Environment) =>
  journalSql('baseline', { ...file, file }, 'done', environment, `adopted from ${tool}`)

function otherName({ name, version }: Migration, known: string): NselfError {
  return new NselfError('refused', `${known} is recorded under the number of ${name}`, {
    hint: `only one of them can have the number ${version}; to see both: nself db migrate status; nothing was recorded`,
  })
}
