import { readableIdentifier } from '../sql/quoting.ts'
import type { KnownSchema } from './known/schema.ts'
import { type LintTable, type MadeIn, nameOfConstraint } from './known/table.ts'
import { type Hit, hit, tableName, tableSql } from './rules/look.ts'

/** A hit, and what it was found in. */
interface LateHit extends Hit {
  readonly origin: MadeIn
}

/**
 * What is only known when the whole history has been looked at: a later migration may have made good for it.
 * @param isAsked whether something of this origin is to be told.
 */
export function lookAtHistory(schema: KnownSchema, isAsked: (origin: MadeIn) => boolean): LateHit[] {
  return [...schema.all()].flatMap((table) => constraintHits(table, isAsked))
}

function constraintHits(table: LintTable, isAsked: (origin: MadeIn) => boolean): LateHit[] {
  const found: LateHit[] = []
  const place = tableName(table)
  for (const constraint of table.constraints) {
    const { kind, columns, refersTo, step, offset, validated, origin } = constraint
    if (!isAsked(origin)) continue
    const name = nameOfConstraint(table, constraint)
    if (!validated) {
      const message = `${name} of ${place} is NOT VALID, and no migration validates it: rows from before may break it, and the planner does not use it`
      const instead = `ALTER TABLE ${tableSql(table)} VALIDATE CONSTRAINT ${readableIdentifier(name)} in the next migration`
      found.push({ ...hit('lint/constraint-never-validated', step, message, instead, offset), origin })
    }
    if (kind !== 'foreign key' || columns.length === 0 || hasIndex(table, columns)) continue
    const list = columns.join(', ')
    const message = `no index starts with ${place} (${list}): each row that is deleted from ${refersTo} scans ${place} for rows that refer to it`
    const instead = `CREATE INDEX CONCURRENTLY ON ${tableSql(table)} (${columns.map(readableIdentifier).join(', ')}), in a migration of its own`
    found.push({ ...hit('lint/foreign-key-without-index', step, message, instead, offset), origin })
  }
  return found
}

function hasIndex({ indexes }: LintTable, columns: readonly string[]): boolean {
  return indexes.some(
    (index) => !index.isPartial && columns.every((name) => index.columns.slice(0, columns.length).includes(name)),
  )
}
