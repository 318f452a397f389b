import type { Migration } from '../../core/migration/migration.ts'
import type { VariableValues } from '../../core/migration/variables.ts'
import type { QueryReader } from '../../parsers/postgres/recorded-query.ts'

const asks = /^\s*(?:insert|update|delete|merge|select|with)\b/i

/**
 * The fingerprints of what migrations themselves insert, update and ask: a server has counted it too, and no application
 * asks it. Of a file that is too large to hold nothing is known.
 */
export function statementsOfMigrations(
  reader: QueryReader,
  files: readonly Migration[],
  variables: VariableValues,
): Set<string> {
  const found = new Set<string>()
  for (const file of files) {
    for (const section of [file.up, ...(file.down === null ? [] : [file.down])]) {
      const filled = variables.standIn(section, file.path)
      if (filled.kind !== 'held') continue
      for (const { start, end } of filled.statements) {
        // A batch has a place for where it begins and ends.
        const text = filled.sql.slice(start, end).replace(/(?<!:):(?:from|to)\b/g, '$1')
        if (!asks.test(text)) continue
        for (const statement of reader.read(text)) if (statement.kind === 'query') found.add(statement.fingerprint)
      }
    }
  }
  return found
}
