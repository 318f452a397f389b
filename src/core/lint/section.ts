import { listAt } from '../sql/tree.ts'
import { learn, nameIn } from './known/learn.ts'
import type { KnownSchema } from './known/schema.ts'
import type { LintStep } from './known/step.ts'
import type { MadeIn } from './known/table.ts'
import { columnHits } from './rules/columns.ts'
import { constraintHits } from './rules/constraints.ts'
import { type Hit, type LintLook, tableName } from './rules/look.ts'
import { cascadeHits, dropHits, namesCreated, renameHits } from './rules/release.ts'
import { type SquawkFinding, squawkHits } from './rules/squawk.ts'
import { alterRewriteHits, clusterHits, refreshHits, typeHits } from './rules/tables.ts'
import { TransactionLook } from './transaction.ts'

/** How a section is to be looked at. */
export interface SectionContext {
  readonly origin: MadeIn
  readonly isNew: LintLook['isNew']
  readonly major: number
  readonly squawk: ReadonlyMap<LintStep, readonly SquawkFinding[]>
}

/**
 * What the statements of a section do to those who use the database meanwhile, and to the release that runs. What they
 * make is added to `schema`.
 */
export function lookAtSection(steps: readonly LintStep[], schema: KnownSchema, context: SectionContext): Hit[] {
  const { origin, isNew, major, squawk } = context
  const created = namesCreated(steps)
  const dropped = tablesDropped(steps)
  const hits: Hit[] = []
  let transaction = new TransactionLook()
  for (const [i, step] of steps.entries()) {
    if (i > 0 && step.unit !== steps[i - 1]?.unit) {
      hits.push(...transaction.end())
      transaction = new TransactionLook()
    }
    const look: LintLook = { step, schema, major, isNew, dropped, created }
    hits.push(...ruleHits(look), ...squawkHits(look, squawk.get(step) ?? []), ...transaction.take(look))
    learn(step, schema, origin)
  }
  hits.push(...transaction.end())
  schema.endSection()
  return hits
}

function ruleHits(look: LintLook): Hit[] {
  switch (look.step.type) {
    case 'AlterTableStmt':
      // ALTER TYPE and ALTER VIEW come as such too.
      if (look.step.node.objtype !== 'OBJECT_TABLE') return []
      return [
        ...columnHits(look),
        ...constraintHits(look),
        ...alterRewriteHits(look),
        ...cascadeHits(look),
        ...typeHits(look),
      ]
    case 'CreateStmt':
      return typeHits(look)
    case 'DropStmt':
      return dropHits(look)
    case 'RenameStmt':
    case 'AlterEnumStmt':
      return renameHits(look)
    case 'RefreshMatViewStmt':
      return refreshHits(look)
    case 'VacuumStmt':
    case 'ClusterStmt':
      return clusterHits(look)
    default:
      return []
  }
}

/** What a section drops anyway is used by nobody who would wait for what it does before. */
function tablesDropped(steps: readonly LintStep[]): Set<string> {
  const names = new Set<string>()
  for (const { type, node } of steps) {
    if (type !== 'DropStmt' || node.removeType !== 'OBJECT_TABLE') continue
    for (const object of listAt(node.objects)) names.add(tableName(nameIn(object)))
  }
  return names
}
