import type { Change } from '../schema/generated-statement.ts'
import { unquoteIdentifier } from '../sql/quoting.ts'
import type { PlannedChanges } from './recipes.ts'

const name = '(?:"(?:[^"]|"")*"|[^\\s".,()]+)'
const named = new RegExp(
  `^(DROP|CREATE)(?: OR REPLACE)?(?: CONSTRAINT)? (MATERIALIZED VIEW|VIEW|FUNCTION|PROCEDURE|AGGREGATE|POLICY|TRIGGER|RULE) (${name}(?:\\.${name})?)`,
)

interface Named {
  readonly isDrop: boolean
  /** By which what is dropped and what is made are known to be the same. */
  readonly key: string
}

function namedBy({ sql, table }: Change): Named | null {
  const [, verb, kind = '', path = ''] = named.exec(sql) ?? []
  if (verb === undefined) return null
  const isPart = /^(?:POLICY|TRIGGER|RULE)$/.test(kind)
  // PostgreSQL's own definitions quote a name only where it needs that.
  const names = path.match(new RegExp(name, 'g')) ?? []
  const key = [kind, ...names.map(unquoteIdentifier), isPart ? table : ''].join(' ')
  return { isDrop: verb === 'DROP', key }
}

/** Views, functions and the like that a plan drops: for good, or to make them anew. */
export class MadeAnew {
  /** Something is dropped and made again, which is done in one transaction, with all that stands between. */
  readonly isKnotted: boolean
  private readonly dropped: ReadonlySet<string>
  private readonly made: ReadonlyMap<string, string>
  private readonly madeBefore: ReadonlyMap<string, string>
  private readonly waits: boolean

  constructor({ ups, downs }: PlannedChanges) {
    const keys = ups.flatMap(({ change }) => namedBy(change) ?? [])
    this.dropped = new Set(keys.flatMap(({ isDrop, key }) => (isDrop ? [key] : [])))
    this.made = madeIn(ups.map(({ change }) => change))
    this.madeBefore = madeIn(downs.map(({ change }) => change))
    this.isKnotted =
      [...this.dropped].some((key) => this.made.has(key)) ||
      ups.some(({ change }) => /^ALTER TYPE .* RENAME TO /s.test(change.sql))
    // What changes its type is free of all that stands on it by then.
    this.waits = !this.isKnotted && !ups.some(({ shape }) => shape?.verb === 'type')
  }

  /** Goes for good, and nothing else needs that before the new release is out. */
  canWait(change: Change): boolean {
    const one = namedBy(change)
    return one !== null && this.waits && this.dropped.has(one.key) && !this.made.has(one.key)
  }

  /** What a drop means for the running release; null for what is made again as it was. */
  lossOf(change: Change): string | null {
    const one = namedBy(change)
    if (one === null || !one.isDrop || this.canWait(change)) return null
    const again = this.made.get(one.key)
    if (again === undefined) return 'If the running release uses it, the release fails from this migration on.'
    if (again === this.madeBefore.get(one.key)) return null
    return 'Is recreated with a different definition; the running release meets it from this migration on.'
  }
}

function madeIn(changes: readonly Change[]): Map<string, string> {
  return new Map(
    changes.flatMap((change) => {
      const one = namedBy(change)
      return one === null || one.isDrop ? [] : [[one.key, change.sql] as const]
    }),
  )
}
