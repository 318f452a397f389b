import { countText } from './calls.ts'

/** A query that an application asks, without values: `SELECT name FROM users WHERE id = $1`. */
export interface RecordedQuery {
  readonly text: string
  /** How often it was asked, in the unit that `per` of its recording names. */
  readonly calls: number
}

/** What one release asks. */
export interface Recording {
  /** Also the name of its file. */
  readonly release: string
  /** Where the queries were found: `pg_stat_statements of shop`. */
  readonly source: string
  /** What calls are counted by: `a day`, `in 5 min`, `in the log`. */
  readonly per: string
  /** The last migration that was applied then: what comes after it meets these queries. Null where nobody knows. */
  readonly after: string | null
  /** As SET takes it; null where it is the one that a new database has. */
  readonly searchPath: string | null
  /** The most called first. */
  readonly queries: readonly RecordedQuery[]
}

const headOf = (release: string): string =>
  `-- What ${release} asks, as nself db queries record has found it; no values are kept. Commit this file:
-- nself db check prepares each of these queries before and after the migrations that come after it.`

/** As its file has it. The order is that of calls, then of the texts, so that a new recording changes few lines. */
export function recordingText({ release, source, per, after, searchPath, queries }: Recording): string {
  const facts = [
    `-- from: ${source}`,
    `-- counted: ${per}`,
    ...(after === null ? [] : [`-- after: ${after}`]),
    ...(searchPath === null ? [] : [`-- search_path: ${searchPath}`]),
  ]
  const blocks = inOrder(queries).map(({ text, calls }) => `-- calls: ${countText(calls)}\n${text};\n`)
  return `${[headOf(release), facts.join('\n'), ''].join('\n')}\n${blocks.join('\n')}`
}

/** The most called first. */
export function inOrder(queries: readonly RecordedQuery[]): RecordedQuery[] {
  return [...queries].sort((a, b) => b.calls - a.calls || (a.text < b.text ? -1 : 1))
}

/** A line of a recording that says nothing that is known. */
export interface UnreadLine {
  readonly line: number
  readonly text: string
}

const isFact = /^--\s*(from|counted|after|search_path|calls)\s*:\s*(.*?)\s*$/

/**
 * What such a file says. A query ends with a semicolon at the end of a line; other comments are passed over.
 * @param release the name of the file.
 * @returns with the first line of a query that has no end; null where all can be read.
 */
export function parseRecording(release: string, text: string): { recording: Recording; open: UnreadLine | null } {
  const facts = new Map<string, string>()
  const queries: RecordedQuery[] = []
  let begun: UnreadLine | null = null
  let lines: string[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (begun === null && line.trim() === '') continue
    if (begun === null && line.startsWith('--')) {
      const [, name = '', value = ''] = isFact.exec(line) ?? []
      facts.set(name, value)
      continue
    }
    begun ??= { line: i + 1, text: line }
    lines.push(line)
    if (!line.trimEnd().endsWith(';')) continue
    queries.push({ text: lines.join('\n').trim().slice(0, -1), calls: numberOf(facts.get('calls')) })
    begun = null
    lines = []
    facts.delete('calls')
  }
  const recording = {
    release,
    source: facts.get('from') ?? '',
    per: facts.get('counted') ?? '',
    after: facts.get('after') ?? null,
    searchPath: facts.get('search_path') ?? null,
    queries: inOrder(queries),
  }
  return { recording, open: begun }
}

function numberOf(text: string | undefined): number {
  const number = Number((text ?? '').replaceAll(',', ''))
  return Number.isFinite(number) ? number : 0
}
