import { NselfError } from './errors.ts'

/** What speaks PostgreSQL's protocol and is another server. */
export type Engine = 'CockroachDB' | 'YugabyteDB' | 'Aurora DSQL' | 'Amazon Redshift'

/** What a server shows of itself; what was not looked at is left out. */
interface Signs {
  readonly host?: string
  /** What it reports while a connection is made, by the name of the parameter. */
  readonly reported?: ReadonlyMap<string, string>
  /** What version() says. */
  readonly version?: string
  /** Whether the system views of Aurora DSQL are there, whose version() says PostgreSQL. */
  readonly hasDsqlViews?: boolean
}

/** The engine that is not PostgreSQL, or null. */
export function engineOf({
  host = '',
  reported = new Map(),
  version = '',
  hasDsqlViews = false,
}: Signs): Engine | null {
  const texts = `${version} ${reported.get('server_version') ?? ''}`
  if (reported.has('crdb_version') || /CockroachDB/i.test(texts)) return 'CockroachDB'
  if (/-YB-|YugabyteDB/i.test(texts)) return 'YugabyteDB'
  if (reported.has('padb_version') || /Redshift/i.test(texts) || /^8\./.test(reported.get('server_version') ?? ''))
    return 'Amazon Redshift'
  if (hasDsqlViews || /\.dsql(-\w+)?\.[\w-]+\.(on\.aws|amazonaws\.com)$/i.test(host)) return 'Aurora DSQL'
  return null
}

const reasons: Record<Engine, string> = {
  CockroachDB: 'it commits before each DDL statement, and has no advisory locks',
  YugabyteDB: 'it commits each DDL statement by itself while transactional DDL is off',
  'Aurora DSQL': 'it takes one DDL statement a transaction, never with other statements, and has no advisory locks',
  'Amazon Redshift': 'it has no advisory locks, and nothing to keep a record together with its migration',
}

/** The refusal of a server on which the promises of nself do not hold; `place` is where it is. */
export function otherEngine(engine: Engine, place: string): NselfError {
  const what = `${place} is ${engine}: a migration and its record cannot commit together here; ${reasons[engine]}`
  return new NselfError('configuration', `${what}. Nothing was run`, {
    hint:
      engine === 'YugabyteDB'
        ? 'set ysql_yb_ddl_transaction_block_enabled=true on each yb-tserver, or use PostgreSQL 14 or later'
        : 'nself needs PostgreSQL 14 or later (Citus and managed PostgreSQL are fine); see which server is meant: nself env',
  })
}
