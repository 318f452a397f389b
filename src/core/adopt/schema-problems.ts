import { ofKey } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { note } from './tools/files.ts'
import type { Problem, Tool } from './tools/tool.ts'

/** A tool that keeps its table in a schema of the project's may make that schema itself, and run its files with it as search_path. */
export function schemaProblems(tool: Tool, table: string | undefined): Problem[] {
  if (table === undefined) return []
  const { schema } = ofKey(table)
  const usual = ['public', ...tool.schemas, ...tool.tables.flatMap((one) => one.schema ?? [])]
  if (usual.includes(schema)) return []
  const name = quoteIdentifier(schema)
  return [
    note(
      `the table of ${tool.name}`,
      `is in the schema ${schema}, which the tool may have made itself, and may run its files in`,
      'the files are replayed with the search_path of the database',
      `where the proof fails for that: write CREATE SCHEMA IF NOT EXISTS ${name}; at the top of the first file, and run ALTER DATABASE … SET search_path = ${name}`,
    ),
  ]
}
