import type { Catalog } from '../schema/catalog.ts'
import { keyOf } from '../sql/qualified-name.ts'

/** What another tool keeps in a database for itself. */
export interface ToolObjects {
  /** Keys of tables: `public.schema_migrations`. */
  readonly tables: readonly string[]
  readonly schemas: readonly string[]
}

/** A catalog without what a migration tool keeps for itself: no migration makes it. */
export function withoutToolObjects(catalog: Catalog, { tables, schemas }: ToolObjects): Catalog {
  const gone = new Set(tables)
  const own = new Set(schemas)
  const sequences = new Set(toolSequences(catalog, { tables, schemas }))
  const stays = ({ schema, name, table, kind }: Part) =>
    !(schema !== null && own.has(schema)) &&
    !(kind === 'schema' && own.has(name)) &&
    !(table !== null && gone.has(table)) &&
    !gone.has(keyOf({ schema, name })) &&
    !sequences.has(keyOf({ schema, name }))
  const staysAt = ({ path, ...item }: Placed) =>
    stays({ ...item, name: typeof path === 'string' ? path : (path[0] ?? '') })
  return {
    ...catalog,
    enums: catalog.enums.filter(({ schema, name }) => stays({ schema, name, table: null, kind: 'enum' })),
    tables: catalog.tables.filter(({ schema, name }) => stays({ schema, name, table: null, kind: 'table' })),
    others: catalog.others.filter((item) => stays(item) && !callsInto(item, schemas)),
    details: catalog.details.filter(staysAt),
    access: catalog.access.filter(staysAt),
  }
}

/** A trigger on somebody's table that calls what a tool keeps. */
function callsInto({ kind, definition }: Catalog['others'][number], schemas: readonly string[]): boolean {
  if (kind !== 'trigger') return false
  const [, schema] = / EXECUTE (?:FUNCTION|PROCEDURE) "?(\w+)"?\./.exec(definition) ?? []
  return schema !== undefined && schemas.includes(schema)
}

/** Keys of the sequences from which columns of these tables count. */
export function toolSequences(catalog: Catalog, { tables }: ToolObjects): string[] {
  return catalog.tables
    .filter((table) => tables.includes(keyOf(table)))
    .flatMap(({ columns }) => columns.flatMap(({ serial, identity }) => serial ?? identity?.sequence ?? []))
}

interface Part {
  readonly kind: string
  readonly schema: string | null
  readonly name: string
  readonly table: string | null
}

interface Placed extends Omit<Part, 'name'> {
  readonly path: readonly string[] | string
}

export const noToolObjects: ToolObjects = { tables: [], schemas: [] }

/** What was remembered of it as JSON. */
export function parseToolObjects(text: string): ToolObjects {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return noToolObjects
    return {
      tables: 'tables' in value ? textsOf(value.tables) : [],
      schemas: 'schemas' in value ? textsOf(value.schemas) : [],
    }
  } catch {
    return noToolObjects
  }
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
