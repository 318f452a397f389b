import { NselfError } from '../../core/errors.ts'
import type { Location } from '../../core/location.ts'
import type { StatementNodes } from '../../core/sql/statement-nodes.ts'
import { listAt, nodeAt, relationOf, type TreeNode, wordsOf } from '../../core/sql/tree.ts'

/** The error `refused` for a statement that turns the counters of rows off; null for any other. */
export function refusedCounterSetting(
  { telling }: StatementNodes,
  at: (offset: number) => Location,
): NselfError | null {
  if (!telling.some(([type, node]) => setsCounters(type, node))) return null
  return new NselfError('refused', 'a migration may not set track_counts, by which nself sees what it has done', {
    location: at(0),
    hint: 'remove this statement; nothing was run',
  })
}

function setsCounters(type: string, node: TreeNode): boolean {
  const sets = type === 'VariableSetStmt' && String(node.name).toLowerCase() === 'track_counts'
  const calls = type === 'FuncCall' && wordsOf(node.funcname).at(-1) === 'set_config' && mayNameCounts(node)
  const updates = type === 'UpdateStmt' && relationOf(nodeAt(node.relation)).name === 'pg_settings'
  return sets || calls || updates
}

/** Whether a call of set_config sets track_counts, or a name that is put together as it runs. */
function mayNameCounts({ args }: TreeNode): boolean {
  const { sval } = nodeAt(nodeAt(nodeAt(listAt(args)[0]).A_Const).sval)
  return typeof sval !== 'string' || sval.toLowerCase() === 'track_counts'
}
