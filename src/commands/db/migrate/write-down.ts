import { resolve } from 'node:path'
import { NselfError } from '../../../core/errors.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import { compare } from '../../../core/migration/state.ts'
import { readMigrations } from '../../../project/migrations.ts'
import { rewriteMigration, textOfMigration } from '../../../project/rewrite-migration.ts'
import type { Context } from '../../shared/context.ts'
import type { CreateResult } from '../../shared/migrate-results.ts'
import { provenDown, type Upward } from '../../shared/proven-down.ts'
import { withScratchFor } from '../../shared/scratch-server.ts'

/**
 * Writes the DOWN that a migration lacks into its file: what turns the schema after it back into the one before it,
 * once it is proven. @throws NselfError `usage`, `refused` where none is to be written, `not-proven`.
 */
export async function writeDown(context: Context, version: string): Promise<CreateResult> {
  const { migrationsDir, cwd } = context.settings
  const files = compare(await readMigrations(migrationsDir, cwd), []).entries.flatMap(({ file }) => file ?? [])
  const file = wanted(files, version)
  const path = resolve(cwd, file.path)
  const was = textOfMigration(path)
  const history = files.slice(0, files.findIndex(({ name }) => name === file.name) + 1)
  const { text, lost } = await withScratchFor(context, {}, async (work) =>
    provenDown(context, { work, file, ready: await work.ready(history), was }),
  )
  rewriteMigration(path, file.path, was, text)
  return { kind: 'create', path: file.path, down: { of: version, lost } }
}

function wanted(files: readonly Migration[], version: string): Upward {
  const [file, twin] = files.filter((one) => one.version === version)
  if (file === undefined) {
    throw new NselfError('usage', `no migration file has the version ${version}`, {
      hint: 'to see the migrations: nself db migrate status',
    })
  }
  if (twin !== undefined) {
    throw new NselfError('usage', `two files have the version ${version}: ${file.path} and ${twin.path}`, {
      hint: 'give one of them another number: nself db migrate repair --renumber NAME',
    })
  }
  if (file.down !== null) {
    throw new NselfError('refused', `${file.path} has a DOWN; nothing was written`, {
      hint: `to prove it: nself db check --all; to have one written instead, remove it from the file first`,
    })
  }
  const { up } = file
  if (up.kind === 'streamed') {
    throw new NselfError('refused', `${file.path} is too large for its DOWN to be written; nothing was written`, {
      hint: 'write it by hand at the end of the file, below a line -- DOWN',
    })
  }
  return { ...file, up }
}
