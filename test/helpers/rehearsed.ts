import type { RehearsedStatement, RehearsedTransaction } from '../../src/core/rehearse/rehearsed.ts'

/** A statement of a rehearsal, by the line on which it stands. */
export function rehearsed(
  line: number,
  seen: Partial<Omit<RehearsedStatement, 'place'>> & { readonly migration?: string } = {},
): RehearsedStatement {
  const { migration = '002_change', ...rest } = seen
  return {
    place: { migration, path: `nself/migrations/${migration}.sql`, line, column: 1, lastLine: line },
    text: '',
    count: 1,
    ms: 0,
    rows: 0,
    walBytes: 0,
    locks: [],
    rewritten: [],
    scanned: [],
    ...rest,
  }
}

export const inOneTransaction = (commitMs: number, ...statements: RehearsedStatement[]): RehearsedTransaction => ({
  isOutside: false,
  statements,
  commitMs,
})
