/** `127.0.0.1:5432/shop` as a person says it: `shop on 127.0.0.1:5432`. */
export function databaseName(place: string): string {
  const found = /^(.*?:\d+(?:,.*?:\d+)*)\/(.+)$/s.exec(place)
  return found === null ? place : `${found[2]} on ${found[1]}`
}

/** A duration as a person reads it: `340 ms`, `20.2 s`, `3 min 5 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}
