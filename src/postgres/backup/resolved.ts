import { NselfError } from '../../core/errors.ts'

/** What pg_restore says of these has nothing to do with where names are looked for. */
const otherCauses =
  /role ".*" does not exist|extension ".*" is not available|No space left|must be (owner|superuser|able to)|permission denied/

/** Whether a restore can have failed because a function did not find another one: its message may be in any language. */
function mayBeUnresolved(error: unknown): error is NselfError {
  return error instanceof NselfError && error.code === 'restore-failed' && !otherCauses.test(error.message)
}

interface Resolving {
  /** That of the database which the rows come from. */
  readonly searchPath: () => Promise<string>
  readonly tell: (line: string) => void
  readonly signal: AbortSignal
}

/**
 * Fills an empty database, where that fails once more with the search_path of the database: functions that find others by
 * it stand in generated columns, indexes and checks, and pg_restore's own is empty.
 * @param fill makes the database anew where it is given a search_path.
 * @throws what the first attempt throws.
 */
export async function fillResolved<T>(
  fill: (searchPath: string | null) => Promise<T>,
  { searchPath, tell, signal }: Resolving,
): Promise<T> {
  try {
    return await fill(null)
  } catch (error) {
    if (signal.aborted || !mayBeUnresolved(error)) throw error
    tell(`${error.message.split('\n', 1)[0]}; trying again with the search_path of the database`)
    const path = await searchPath()
    return fill(path).catch((second: unknown) => {
      throw signal.aborted ? second : error
    })
  }
}
