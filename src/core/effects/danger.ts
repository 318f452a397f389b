/** What a statement that destroys or changes data is told as. */

import { shortTypes } from '../sql/plain-names.ts'
import type { RelationName } from '../sql/tree.ts'
import { typeChange, typeChangeText } from './type-change.ts'

/** How a statement destroys data: `drop` takes an object with all it holds, `retype` may cut values,
 * `unlogged` gives up what keeps a table over a crash. */
export type DangerKind =
  | 'drop'
  | 'truncate'
  | 'delete'
  | 'update'
  | 'drop-column'
  | 'retype'
  | 'unlogged'
  | 'drop-database'
  | 'drop-owned'
  | 'unreadable'

/** What can take tables and columns along when it is dropped. */
export type ContainerType =
  | 'table'
  | 'materialized view'
  | 'foreign table'
  | 'schema'
  | 'type'
  | 'domain'
  | 'extension'
  | 'collation'
  | 'access method'
  | 'function'

/** A statement that destroys or changes data, or may. */
export interface Danger {
  readonly kind: DangerKind
  /** What it concerns, as the statement names it: `users`, `billing.orders`, `users.name`. */
  readonly object: string
  /** What it does, for a person: `drops the column users.name`. */
  readonly what: string
  /** False for a change that keeps what it does not name: an UPDATE with a condition. */
  readonly destructive: boolean
  /** Whose rows are concerned; null for a schema, a type, a database. */
  readonly relation: RelationName | null
  /** It empties those that refer to it too: TRUNCATE … CASCADE. */
  readonly cascades?: boolean
  /** Only the rows that meet a condition. */
  readonly some?: boolean
  /** What is dropped with all that depends on it. */
  readonly takes?: { readonly type: ContainerType; readonly name: RelationName }
  /** The schema that is dropped with all that is in it. */
  readonly schema?: string
  /** The column that is dropped. */
  readonly column?: string
  /** Set for a change of type: whether it loses anything depends on the type that the column has now. */
  readonly retype?: Retype
}

interface Retype {
  /** Null where the statement leaves it to the search path. */
  readonly schema: string | null
  readonly table: string
  readonly column: string
  readonly type: string
}

/** Names of relations that a run has made itself: nothing of the user's is in them. */
export class Made {
  private readonly kept = new Set<string>()
  private readonly temporary = new Set<string>()

  has(name: string): boolean {
    return this.kept.has(name) || this.temporary.has(name)
  }

  add(name: string, temporary: boolean): void {
    if (temporary) this.temporary.add(name)
    else this.kept.add(name)
  }

  /** Temporary tables do not outlive their migration. */
  endFile(): void {
    this.temporary.clear()
  }
}

/**
 * A change of type by what the column has now: what it loses, where it fails and whether it writes the table anew; null
 * for one that does nothing of it.
 */
export function withOldType<T extends Danger>(danger: T, from: string): T | null {
  const { object, retype } = danger
  if (retype === undefined) return danger
  const change = typeChange(from, retype.type)
  if (change.loses === null && change.fails === null && !change.rewrites) return null
  const what = `changes the type of ${object} from ${shortTypes(from)} to ${retype.type}: ${typeChangeText(change)}`
  return { ...danger, what, destructive: change.loses !== null }
}
