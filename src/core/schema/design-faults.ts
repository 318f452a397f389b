import { type Location, NselfError, type ServerDetail } from '../errors.ts'

/** Something in a design that must be mended. */
export interface Fault {
  readonly message: string
  readonly at: Location | null
  readonly hint: string
  readonly server?: ServerDetail
  readonly cause?: unknown
}

/** What an error reports that stands for several: all that must be mended. */
export interface Faults {
  readonly faults: readonly { readonly message: string; readonly location: Location | null }[]
}

/** One error for all faults of a design: it tells of the first, and reports all of them when there are more. */
export function invalidDesign(faults: readonly [Fault, ...Fault[]]): NselfError {
  const [{ message, at, hint, server, cause }] = faults
  return new NselfError('invalid-design', message, {
    ...(at === null ? {} : { location: at }),
    ...(server === undefined ? {} : { server }),
    ...(faults.length === 1
      ? {}
      : {
          report: { faults: faults.map((fault) => ({ message: fault.message, location: fault.at })) } satisfies Faults,
        }),
    hint: `${hint}; nothing was written`,
    cause,
  })
}
