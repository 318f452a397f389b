/** `127.0.0.1:5432/shop` as a person says it: `shop on 127.0.0.1:5432`. */
export function databaseName(place: string): string {
  const found = /^(.*?:\d+(?:,.*?:\d+)*)\/(.+)$/s.exec(place)
  return found === null ? place : `${found[2]} on ${found[1]}`
}
