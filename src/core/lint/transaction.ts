import { hasRealCondition } from '../effects/condition.ts'
import { nodeAt, nodesIn, type RelationName, relationOf } from '../sql/tree.ts'
import type { LintStep } from './known/step.ts'
import { nameOfConstraint } from './known/table.ts'
import { locksOf, type TableLock } from './rules/locks.ts'
import { type Hit, hit, isUsed, type LintLook, tableName } from './rules/look.ts'

/** What one transaction has locked so far, and what its statements do while it holds that. */
export class TransactionLook {
  /** By table, the first and strongest lock. */
  private readonly held = new Map<string, TableLock>()
  /** Where the second table is locked. */
  private second: LintStep | null = null

  /** @returns what is found of a step, by what came before it in its transaction. */
  take(look: LintLook): Hit[] {
    const found = [...this.validated(look), ...this.changed(look)]
    for (const lock of locksOf(look.step, look.schema)) {
      const key = tableName(lock.table)
      if (!isUsed(look, lock.table)) continue
      if (this.held.size === 1 && !this.held.has(key)) this.second = look.step
      if (this.held.get(key)?.blocks !== 'reads and writes') this.held.set(key, lock)
    }
    return found
  }

  /** What is known when the transaction ends. */
  end(): Hit[] {
    if (this.second === null) return []
    const tables = [...this.held.keys()]
    const named = tables.length > 4 ? [...tables.slice(0, 3), `${tables.length - 3} more`] : tables
    return [
      hit(
        'lint/several-tables-locked',
        this.second,
        `the transaction locks ${inWords(named)}, and holds every lock until it ends; others that lock them in a different order can deadlock with it`,
        'give each table a migration of its own',
      ),
    ]
  }

  private validated({ step, schema }: LintLook): Hit[] {
    const name = relationOf(nodeAt(step.node.relation))
    const table = step.type === 'AlterTableStmt' ? schema.find(name) : null
    const lock = this.held.get(tableName(name))
    if (table === null || lock === undefined) return []
    return nodesIn(step.node.cmds, 'AlterTableCmd')
      .filter(({ subtype }) => subtype === 'AT_ValidateConstraint')
      .filter((command) => table.constraints.some((one) => nameOfConstraint(table, one) === command.name))
      .map((command) =>
        hit(
          'lint/validate-in-same-transaction',
          step,
          `${command.name} is validated while the transaction still holds its earlier lock, so ${lock.blocks} of ${tableName(name)} wait for the scan`,
          'put VALIDATE CONSTRAINT into the next migration',
        ),
      )
  }

  private changed(look: LintLook): Hit[] {
    const { step } = look
    const change = changeOf(step)
    if (change === null || !isUsed(look, change.table)) return []
    const [locked] = [...this.held].sort(([, a], [, b]) => (a.blocks < b.blocks ? -1 : 1))
    if (locked !== undefined) {
      const [table, { blocks }] = locked
      return [
        hit(
          'lint/data-change-under-lock',
          step,
          `while these rows of ${tableName(change.table)} are changed, ${blocks} of ${table} wait: the transaction has already locked it`,
          'change the rows in a migration of their own',
        ),
      ]
    }
    if (!change.isWhole) return []
    return [
      hit(
        'lint/update-all-rows',
        step,
        `every row of ${tableName(change.table)} is locked until the last one is changed, and the table grows to twice its size`,
        'change the rows in batches, each with a transaction of its own',
      ),
    ]
  }
}

function inWords(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

interface Change {
  readonly table: RelationName
  /** It changes every row. */
  readonly isWhole: boolean
}

/** The table of which a statement changes many rows, or adds many to it. */
function changeOf({ type, node }: LintStep): Change | null {
  const table = relationOf(nodeAt(node.relation))
  if (type === 'UpdateStmt') return { table, isWhole: !hasRealCondition(node.whereClause, table) }
  if (type === 'DeleteStmt' || type === 'MergeStmt') return { table, isWhole: false }
  const { valuesLists, fromClause } = nodeAt(nodeAt(node.selectStmt).SelectStmt)
  return type === 'InsertStmt' && valuesLists === undefined && fromClause !== undefined
    ? { table, isWhole: false }
    : null
}
