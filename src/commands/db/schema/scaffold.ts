import { join, relative, resolve } from 'node:path'
import { type ScaffoldName, scaffolds } from '../../../core/schema/scaffold.ts'
import { writeText } from '../../../project/text-file.ts'
import type { Context } from '../../shared/context.ts'
import type { ScaffoldResult } from '../../shared/schema-results.ts'

interface ScaffoldOptions {
  /** Null: `schema.dbml` in the project's root. */
  readonly output: string | null
  readonly force: boolean
}

/** Writes a design to start from. */
export async function scaffold(
  { settings }: Pick<Context, 'settings'>,
  template: ScaffoldName,
  { output, force }: ScaffoldOptions,
): Promise<ScaffoldResult> {
  const path = output === null ? join(settings.root, 'schema.dbml') : resolve(output)
  const shown = output ?? relative(settings.cwd, path)
  await writeText(path, shown, scaffolds[template], force)
  return { kind: 'scaffold', template, path: shown }
}
