import type { Context } from '../../shared/context.ts'
import { type ImportOptions, importDesign } from '../../shared/import-design.ts'
import type { ImportResult } from '../../shared/schema-results.ts'

/** Turns what a design changes into the next migration. @throws NselfError as importDesign. */
export function importFile(context: Context, options: ImportOptions): Promise<ImportResult> {
  return importDesign(context, options)
}
