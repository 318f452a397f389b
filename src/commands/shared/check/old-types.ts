import { learn } from '../../../core/lint/known/learn.ts'
import { KnownSchema } from '../../../core/lint/known/schema.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import type { VariableValues } from '../../../core/migration/variables.ts'
import type { RelationName } from '../../../core/sql/tree.ts'
import { loadParser } from '../../../parsers/postgres/parser.ts'
import { stepsOf } from '../../../parsers/postgres/steps.ts'

/** The type that a column has before a migration runs; undefined where the migrations before it do not tell. */
export type OldTypes = (file: Migration, table: RelationName, column: string) => string | undefined

/** What the texts of migrations tell of the types of columns before each of them. @param files in their order. */
export async function oldTypesIn(files: readonly Migration[], variables: VariableValues): Promise<OldTypes> {
  const parser = await loadParser()
  const schema = new KnownSchema()
  const before = new Map<Migration, KnownSchema>()
  for (const file of files) {
    before.set(file, schema.fork())
    for (const step of stepsOf(parser, variables.standIn(file.up, file.path), file.path)) learn(step, schema, file)
    schema.endSection()
  }
  return (file, table, column) => before.get(file)?.find(table)?.columns.get(column)?.type
}
