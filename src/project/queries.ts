import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { NselfError } from '../core/errors.ts'
import { parseRecording, type Recording, recordingText } from '../core/queries/recording.ts'
import { systemCodeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { makeProjectFolder } from './make-folder.ts'
import { writeText } from './text-file.ts'

/** Beside the folder of the migrations, to be committed with them. */
const folderOf = (migrationsDir: string): string => join(dirname(migrationsDir), 'queries')

/** Writes what a release asks, over what was recorded of it before. @returns its path. @throws NselfError `configuration`, `usage`. */
export async function writeRecording(migrationsDir: string, cwd: string, recording: Recording): Promise<string> {
  const folder = folderOf(migrationsDir)
  makeProjectFolder(folder)
  const path = join(folder, `${recording.release}.sql`)
  const shown = relative(cwd, path)
  await writeText(path, shown, recordingText(recording), true)
  return shown
}

/** Whether anything was recorded. */
export const hasRecordings = (migrationsDir: string): boolean => namesIn(folderOf(migrationsDir)).length > 0

/** Everything that was recorded, by name. @throws NselfError `configuration` for a file that cannot be read. */
export function readRecordings(migrationsDir: string, cwd: string): Recording[] {
  const folder = folderOf(migrationsDir)
  return namesIn(folder).map((name) => {
    const path = join(folder, name)
    const { recording, open } = parseRecording(name.slice(0, -4), textOf(path, relative(cwd, path)))
    if (open === null) return recording
    throw new NselfError(
      'configuration',
      `${relative(cwd, path)}:${open.line}: the query that begins here has no end`,
      {
        hint: 'end it with a semicolon at the end of a line, or record it again: nself db queries record',
      },
    )
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.sql') && !name.startsWith('.'))
      .sort()
  } catch {
    return []
  }
}

function textOf(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(shown, error)
  }
}

const unreadable = (shown: string, cause: unknown): NselfError =>
  new NselfError('configuration', `cannot read ${shown}: ${systemReason(cause)}`, {
    hint: 'check the path and its permissions',
    cause,
  })

/** The lines of a server's log, which may be larger than memory. @throws NselfError `usage` where it cannot be read. */
export async function* logLines(path: string): AsyncGenerator<string> {
  try {
    if ((await stat(path)).isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
    yield* createInterface({ input: createReadStream(path), crlfDelay: Infinity })
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error
    throw new NselfError('usage', `cannot read ${path}: ${systemReason(error)}`, {
      hint: 'name the log of a PostgreSQL server: nself db queries record --from-log postgresql.log',
      cause: error,
    })
  }
}
