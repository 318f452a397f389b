import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { squashedFolder } from '../../core/migration/squash.ts'
import { spokenPlace } from '../../postgres/driver/server.ts'
import { gitIn } from '../../project/git.ts'
import { readMigrations } from '../../project/migrations.ts'
import { refuseGone, removeFolder } from '../../project/squashed-files.ts'
import { type Context, lookAtHistory } from './context.ts'
import { type SquashResult, squashOf } from './squash-result.ts'

/**
 * Removes the files that a squash keeps, once the database at hand has recorded it.
 * @param to the version of the squash, canonical.
 * @param force remove them although git does not have them.
 * @throws NselfError `usage` where there is no such squash or nothing is kept; `refused` where it is not recorded, or
 * where nothing else has the files. Nothing is removed then.
 */
export async function removeSquashed(context: Context, to: string, force: boolean): Promise<SquashResult> {
  const { migrationsDir, cwd, root } = context.settings
  const files = await readMigrations(migrationsDir, cwd)
  const file = files.find(({ version, replaces }) => version === to && replaces.length > 0)
  if (file === undefined) {
    throw new NselfError('usage', `no file of version ${to} stands for others; nothing was removed`, {
      hint: `to write one: nself db migrate squash --to ${to}`,
    })
  }
  const folder = squashedFolder(file)
  refuseGone(root, folder)
  await refuseUnrecorded(context, file)
  if (!force) await refuseUnkept(root, folder)
  removeFolder(root, folder)
  return squashOf(file, { written: false, removed: true })
}

/** Other databases nobody can ask: the result says that they must have it too. */
async function refuseUnrecorded(context: Context, { name, version }: Migration): Promise<void> {
  const { server, history } = await lookAtHistory(context)
  if (history.rows.some((row) => row.version === version && row.name === name && row.state === 'applied')) return
  throw new NselfError('refused', `${name} is not recorded in ${spokenPlace(server)}, which may need the old files`, {
    hint: 'nself db migrate up records it, or says what is missing; nothing was removed',
  })
}

async function refuseUnkept(root: string, folder: string): Promise<void> {
  const git = gitIn(root, `whether git has ${folder}`)
  const open = await git(['status', '--porcelain', '--ignored', '--', folder]).catch(() => null)
  if (open === '') return
  const why = open === null ? 'there is no git repository here' : 'git does not have all of it'
  throw new NselfError('refused', `nothing else keeps the files of ${folder}: ${why}`, {
    hint: 'commit the folder first; to remove it all the same: add --force; nothing was removed',
  })
}
