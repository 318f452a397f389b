/** How nself makes a table: what reads and writes it relies on all of this. */
interface TableShape {
  /** The format that brought it. */
  readonly since: 1 | 2
  readonly key: string
  /** Without one of these it is no table of nself's, or nothing can be saved of it but by the journal. */
  readonly essential: readonly string[]
  /** Each as it can be added again to a table that has rows. */
  readonly columns: Readonly<Record<string, string>>
  /** What later formats added, by their numbers. */
  readonly added?: Readonly<Record<number, Readonly<Record<string, string>>>>
}

const at = 'timestamptz NOT NULL DEFAULT clock_timestamp()'
const by = 'text NOT NULL DEFAULT session_user'
const count = 'integer NOT NULL DEFAULT 0'

export const shapes: Readonly<Record<string, TableShape>> = {
  migrations: {
    since: 1,
    key: 'version',
    essential: ['version', 'name', 'checksum'],
    columns: {
      version: 'numeric',
      name: 'text',
      checksum: 'text',
      state: `text NOT NULL DEFAULT 'applied' CHECK (state IN ('applied', 'failed', 'reverting'))`,
      position: 'bigint GENERATED ALWAYS AS IDENTITY',
      applied_at: at,
      duration_ms: count,
      applied_by: by,
      environment: 'text NOT NULL',
      down_sql: 'text',
      statements_done: count,
      statement_begun: count,
      done_checksum: 'text',
      fingerprint: 'text',
    },
    added: {
      2: { seen_checksum: 'text', phase: 'text', proof: 'jsonb', variables: 'jsonb', branch: 'text' },
      4: { batches: 'jsonb' },
    },
  },
  journal: {
    since: 1,
    key: 'id',
    essential: ['action', 'outcome'],
    columns: {
      id: 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
      at,
      action: 'text',
      version: 'numeric',
      name: 'text',
      checksum: 'text',
      outcome: 'text',
      detail: 'text',
      who: by,
      environment: 'text',
    },
    added: { 2: { effects: 'jsonb' } },
  },
  metadata: { since: 1, key: 'key', essential: ['key', 'value'], columns: { key: 'text', value: 'text' } },
  seeds: {
    since: 1,
    key: 'name',
    essential: ['name', 'checksum'],
    columns: {
      name: 'text',
      checksum: 'text',
      applied_at: at,
      duration_ms: count,
      applied_by: by,
      environment: 'text NOT NULL',
    },
  },
  repeatables: {
    since: 2,
    key: 'name',
    essential: ['name', 'checksum'],
    columns: {
      name: 'text',
      checksum: 'text',
      seen_checksum: 'text',
      down_sql: 'text',
      variables: 'jsonb',
      applied_at: at,
      duration_ms: count,
      applied_by: by,
      environment: 'text NOT NULL',
      branch: 'text',
    },
    added: { 3: { definition: 'text', position: 'bigint', before: 'jsonb' } },
  },
}

/** The columns that a table has in this format. */
export function columnsIn({ columns, added = {} }: TableShape, format: number): Readonly<Record<string, string>> {
  const later = Object.entries(added).filter(([since]) => Number(since) <= format)
  return Object.assign({}, columns, ...later.map(([, more]) => more))
}

/** The type of a column of that definition, as the catalog tells it. */
export function typeOf(definition: string): string {
  const type = definition.split(' ')[0] ?? ''
  return type === 'timestamptz' ? 'timestamp with time zone' : type
}

/** What fills a column where no value is given: an expression, `identity`, or null for nothing. */
export function defaultOf(definition: string): string | null {
  if (definition.includes(' AS IDENTITY')) return 'identity'
  return / DEFAULT ('\w+'|[\w()]+)/.exec(definition)?.[1] ?? null
}
