import { NselfError } from '../../core/errors.ts'
import { missingRight } from '../driver/missing-right.ts'
import type { Client } from '../driver/pg.ts'

/** The refusal where row security hides rows: what cannot be seen would run a second time. */
export function hidden(user: string): NselfError {
  return new NselfError('refused', `row security hides the history of this database from ${user}`, {
    hint: 'as the role that owns the tables of the schema nself: nself db migrate repair --restore-tables; nothing was changed',
  })
}

/**
 * Why the history could not be read, in words; any other error as it is.
 * @param onlyReads whether the role is to change nothing.
 */
export async function unreadable(client: Client, error: Error & { code?: string }, onlyReads: boolean): Promise<Error> {
  // A column, a type or a table that is not as nself made it.
  if (error.code !== '42501' && error.code?.startsWith('42') === true) {
    return new NselfError(
      'configuration',
      `the tables of the schema nself are not as nself made them: ${error.message}`,
      {
        hint: 'to see what is wrong and fix it: nself db migrate repair; nothing was changed',
        cause: error,
      },
    )
  }
  if (error.code !== '42501') return error
  return new NselfError('configuration', `the role may not read the schema nself: ${error.message}`, {
    hint: (await missingRight(client, error, onlyReads)) ?? 'connect as the role that migrates',
    cause: error,
  })
}
