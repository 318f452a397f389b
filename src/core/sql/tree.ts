/**
 * PostgreSQL's own parse tree, as its parser hands it over. Its shape is that of src/include/nodes/parsenodes.h: every
 * node is an object with its type as the only key.
 */

export type Tree = object

/** What stands under the type of a node. */
export type TreeNode = { readonly [key: string]: unknown }

/** A relation as a statement names it; without a schema it is found by search_path. */
export interface RelationName {
  readonly schema: string | null
  readonly name: string
}

/** What stands in a place of the tree; empty where nothing does. */
export function nodeAt(value: unknown): TreeNode {
  return isNode(value) ? value : {}
}

/** What stands in a list under this type of node: `nodesIn(node.cmds, 'AlterTableCmd')`. */
export function nodesIn(list: unknown, type: string): TreeNode[] {
  return listAt(list)
    .map((item) => nodeAt(item)[type])
    .filter(isNode)
}

/** A list in the tree, which leaves out empty ones. */
export function listAt(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isTypeName(key: string): boolean {
  const first = key.charCodeAt(0)
  return first >= 65 && first <= 90
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The type of the first statement, and what stands under it; an empty type where there is none. */
export function firstStatement(tree: Tree): readonly [string, TreeNode] {
  return statementsOf(tree)[0] ?? ['', {}]
}

/** The same of every statement. What only a statement is, is found here without a walk through all that is in it. */
export function statementsOf(tree: Tree): (readonly [string, TreeNode])[] {
  return listAt(nodeAt(tree).stmts).map((item) => {
    const [type = '', node] = Object.entries(nodeAt(nodeAt(item).stmt))[0] ?? []
    return [type, nodeAt(node)] as const
  })
}

/**
 * Calls `enter` for each node, outer ones first, in their order; it says whether to go deeper. A tree may be deeper
 * than the call stack allows: an expression of thousands of terms is.
 */
export function visit(tree: unknown, enter: (type: string, node: TreeNode) => boolean): void {
  // Two lists side by side: a tree has so many places that an object for each would cost more than the rest.
  const values: unknown[] = [tree]
  const types: string[] = ['']
  while (values.length > 0) {
    const value = values.pop()
    const type = types.pop() ?? ''
    if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--) {
        values.push(value[i])
        types.push('')
      }
    } else if (isNode(value)) {
      if (type !== '' && !enter(type, value)) continue
      const keys = Object.keys(value)
      for (let i = keys.length - 1; i >= 0; i--) {
        const key = keys[i] ?? ''
        const inner = value[key]
        if (typeof inner !== 'object' || inner === null) continue
        values.push(inner)
        types.push(isTypeName(key) && !Array.isArray(inner) ? key : '')
      }
    }
  }
}

/** Every object of a tree: where only one kind of node can stand, its key is not its type. A tree may be very deep. */
export function eachObject(tree: object, look: (node: TreeNode) => void): void {
  const waiting: object[] = [tree]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!Array.isArray(next)) look(Object.fromEntries(Object.entries(next)))
    for (const inner of Object.values(next)) if (inner !== null && typeof inner === 'object') waiting.push(inner)
  }
}

/** The relation of a RangeVar. */
export function relationOf({ schemaname, relname }: TreeNode): RelationName {
  return { schema: typeof schemaname === 'string' ? schemaname : null, name: String(relname) }
}

/** The relations of a list of RangeVars. */
export function relationsIn(list: unknown): RelationName[] {
  return nodesIn(list, 'RangeVar').map(relationOf)
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
