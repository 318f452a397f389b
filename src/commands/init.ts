import { relative } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { readUntracked } from '../postgres/catalog/untracked.ts'
import { connect } from '../postgres/driver/connect.ts'
import { placeOf, spokenPlace } from '../postgres/driver/server.ts'
import { withConnection } from '../postgres/driver/with-connection.ts'
import { findBinaries } from '../postgres/embedded/binaries.ts'
import { readHistory } from '../postgres/tracking/history.ts'
import { listFiles } from '../project/list-files.ts'
import { makeProject } from '../project/make-project.ts'
import type { Settings } from '../project/settings.ts'
import type { Context } from './shared/context.ts'
import type { InitResult } from './shared/results.ts'

/**
 * Makes a project of this folder, or what is missing of it, and says which server it will use.
 * @param hooks whether git is to tell, after a switch of branches, which migrations differ.
 * @throws NselfError `usage` where a project is above this folder; of the hook as writeGitHook.
 */
export async function init({ settings, tell }: Context, { hooks }: { readonly hooks: boolean }): Promise<InitResult> {
  const { root, cwd, migrationsDir, repeatableDir } = settings
  if (relative(root, cwd) !== '') {
    const above = relative(cwd, root)
    throw new NselfError('usage', `there is a project already above this folder, in ${above}`, {
      hint: `commands work here as they do there; for a project of its own in this folder: mkdir nself && nself init`,
    })
  }
  const made = makeProject(settings)
  if (hooks) {
    const { writeGitHook } = await import('../project/git-hook.ts')
    const hook = await writeGitHook(root, [migrationsDir, repeatableDir])
    if (hook !== null) made.push(hook)
  }
  const migrations = listFiles(migrationsDir, cwd).length
  return { kind: 'init', made, migrations, server: serverOf(settings), untracked: await untracked(settings, tell) }
}

function serverOf({ target, root }: Settings): InitResult['server'] {
  if (target.kind === 'server') return { kind: 'configured', place: placeOf(target), source: target.source }
  try {
    return { kind: 'embedded', major: findBinaries(root, null).major }
  } catch (error) {
    if (!(error instanceof NselfError)) throw error
    return { kind: 'none', reason: error.message }
  }
}

/** How many tables a database that is set has without a history; null where that is unknown, or it has one. */
async function untracked({ target }: Settings, tell: Context['tell']): Promise<number | null> {
  if (target.kind !== 'server') return null
  try {
    return await withConnection(connect(target, 'nself'), null, async (client) => {
      const { facts } = await readHistory(client)
      return facts.tracked ? null : (await readUntracked(client, [])).tables
    })
  } catch (error) {
    if (!(error instanceof NselfError)) throw error
    tell(`Note: ${spokenPlace(target)} could not be inspected: ${error.message}`)
    return null
  }
}
