import { foldersOf } from './diesel.ts'
import { row } from './files.ts'
import { upTo } from './golang-migrate.ts'
import type { Tool, ToolRow } from './tool.ts'

const form = /^\d{13}_[^/]+\/(up|down)\.(sql|yaml)$/

/** A folder for each migration; the state is JSON in hdb_catalog.hdb_version, before that a table of one row. */
export const hasura: Tool = {
  name: 'hasura',
  tables: [
    { name: 'hdb_version', schema: 'hdb_catalog', has: ['cli_state'], hasNot: [] },
    { name: 'schema_migrations', schema: 'hdb_catalog', has: ['version', 'dirty'], hasNot: [] },
  ],
  schemas: ['hdb_catalog', 'hdb_views'],
  recognises: ({ names }) => (names.some((name) => form.test(name) && /\/up\./.test(name)) ? 'certain' : null),
  reads: (path) => form.test(path),
  parse: foldersOf,
  rowsOf: (rows, migrations) => {
    const states = rows.flatMap((item) => (item.cli_state == null ? [] : stateRows(item.cli_state)))
    return rows.some((item) => item.cli_state !== undefined) ? states : upTo(rows, migrations)
  },
}

/** `{"migrations": {"default": {"1620000000000": false}}}`: true for one that failed. */
function stateRows(text: string): ToolRow[] {
  const found = new Map<string, boolean>()
  const state: unknown = JSON.parse(text)
  for (const versions of Object.values(recordOf(recordOf(state).migrations))) {
    for (const [version, dirty] of Object.entries(recordOf(versions))) found.set(version, dirty === true)
  }
  return [...found]
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([key, dirty]) => row({ key, fault: dirty ? 'is dirty: it failed' : null }))
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
