/** What can go wrong, each with the exit status that a script sees. */
const exitStatus = {
  usage: 2,
  configuration: 2,
  'invalid-migration': 2,
  'invalid-design': 2,
  conflict: 2,
  refused: 3,
  'not-confirmed': 3,
  'migration-failed': 4,
  'verification-failed': 4,
  'backup-failed': 4,
  'restore-failed': 4,
  'seed-failed': 4,
  'query-failed': 4,
  'server-failed': 5,
  connection: 5,
  locked: 5,
  interrupted: 130,
  terminated: 143,
  'hung-up': 129,
} as const

export type ErrorCode = keyof typeof exitStatus

/** A place in a migration file: line and column count from 1, the column in characters. */
export interface Location {
  readonly path: string
  readonly line: number
  readonly column: number
  /** The line itself, shortened around the column where it is long. */
  readonly excerpt: string
  /** Where the caret stands under the excerpt, counted from 1; 0 for no caret. */
  readonly caret: number
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
  /** What was done and what was not, for a run that failed half-way. */
  readonly report?: unknown
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
  readonly report: unknown

  constructor(code: ErrorCode, message: string, extra: Extra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause })
    this.name = 'NselfError'
    this.code = code
    this.hint = extra.hint
    this.location = extra.location
    this.server = extra.server
    this.report = extra.report
  }

  /** The exit status of the process, from the table in the README. */
  get exitStatus(): number {
    return exitStatus[this.code]
  }
}
