/**
 * The parameters of one service in a pg_service.conf; null when it is not there.
 * @throws Error that says what is wrong with a line, by its number.
 */
export function serviceIn(text: string, name: string): Map<string, string> | null {
  let found: Map<string, string> | null = null
  let isOurs = false
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const section = /^\[(.*)\]$/.exec(line)?.[1]
    if (section !== undefined) {
      // libpq takes the first of that name.
      if (found !== null) return found
      isOurs = section === name
      if (isOurs) found = new Map()
    } else if (isOurs) {
      const at = line.indexOf('=')
      if (at < 1) throw new Error(`line ${index + 1} is not of the form name=value`)
      const key = line.slice(0, at)
      if (key === 'service') throw new Error(`line ${index + 1} names another service, which cannot be nested`)
      if (!found?.has(key)) found?.set(key, line.slice(at + 1))
    }
  }
  return found
}
