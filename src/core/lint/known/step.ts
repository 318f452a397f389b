import type { Location } from '../../location.ts'
import type { TreeNode } from '../../sql/tree.ts'

/** One statement of a section, or one inside of a DO block of it. */
export interface LintStep {
  /** The type of its parse tree: `AlterTableStmt`. */
  readonly type: string
  readonly node: TreeNode
  readonly sql: string
  /** The place of an offset in `sql`, which counts in UTF-16 units. */
  readonly at: (offset: number) => Location
  /** Steps of one number run in one transaction. */
  readonly unit: number
}

/** The offset that a place of the parse tree stands for, which counts bytes; 0 where the tree does not tell one. */
export function offsetOf({ sql }: Pick<LintStep, 'sql'>, location: unknown): number {
  if (typeof location !== 'number' || location <= 0) return 0
  return Buffer.from(sql).subarray(0, location).toString().length
}
