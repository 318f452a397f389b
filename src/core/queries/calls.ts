const secondsOfDay = 86_400

/** How calls are told that were counted in so many seconds. */
export interface Rate {
  readonly per: string
  readonly of: (calls: number) => number
}

/**
 * Calls a day where a day or more was counted: rounded to two digits, so that a new recording does not change each line.
 * Of less than a day nobody knows what a day is like: then as they are.
 * @param seconds null where nobody knows since when was counted.
 */
export function rateOf(seconds: number | null): Rate {
  if (seconds === null) return { per: 'since the statistics were reset', of: (calls) => calls }
  if (seconds < secondsOfDay) return { per: `in ${spanText(seconds)}`, of: (calls) => calls }
  return { per: 'a day', of: (calls) => Number(((calls / seconds) * secondsOfDay).toPrecision(2)) }
}

function spanText(seconds: number): string {
  if (seconds < 120) return `${Math.max(1, Math.round(seconds))} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/** `88,000`, `0.25`. */
export const countText = (calls: number): string => calls.toLocaleString('en-US', { maximumFractionDigits: 4 })

/** `88,000 times a day`, `once in the log`, `less than once a day`. */
export function callsInWords(calls: number, per: string): string {
  const times =
    calls === 0
      ? 'nobody knows how often'
      : calls < 1
        ? 'less than once'
        : calls === 1
          ? 'once'
          : `${countText(calls)} times`
  return calls === 0 || per === '' ? times : `${times} ${per}`
}
