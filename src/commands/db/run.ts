import type { Context } from '../shared/context.ts'
import { type ImportOptions, importDesign } from '../shared/import-design.ts'
import type { ImportResult } from '../shared/schema-results.ts'

/** Turns what schema.dbml changes into the next migration. @throws NselfError as importDesign. */
export function runDesign(context: Context, options: Omit<ImportOptions, 'file'>): Promise<ImportResult> {
  return importDesign(context, { ...options, file: 'schema.dbml' })
}
