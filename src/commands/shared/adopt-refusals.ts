import { NselfError } from '../../core/errors.ts'
import { type Server, spokenPlace } from '../../postgres/driver/server.ts'
import type { History } from '../../postgres/tracking/history.ts'

/** The files of the tool are where ours are to be. */
export function sameFolder(folder: string): NselfError {
  return new NselfError('usage', `${folder} holds the other tool's files, and is also nself's migrations folder`, {
    hint: 'set NSELF_MIGRATIONS_DIR to another folder for the converted files; nothing was written',
  })
}

/** There is nothing to take over. @param code files of tools that are not converted, in words. */
export function nothingFound(from: string | null, code: readonly string[]): NselfError {
  if (code.length > 0) {
    return new NselfError(
      'usage',
      `the database has no tables, and no migrations to convert: found ${code.join(', ')}`,
      {
        hint: 'run them with their own tool, then take the schema over as one file: nself db adopt baseline; to begin anew: nself db migrate create create_users',
      },
    )
  }
  const where = from === null ? 'in this project' : `in ${from}`
  return new NselfError('usage', `no migrations of another tool were found ${where}, and no table of one`, {
    hint: 'to begin: nself db migrate create create_users; to name the folder: nself db adopt --from FOLDER',
  })
}

/** No file has a part in a baseline. */
export function ofDatabaseAlone(): NselfError {
  return new NselfError(
    'usage',
    '--from names the files of another tool, and a baseline is made of the database alone',
    {
      hint: 'nself db adopt baseline',
    },
  )
}

/** What is there is ours. */
export function isOurs(server: Server, { rows }: History): NselfError {
  const what = rows.length > 0 ? `${spokenPlace(server)} has a history of nself` : "nself's folder has migrations"
  return new NselfError('usage', `no other tool was found, and ${what} already`, {
    hint:
      rows.length > 0
        ? 'see nself db migrate status'
        : 'to find which of them the schema is at: nself db migrate repair --infer',
  })
}
