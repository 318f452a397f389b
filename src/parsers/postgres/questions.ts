import type { Migration } from '../../core/migration/migration.ts'
import { locateIn, openSection } from '../../core/migration/section-text.ts'
import type { ProbePlace, Questions, RowQuestion, Touch } from '../../core/probe/question.ts'
import { RunTables } from '../../core/probe/run-tables.ts'
import { nodeAt, nodesIn, relationOf, statementsOf, type TreeNode, visit, wordsOf } from '../../core/sql/tree.ts'
import { alterDomain, alterTable } from './alter-questions.ts'
import { followRows } from './followed-rows.ts'
import { indexQuestions } from './index-questions.ts'
import type { LookedAt } from './looked-at.ts'
import { followObjects } from './made-objects.ts'
import { isFault, loadParser, type Parser, treeOrFault } from './parser.ts'
import { StatementSource } from './statement-source.ts'

/**
 * What is to be asked of the rows that a database has before these files run on it, and which tables they work on.
 * Statements that cannot be parsed are passed over: another part tells them.
 */
export async function questionsOf(files: Iterable<Migration>): Promise<Questions> {
  const parser = await loadParser()
  const walk = new Walk(parser)
  for (const file of files) walk.file(file)
  return walk
}

class Walk implements Questions {
  readonly questions: RowQuestion[] = []
  readonly touches: Touch[] = []
  private readonly parser: Parser
  private readonly tables = new RunTables()
  private readonly calls = new Set<string>()
  private searchPath: readonly string[] | null = null

  constructor(parser: Parser) {
    this.parser = parser
  }

  file({ name, path, up }: Migration): void {
    this.searchPath = null
    const text = openSection(up)
    for (const statement of up.statements) {
      if (statement.addsRows === true) continue
      const sql = text.sql(statement)
      const tree = treeOrFault(this.parser, sql)
      const { line, column } = locateIn(up, path, statement.start, sql, 0)
      const place = { migration: name, path, line, column }
      if (tree === null) this.tables.changedBy ??= `a statement in line ${line} of ${name} that cannot be read here`
      if (tree === null || isFault(tree)) continue
      const words = `the ${/^\w+/.exec(sql)?.[0].toUpperCase() ?? 'statement'} in line ${line} of ${name}`
      visit(tree, (type, { funcname }) => {
        if (type === 'FuncCall') this.calls.add(wordsOf(funcname).at(-1) ?? '')
        return type !== 'CreateFunctionStmt'
      })
      for (const [type, node] of statementsOf(tree)) this.statement(type, node, sql, place, words)
    }
  }

  private statement(type: string, node: TreeNode, sql: string, place: ProbePlace, words: string): void {
    if (type === 'VariableSetStmt' && node.name === 'search_path') {
      this.searchPath = node.kind === 'VAR_SET_VALUE' ? constantsIn(node.args) : null
      return
    }
    const look = looks[type]
    if (look === undefined) return followRows(type, node, this.lookAt(sql, place, words))
    look(node, this.lookAt(sql, place, words))
  }

  private lookAt(sql: string, place: ProbePlace, words: string): LookedAt {
    const { parser, tables, searchPath } = this
    const calls = [...this.calls]
    return {
      parser,
      tables,
      place,
      words,
      source: new StatementSource(parser, sql),
      ask: (of, asked, columns) => {
        const table = of.asked()
        if (table === null) return
        const mayChange = tables.changedBy ?? of.changedBy(columns)
        this.questions.push({ place, table, asked, searchPath, calls, mayChange })
      },
      askDomain: (asked) => {
        this.questions.push({ place, table: null, asked, searchPath, calls, mayChange: tables.changedBy })
      },
      touch: (of, mode, work = 'none', retype = null) => {
        const table = of.asked()
        if (table !== null) this.touches.push({ place, table, searchPath, mode, work, retype })
      },
    }
  }
}

const looks: Readonly<Record<string, (node: TreeNode, look: LookedAt) => void>> = {
  AlterTableStmt: alterTable,
  AlterDomainStmt: alterDomain,
  IndexStmt: indexQuestions,
  ...followObjects,
  ClusterStmt: (node, look) => rewrites(node.relation, look),
  VacuumStmt: ({ options, rels }, look) => {
    if (!nodesIn(options, 'DefElem').some(({ defname }) => defname === 'full')) return
    for (const { relation } of nodesIn(rels, 'VacuumRelation')) rewrites(relation, look)
  },
  LockStmt: ({ relations }, { tables, touch }) => {
    for (const relation of nodesIn(relations, 'RangeVar'))
      touch(tables.find(relationOf(relation)), 'AccessExclusiveLock')
  },
  CreateTrigStmt: ({ relation }, { tables, touch }) => {
    touch(tables.find(relationOf(nodeAt(relation))), 'ShareRowExclusiveLock')
  },
}

function rewrites(relation: unknown, { tables, touch }: LookedAt): void {
  if (nodeAt(relation).relname !== undefined)
    touch(tables.find(relationOf(nodeAt(relation))), 'AccessExclusiveLock', 'rewrites')
}

function constantsIn(args: unknown): string[] {
  return nodesIn(args, 'A_Const').flatMap(({ sval }) => {
    const { sval: text } = nodeAt(sval)
    return typeof text === 'string' ? [text] : []
  })
}
