import type { ServerDetail } from '../../core/errors.ts'
import type { ServerError } from './send.ts'

/** What PostgreSQL added to its message. */
export function detailOf(error: ServerError): ServerDetail {
  return {
    sqlstate: error.code ?? '',
    ...(error.detail ? { detail: error.detail } : {}),
    ...(error.hint ? { hint: error.hint } : {}),
    ...(error.where ? { where: error.where } : {}),
  }
}

const thenContinue = 'fix the file and run the same command again: it continues from there'

const ofTracking = /(?:relation "|nself\.)(?:migrations|journal|metadata|seeds|repeatables)\b/

/** Whether what nself writes of a run was refused, because its tables are not as it made them. */
export function isOfTracking({ code = '', message, schema }: ServerError): boolean {
  return schema === 'nself' || (/^42(?!501|P01)/.test(code) && ofTracking.test(message))
}

export const tracksNoMore =
  'the tables of the schema nself are not as nself made them; to see what is wrong and fix it: nself db migrate repair'

/** What to do about an error of the server, by its SQLSTATE. @param fixIt what to do about a fault of the file itself. */
export function hintFor(error: ServerError, fixIt = thenContinue): string {
  switch (error.code) {
    case '55P04':
      return 'a new enum value can be used only after it is committed: use it in the next migration'
    case '55P03':
      return 'another session held a lock on this table. Run the command again when it is done; or wait longer: -- nself: lock-timeout 30s'
    case '25001':
      if (/^SET TRANSACTION/.test(error.message))
        return 'make it the first statement of its section, or the first after BEGIN'
      return 'this statement cannot run in a transaction: put -- nself: no-transaction at the top of its section, below -- UP or -- DOWN'
    case '2D000':
      return 'this procedure commits: write -- nself: no-transaction above it, at the top of its section, below -- UP or -- DOWN, and put no BEGIN … COMMIT around it'
    case '42P01':
      if (/nself\.(migrations|journal)/.test(error.message)) {
        return 'the migration drops what nself keeps in the schema nself; leave that schema alone'
      }
      return fixIt
    case '25006':
      return 'the server is read-only (a standby, or default_transaction_read_only): connect to the primary'
    case '42501':
      return 'the role lacks a right: grant it, or connect as the owner'
    case '57014':
      return 'the statement was cancelled; a longer limit: -- nself: statement-timeout 10min'
    case '53100':
      return "the server's disk is full: make room there, then run the command again: it continues from there"
    case '53200':
      return 'out of memory or locks: apply fewer migrations at once, or raise max_locks_per_transaction'
    case '25P02':
      return 'an earlier statement of this transaction failed'
    default:
      return fixIt
  }
}
