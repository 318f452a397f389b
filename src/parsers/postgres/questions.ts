import type { Migration } from '../../core/migration/migration.ts'
import { locateIn, openSection } from '../../core/migration/section-text.ts'
import type { AskedTable, ProbePlace, Questions, RowQuestion, Touch } from '../../core/probe/question.ts'
import { RunTables } from '../../core/probe/run-tables.ts'
import { type StatementNodes, statementNodes } from '../../core/sql/statement-nodes.ts'
import { nodeAt, nodesIn, relationOf, type TreeNode, wordsOf } from '../../core/sql/tree.ts'
import { alterDomain, alterTable } from './alter-questions.ts'
import { followRows } from './followed-rows.ts'
import { indexQuestions } from './index-questions.ts'
import type { LookedAt } from './looked-at.ts'
import { followObjects } from './made-objects.ts'
import { isFault, loadParser, type Parser, treeOrFault } from './parser.ts'
import type { SeenStatement, StatementListener } from './statement-listener.ts'
import { StatementSource } from './statement-source.ts'

/**
 * What is to be asked of the rows that a database has before these files run on it, and which tables they work on.
 * Statements that cannot be parsed are passed over: another part tells them.
 */
export async function questionsOf(files: Iterable<Migration>): Promise<Questions> {
  const reader = await questionReader()
  const parser = await loadParser()
  for (const { name, path, up } of files) {
    reader.begin()
    const text = openSection(up)
    for (const statement of up.statements) {
      if (statement.addsRows === true) continue
      const sql = text.sql(statement)
      const tree = treeOrFault(parser, sql)
      if (isFault(tree)) continue
      const locate = () => locateIn(up, path, statement.start, sql, 0)
      reader.take(tree === null ? null : statementNodes(tree), { migration: name, sql, locate })
    }
  }
  return reader
}

/** A reader of questions, once the parser is loaded. */
export async function questionReader(): Promise<QuestionReader> {
  return new QuestionReader(await loadParser())
}

/** Is told each statement of a run, in the order in which they run, and keeps what is to be asked of the rows. */
export class QuestionReader implements Questions, StatementListener {
  readonly questions: RowQuestion[] = []
  readonly touches: Touch[] = []
  private readonly parser: Parser
  private readonly tables = new RunTables()
  private readonly calls = new Set<string>()
  private searchPath: readonly string[] | null = null

  constructor(parser: Parser) {
    this.parser = parser
  }

  begin(): void {
    this.searchPath = null
  }

  take(statements: readonly StatementNodes[] | null, seen: SeenStatement): void {
    if (statements === null) {
      const { line } = seen.locate()
      this.tables.changedBy ??= `a statement on line ${line} of ${seen.migration} that cannot be read here`
      return
    }
    for (const { type, node, telling } of statements) {
      if (type !== 'CreateFunctionStmt') for (const name of calledIn(telling)) this.calls.add(name)
      this.statement(type, node, this.lookAt(seen))
    }
  }

  private statement(type: string, node: TreeNode, look: LookedAt): void {
    if (type === 'VariableSetStmt' && node.name === 'search_path') {
      this.searchPath = node.kind === 'VAR_SET_VALUE' ? constantsIn(node.args) : null
      return
    }
    const known = looks[type]
    if (known === undefined) followRows(type, node, look)
    else known(node, look)
  }

  /** Of most statements nothing is asked: to find their lines and words takes longer than to look at them. */
  private lookAt({ migration, sql, locate }: SeenStatement): LookedAt {
    const { parser, tables, searchPath } = this
    const place = once((): ProbePlace => {
      const { path, line, column } = locate()
      return { migration, path, line, column }
    })
    const source = once(() => new StatementSource(parser, sql))
    const verb = /^\w+/.exec(sql)?.[0].toUpperCase() ?? 'statement'
    const keep = (table: AskedTable | null, asked: RowQuestion['asked'], mayChange: string | null) =>
      this.questions.push({ place: place(), table, asked, searchPath, calls: [...this.calls], mayChange })
    return {
      parser,
      tables,
      get words() {
        return `the ${verb} on line ${place().line} of ${migration}`
      },
      get source() {
        return source()
      },
      ask: (of, asked, columns) => {
        const table = of.asked()
        if (table !== null) keep(table, asked, tables.changedBy ?? of.changedBy(columns))
      },
      askOf: (of, rows, asked) => keep(rows, asked, tables.changedBy ?? of.changedBy(null)),
      askDomain: (asked) => keep(null, asked, tables.changedBy),
      touch: (of, mode, work = 'none', retype = null) => {
        const table = of.asked()
        if (table !== null) this.touches.push({ place: place(), table, searchPath, mode, work, retype })
      },
    }
  }
}

/** What is worked out when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function calledIn(telling: StatementNodes['telling']): string[] {
  return telling.flatMap(([type, { funcname }]) => (type === 'FuncCall' ? (wordsOf(funcname).at(-1) ?? '') : []))
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
