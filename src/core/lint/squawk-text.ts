import type { LintStep } from './known/step.ts'
import type { SquawkFinding } from './rules/squawk.ts'

/** Steps as one text for squawk, which is then asked for once. */
export class SquawkText {
  readonly text: string
  private readonly steps: readonly LintStep[]
  /** The line on which each step begins, counted from 0. */
  private readonly lines: readonly number[]

  constructor(steps: readonly LintStep[]) {
    this.steps = steps
    let line = 0
    this.lines = steps.map(({ sql }) => {
      const first = line
      line += linesOf(sql).length
      return first
    })
    this.text = steps.map(({ sql }) => `${linesOf(sql).join('\n')};\n`).join('')
  }

  /** What squawk finds, by the steps that it finds it in; what it cannot parse is not its business. */
  byStep(reports: Iterable<SquawkPlace>): Map<LintStep, SquawkFinding[]> {
    const found = new Map<LintStep, SquawkFinding[]>()
    for (const { rule, line, column } of reports) {
      const at = this.lines.findLastIndex((first) => first <= line)
      const step = this.steps[at]
      if (step === undefined || rule === 'syntax-error') continue
      const offset = offsetIn(step.sql, line - (this.lines[at] ?? 0), column)
      found.set(step, [...(found.get(step) ?? []), { rule, offset }])
    }
    return found
  }
}

interface SquawkPlace {
  readonly rule: string
  /** Counted from 0. */
  readonly line: number
  /** In bytes, counted from 0. */
  readonly column: number
}

const linesOf = (sql: string): string[] => sql.split(/\r?\n/)

function offsetIn(sql: string, line: number, column: number): number {
  let start = 0
  for (let i = 0; i < line; i++) start = sql.indexOf('\n', start) + 1
  const [text = ''] = sql.slice(start).split('\n', 1)
  return start + Buffer.from(text).subarray(0, column).toString().length
}
