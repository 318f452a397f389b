/** A line that begins an entry of PostgreSQL's log. */
const entryStart = /^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] ([A-Z0-9]+): {2}/
const ownNoise = /ERROR: {2}relation "nself\.\w+" does not exist/

/** The entries of a log, each with its continuation lines. */
function entriesOf(log: string): string[] {
  const entries: string[] = []
  for (const line of log.split('\n')) {
    if (entries.length === 0 || entryStart.test(line)) entries.push(line)
    else entries.push(`${entries.pop()}\n${line}`)
  }
  return entries
}

const levelOf = (entry: string | undefined) => entryStart.exec(entry ?? '')?.[1]

/** A log without the errors by which nself finds out that a database has no history yet. */
export function withoutOwnNoise(log: string): string {
  const entries = entriesOf(log)
  const isNoise = (at: number): boolean => {
    const entry = entries[at] ?? ''
    return ownNoise.test(entry) || (levelOf(entry) === 'STATEMENT' && at > 0 && isNoise(at - 1))
  }
  return entries.filter((_, at) => !isNoise(at)).join('\n')
}

/** What is sent after an error and not run: it only repeats that there was one. */
const afterAnError = /ERROR: {2}current transaction is aborted, commands ignored until end of transaction block/

const serious = ['ERROR', 'FATAL', 'PANIC']

/** The first lines of the last entries that tell an error. */
export function lastErrors(log: string, most: number): string[] {
  const errors = entriesOf(log).filter((entry) => serious.includes(levelOf(entry) ?? '') && !afterAnError.test(entry))
  return errors.slice(-most).map((entry) => entry.split('\n')[0] ?? '')
}
