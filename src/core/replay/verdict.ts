/** What a replay does with a statement. */
export type Verdict =
  | { readonly kind: 'run' }
  /** `what` names it for a person: `ALTER ROLE`. With `makesSchema` the schema is not whole without it. */
  | { readonly kind: 'leave-out'; readonly what: string; readonly makesSchema?: boolean }
  /** It stays in its database, but only a superuser may run it. */
  | { readonly kind: 'elevate' }
  /** It stays in its database, but wants a library of the server that may not be loaded here. */
  | { readonly kind: 'label'; readonly provider: string; readonly label: string | null }
  /** Elevated too, with these options in place of its own. */
  | { readonly kind: 'unplug'; readonly what: string; readonly options: string }

/** It is run as it is. */
export const run: Verdict = { kind: 'run' }
/** It is run as a superuser. */
export const elevate: Verdict = { kind: 'elevate' }
/** It is not run. @param what names it for a person. */
export const leaveOut = (what: string) => ({ kind: 'leave-out', what }) as const
