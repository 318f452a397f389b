import { NselfError, type ServerDetail } from '../errors.ts'
import type { Location } from '../location.ts'

/** Something in a design that must be fixed. */
export interface DesignFault {
  readonly message: string
  readonly at: Location | null
  readonly hint: string
  readonly server?: ServerDetail
  readonly cause?: unknown
}

/** One error for all faults of a design: it tells of the first, and reports all of them when there are more. */
export function invalidDesign(faults: readonly [DesignFault, ...DesignFault[]]): NselfError {
  const [{ message, at, hint, server, cause }] = faults
  return new NselfError('invalid-design', message, {
    ...(at === null ? {} : { location: at }),
    ...(server === undefined ? {} : { server }),
    ...(faults.length === 1
      ? {}
      : {
          report: {
            kind: 'design-faults' as const,
            faults: faults.map((fault) => ({ message: fault.message, location: fault.at })),
          },
        }),
    hint: `${hint}; nothing was written`,
    cause,
  })
}
