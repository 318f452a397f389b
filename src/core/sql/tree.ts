/**
 * PostgreSQL's own parse tree, as its parser hands it over. Its shape is that of src/include/nodes/parsenodes.h: every
 * node is an object with its type as the only key.
 */

export type Tree = { readonly [key: string]: unknown } | readonly unknown[] | string | number | boolean | null

/** What stands under the type of a node. */
export type TreeNode = { readonly [key: string]: unknown }

/** A relation as a statement names it; without a schema it is found by search_path. */
export interface RelationName {
  readonly schema: string | null
  readonly name: string
}

/**
 * Calls `enter` for each node, outer ones first, in their order; it says whether to go deeper. A tree may be deeper
 * than the call stack allows: an expression of thousands of terms is.
 */
export function visit(tree: unknown, enter: (type: string, node: TreeNode) => boolean): void {
  const waiting: { readonly type: string | null; readonly value: unknown }[] = [{ type: null, value: tree }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { type, value } = next
    if (value === null || typeof value !== 'object') continue
    if (type !== null && !enter(type, value as TreeNode)) continue
    const inside = Array.isArray(value)
      ? value.map((item) => ({ type: null, value: item }))
      : Object.entries(value).map(([key, item]) => ({ type: isNode(key, item) ? key : null, value: item }))
    while (inside.length > 0) waiting.push(inside.pop() as (typeof inside)[number])
  }
}

function isNode(key: string, value: unknown): boolean {
  return /^[A-Z]/.test(key) && value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** The relation of a RangeVar. */
export function relationOf({ schemaname, relname }: TreeNode): RelationName {
  return { schema: typeof schemaname === 'string' ? schemaname : null, name: String(relname) }
}

/** The relations of a list of RangeVars. */
export function relationsIn(list: unknown): RelationName[] {
  return ((list ?? []) as readonly { readonly RangeVar: TreeNode }[]).map(({ RangeVar }) => relationOf(RangeVar))
}

/** The words of a name: of a List of Strings, of a TypeName, or of one String. */
export function wordsOf(object: unknown): string[] {
  const words: string[] = []
  visit(object, (type, node) => {
    if (type === 'String') words.push(String(node.sval))
    return true
  })
  return words
}
