import type { LintStep } from '../../core/lint/known/step.ts'
import type { Section } from '../../core/migration/section.ts'
import { locateIn, openSection } from '../../core/migration/section-text.ts'
import { workUnits } from '../../core/migration/work-units.ts'
import { isPlainInsert, isTransactionControl, type Statement } from '../../core/sql/statement-list.ts'
import { firstStatement, type Tree } from '../../core/sql/tree.ts'
import { lineOffset, treesInBlock } from './do-block.ts'
import { isFault, type Parser, treeOrFault } from './parser.ts'

/**
 * The statements of a section one after the other, those of DO blocks in the place of the block. Left out is what only
 * adds rows, and what cannot be parsed: another part of the check tells that.
 */
export function stepsOf(parser: Parser, section: Section, path: string): LintStep[] {
  const steps: LintStep[] = []
  const text = openSection(section)
  let at = 0
  const units = section.transaction ? null : [...workUnits(section.statements)]
  for (const statement of section.statements) {
    const place = at++
    if (statement.addsRows === true || isTransactionControl(statement)) continue
    const sql = text.sql(statement)
    if (isPlainInsert(sql)) continue
    const unit = units?.findIndex(({ end }) => place < end) ?? 0
    const parsed = treeOrFault(parser, sql)
    if (parsed !== null && !isFault(parsed))
      steps.push(...stepsIn(parser, parsed, { section, path, statement, sql, unit }))
  }
  return steps
}

interface Surroundings {
  readonly section: Section
  readonly path: string
  readonly statement: Statement
  readonly sql: string
  readonly unit: number
}

function stepsIn(parser: Parser, tree: Tree, { section, path, statement, sql, unit }: Surroundings): LintStep[] {
  const at = (offset: number) => locateIn(section, path, statement.start, sql, offset)
  const [type, node] = firstStatement(tree)
  if (type !== 'DoStmt') return [{ type, node, sql, at, unit }]
  return treesInBlock(parser, node, sql).map(({ tree: inner, text, line }) => {
    const [innerType, innerNode] = firstStatement(inner)
    return { type: innerType, node: innerNode, sql: text, at: () => at(lineOffset(sql, line)), unit }
  })
}
