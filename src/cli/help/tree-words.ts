import type { Option } from '@commander-js/extra-typings'

/** A command of the tree, as far as help and completion must know it. */
export interface Node {
  readonly commands: readonly Node[]
  readonly options: readonly Option[]
  readonly registeredArguments: readonly TakenWord[]
  name(): string
  description(): string
}

/** A word that a command takes behind its name. */
export interface TakenWord {
  readonly argChoices?: readonly string[] | undefined
  readonly variadic: boolean
  name(): string
}

export interface PathNode {
  readonly path: readonly string[]
  readonly node: Node
}

/** Every command and every group below the program, in the order of the tree. */
export function nodesBelow(node: Node, path: readonly string[] = []): PathNode[] {
  return node.commands.flatMap((child) => {
    const own = [...path, child.name()]
    return [{ path: own, node: child }, ...nodesBelow(child, own)]
  })
}

/** How far words lead down the tree: the command they reach, and how many of them named it. */
export function reachedBy(root: Node, words: readonly string[]): { readonly node: Node; readonly depth: number } {
  let node = root
  let depth = 0
  for (const word of words) {
    const next = node.commands.find((child) => child.name() === word)
    if (next === undefined) break
    node = next
    depth++
  }
  return { node, depth }
}

/** The first word that should name a command and names none, with how many stand before it; null where all do. */
export function unknownWord(root: Node, words: readonly string[]): { readonly at: number } | null {
  const { node, depth } = reachedBy(root, words)
  const next = words[depth]
  if (next === undefined || next.startsWith('-') || node.commands.length === 0) return null
  return node.registeredArguments.length > 0 ? null : { at: depth }
}
