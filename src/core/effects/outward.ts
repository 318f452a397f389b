import { makesBody, type StatementNodes } from '../sql/statement-nodes.ts'
import { type TreeNode, visit, wordsOf } from '../sql/tree.ts'

/** What a statement has done beyond its own transaction, where a rollback does not reach and nobody can look. */
export interface Outward {
  /** By running, for a person: `calls dblink_exec`. */
  readonly now: readonly string[]
  /** By what it makes, once something calls it. */
  readonly later: readonly string[]
}

const outwardFunction = /^(?:dblink(?:_|$)|pg_file_)/
const inText = /\b(?:dblink\w*|pg_file_\w+)(?=\s*\()|\bPROGRAM(?=\s+(?:'|E'|\$))/gi

/** What a statement reaches by other sessions, programs and files of the server, as far as its text says. */
export function outwardOf(statement: StatementNodes): Outward {
  const { type, node, telling } = statement
  if (makesBody(statement)) return { now: [], later: textsOf(node) }
  const now: string[] = type === 'DoStmt' ? textsOf(node) : []
  for (const [kind, part] of telling) {
    if (kind === 'CopyStmt' && part.is_program === true) now.push('runs a program on the server')
    const name = kind === 'FuncCall' ? (wordsOf(part.funcname).at(-1) ?? '') : ''
    if (outwardFunction.test(name)) now.push(`calls ${name}`)
  }
  return { now: [...new Set(now)], later: [] }
}

/** Of bodies in whatever language. */
function textsOf(statement: TreeNode): string[] {
  const found = new Set<string>()
  visit(statement, (kind, node) => {
    const name = kind === 'FuncCall' ? (wordsOf(node.funcname).at(-1) ?? '') : ''
    if (outwardFunction.test(name)) found.add(`calls ${name}`)
    if (kind === 'String' && typeof node.sval === 'string') {
      for (const [word] of node.sval.matchAll(inText)) {
        found.add(/^program$/i.test(word) ? 'runs a program on the server' : `calls ${word.toLowerCase()}`)
      }
    }
    return true
  })
  return [...found]
}
