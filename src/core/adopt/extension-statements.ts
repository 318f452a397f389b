import { quoteIdentifier } from '../sql/quoting.ts'

/** An extension that is in the database. */
export interface LiveExtension {
  readonly name: string
  readonly schema: string
}

/** The statements that make extensions and the schemas that they are in, where they are not there. */
export function extensionStatements(extensions: readonly LiveExtension[]): string[] {
  const schemas = [...new Set(extensions.map(({ schema }) => schema))].filter(
    (schema) => !schemasOfAll.includes(schema),
  )
  return [
    ...schemas.map((schema) => `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)};\n`),
    ...extensions.map(
      ({ name, schema }) =>
        `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} WITH SCHEMA ${quoteIdentifier(schema)};\n`,
    ),
  ]
}

const schemasOfAll = ['public', 'pg_catalog']
