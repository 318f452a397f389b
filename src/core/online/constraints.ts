import { type Change, placedChange } from '../schema/generated-statement.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { droppedIndex } from './indexes.ts'
import { rowsFirst } from './rows-first.ts'
import { alterTable, quotedTable, type Shape } from './shape.ts'
import type { Piece, Stage } from './stages.ts'

const meanwhile = 'Others read and write meanwhile.'

/**
 * A new constraint without a lock that lasts.
 * @param waitsForKey a foreign key whose other side gets its key in the same series.
 * @param holds its rows are known to fulfil it.
 * @returns null where PostgreSQL has no way: exclusion constraints, and those that are not to be validated.
 */
export function addedOnline(shape: Shape, waitsForKey: boolean, holds = false): Piece[] | null {
  const steps = stepsOf(shape)
  if (steps === null) return null
  if (steps.kind === 'index') return [{ stage: 'index', up: steps.add, down: steps.drop }]
  const [first, second]: [Stage, Stage] = waitsForKey ? ['reference', 'validate_references'] : ['check', 'validate']
  return [
    { stage: first, up: holds ? [steps.add] : [...steps.look, steps.add], down: steps.drop },
    { stage: second, up: [steps.validate], down: [steps.unvalidate] },
  ]
}

/**
 * A constraint that goes, and comes back without a lock that lasts.
 * @param back the shape of what adds it again.
 */
export function droppedOnline(change: Change, back: Shape, stage: Stage): Piece | null {
  const steps = stepsOf(back)
  if (steps === null) return null
  const down =
    steps.kind === 'index' ? [...steps.drop, ...steps.add] : [...steps.look, steps.unvalidate, steps.validate]
  const downFirst = referredIn(back) === null ? [] : steps.drop
  return { stage, up: [change], downFirst, down }
}

type ConstraintSteps =
  | { readonly kind: 'index'; readonly add: readonly Change[]; readonly drop: readonly Change[] }
  | {
      readonly kind: 'rows'
      /** Before it is there. */
      readonly look: readonly Change[]
      readonly add: Change
      readonly drop: readonly Change[]
      readonly validate: Change
      readonly unvalidate: Change
    }

const key = /^(UNIQUE|PRIMARY KEY)( NULLS NOT DISTINCT)? (\(.*?\))( INCLUDE \(.*?\))?((?: NOT)? DEFERRABLE.*)?$/s

/** The index that a key takes for its own, and what follows it there; null for any other constraint. */
export function keyIndex(rest: string): { kind: string; definition: string; deferred: string } | null {
  const [, kind, nulls = '', columns, include = '', deferred = ''] = key.exec(rest) ?? []
  return kind === undefined || columns === undefined
    ? null
    : { kind, definition: `${columns}${include}${nulls}`, deferred }
}

function stepsOf({ table, subject, rest }: Shape): ConstraintSteps | null {
  const [alter, name] = [alterTable(table), quoteIdentifier(subject)]
  const drop = placedChange(`${alter} DROP CONSTRAINT IF EXISTS ${name}`, table)
  const own = keyIndex(rest)
  if (own !== null) {
    const { kind, definition, deferred } = own
    const index = `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${quotedTable(table)} ${definition}`
    return {
      kind: 'index',
      add: [
        placedChange(index, table, `Fails if two rows have the same values. ${meanwhile}`),
        placedChange(`${alter} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name}${deferred}`, table),
      ],
      drop: [drop, droppedIndex(table, subject, 'Left only by an UP that stopped before the constraint.')],
    }
  }
  if (!/^(?:CHECK|FOREIGN KEY) /.test(rest) || / NOT (?:VALID|ENFORCED)$/.test(rest)) return null
  const rule = /^CHECK (\(.*\))/s.exec(rest)?.[1]
  const fails = rule === undefined ? 'Fails if any row references a missing parent.' : 'Fails if any row violates it.'
  return {
    kind: 'rows',
    look: rule === undefined ? [] : [rowsFirst(table, `NOT (${rule})`, subject)],
    add: placedChange(`${alter} ADD CONSTRAINT ${name} ${rest} NOT VALID`, table),
    drop: [drop],
    validate: placedChange(`${alter} VALIDATE CONSTRAINT ${name}`, table, `${fails} ${meanwhile}`),
    unvalidate: placedChange(
      `${alter} DROP CONSTRAINT IF EXISTS ${name}, ADD CONSTRAINT ${name} ${rest} NOT VALID`,
      table,
    ),
  }
}

/** The key of the table that a foreign key refers to, as it is written; null for any other constraint. */
export function referredIn({ rest }: Shape): string | null {
  return /^FOREIGN KEY \(.*?\) REFERENCES (.*?)\(/s.exec(rest)?.[1] ?? null
}
