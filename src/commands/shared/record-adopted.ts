import type { PlannedFile } from '../../core/adopt/planned-file.ts'
import { NselfError } from '../../core/errors.ts'
import { approve } from '../../core/guard/guard.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { shownName } from '../../core/migration/repeatable.ts'
import { spokenPlace } from '../../postgres/driver/server.ts'
import { type AdoptedHistory, recordAdopted } from '../../postgres/tracking/adopted.ts'
import { removeAdopted, writeAdopted } from '../../project/adopt/write-adopted.ts'
import type { AdoptResult } from './adopt-results.ts'
import type { AdoptTask } from './adopt-task.ts'
import type { AdoptedFiles } from './adopted-files.ts'
import { briefingOn, listedStep } from './brief.ts'
import type { Context } from './context.ts'
import type { WrittenDowns } from './write-downs.ts'

type Whole = Pick<AdoptedFiles, 'files' | 'repeatables'> & Pick<WrittenDowns, 'rewrites'>

/** Asks where the environment wants it, writes the files and records what is applied. */
export async function writeAndRecord(
  context: Context,
  { plan, server, source, options, setAside }: AdoptTask,
  { files, repeatables, rewrites }: Whole,
): Promise<Pick<AdoptResult, 'written' | 'recorded' | 'exitStatus'>> {
  const { settings, answers, ask, signal, tell } = context
  const { environment, migrationsDir, repeatableDir, root } = settings
  const fresh = plan.files.filter(({ isThere, key }) => !isThere && files.has(key))
  const freshAgain = plan.repeatables.filter(({ isThere, key }) => !isThere && repeatables.has(key))
  const history: AdoptedHistory = {
    tool: source.tool ?? 'the live schema',
    migrations: recordedOf(plan.files, files, (file) => valuesIn(context, file)),
    repeatables: recordedOf(plan.repeatables, repeatables, ({ file }) => valuesIn(context, file)),
    objects: source.objects,
  }
  const count = fresh.length + freshAgain.length + rewrites.length
  const names = [
    ...history.migrations.map(({ file }) => file.name),
    ...history.repeatables.map(({ file }) => shownName(file.name)),
  ]
  const summary = `write ${count} files and record ${names.length} migrations as applied on ${spokenPlace(server)} (${environment})`
  const briefing = briefingOn(context, server, {
    title: `${count} files will be written, and ${names.length} migrations recorded as applied:`,
    steps: [listedStep(names)],
    notes: ['Nothing else in the database changes.'],
  })
  const approved = await approve({ action: 'repair', what: history, summary, briefing }, environment, answers, ask)
  const folders = [
    { folder: migrationsDir, files: fresh, aside: setAside },
    { folder: repeatableDir, files: freshAgain, aside: null },
  ]
  const written = writeAdopted(root, folders)
  const how = { environment, lockWaitMs: options.lockWaitMs, tell, signal }
  const recorded = await recordAdopted(server, approved, how).catch((error) => {
    removeAdopted(root, folders)
    throw error
  })
  const again = rewrites.length === 0 ? [] : await (await import('./write-downs.ts')).rewriteAdopted(root, rewrites)
  return { written: [...written, ...again], recorded, exitStatus: 0 }
}

/** With which values its variables are filled in now; null where it has none, or not all are set. */
function valuesIn({ settings }: Context, { up, path }: Migration): Readonly<Record<string, string>> | null {
  if (up.kind === 'streamed' || up.uses.length === 0) return null
  try {
    const filled = settings.variables.fill(up, path)
    return filled.kind === 'held' ? (filled.written?.values ?? null) : null
  } catch (error) {
    if (error instanceof NselfError && error.code === 'usage') return null
    throw error
  }
}

/** What the tool's table says is applied, in the order of application. */
function recordedOf<File>(
  planned: readonly PlannedFile[],
  files: ReadonlyMap<string, File>,
  valuesOf: (file: File) => Readonly<Record<string, string>> | null,
) {
  return planned
    .toSorted((a, b) => a.position - b.position)
    .flatMap(({ key, row }) => {
      const file = files.get(key)
      if (file === undefined || row === null) return []
      const { appliedAt, durationMs, appliedBy } = row
      return [{ file, appliedAt, durationMs, appliedBy, values: valuesOf(file) }]
    })
}
