import type { Location } from './location.ts'
import type { FailureReport } from './report.ts'

/** What can go wrong, and how else a command can end, each with the exit status that a script sees. */
const exitStatus = {
  usage: 2,
  configuration: 2,
  'no-project': 2,
  'invalid-migration': 2,
  'invalid-design': 2,
  conflict: 2,
  'disk-full': 2,
  refused: 3,
  'not-confirmed': 3,
  'migration-failed': 4,
  'verification-failed': 4,
  'backup-failed': 4,
  'restore-failed': 4,
  'seed-failed': 4,
  'query-failed': 4,
  'not-proven': 6,
  'server-failed': 5,
  connection: 5,
  locked: 5,
  interrupted: 130,
  terminated: 143,
  'hung-up': 129,
  /** Not an error: `--check` and `--exit-code` found something pending or different. */
  different: 6,
  /** Not an error: who reads stdout has gone away. */
  'reader-gone': 141,
} as const

/** How a command can end that is no error. */
type Ending = 'different' | 'reader-gone'

export type ErrorCode = Exclude<keyof typeof exitStatus, Ending>

/** The exit status of a command that ended so. */
export function exitStatusOf(ending: Ending): number {
  return exitStatus[ending]
}

/** What PostgreSQL added to its message. */
export interface ServerDetail {
  readonly sqlstate: string
  readonly detail?: string
  readonly hint?: string
  readonly where?: string
}

interface Extra {
  readonly hint?: string
  readonly location?: Location
  readonly server?: ServerDetail
  readonly report?: FailureReport | undefined
  readonly cause?: unknown
}

/**
 * Every failure that a user can meet. `message` says what happened, `hint` what to type next.
 * Anything else that is thrown is a bug of this program.
 */
export class NselfError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly location: Location | undefined
  readonly server: ServerDetail | undefined
  readonly report: FailureReport | undefined

  constructor(code: ErrorCode, message: string, extra: Extra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause })
    this.name = 'NselfError'
    this.code = code
    this.hint = extra.hint
    this.location = extra.location
    this.server = extra.server
    this.report = extra.report
  }

  /** The same error with another next step or report. */
  with({ hint = this.hint, report = this.report }: Pick<Extra, 'hint' | 'report'>): NselfError {
    const { code, message, location, server } = this
    return new NselfError(code, message, {
      report,
      cause: this,
      ...(hint === undefined ? {} : { hint }),
      ...(location === undefined ? {} : { location }),
      ...(server === undefined ? {} : { server }),
    })
  }

  /** The exit status of the process, from the table in the README. */
  get exitStatus(): number {
    return exitStatus[this.code]
  }
}
