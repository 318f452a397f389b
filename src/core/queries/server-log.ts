/** Reads the statements of a log, line by line. */
export interface LogReader {
  /** The statements that are complete with this line. */
  push(line: string): string[]
  /** The last one. */
  end(): string[]
}

/** Reads a log of log_statement = all or log_min_duration_statement = 0, in whichever format its first line is. */
export class ServerLog implements LogReader {
  private reader: LogReader | null = null

  push(line: string): string[] {
    if (this.reader === null && line.trim() === '') return []
    this.reader ??= line.startsWith('{') ? new JsonLog() : isCsv.test(line) ? new CsvLog() : new PlainLog()
    return this.reader.push(line)
  }

  end(): string[] {
    return this.reader?.end() ?? []
  }
}

/**
 * What a message says of a statement that was run. `parse` and `bind` tell of the same one again, and a duration alone
 * of none.
 */
const isStatement = /^(?:duration: [\d.]+ ms {2})?(?:statement|execute [^:]*): (.*)$/s

function statementIn(message: string): string[] {
  const [, text] = isStatement.exec(message) ?? []
  return text === undefined ? [] : [text]
}

/** nself names its connections after itself. */
const isOwn = (application: unknown): boolean => typeof application === 'string' && /^nself\b/.test(application)

class JsonLog implements LogReader {
  push(line: string): string[] {
    try {
      const entry: unknown = JSON.parse(line)
      if (typeof entry !== 'object' || entry === null || !('message' in entry)) return []
      if ('application_name' in entry && isOwn(entry.application_name)) return []
      return typeof entry.message === 'string' ? statementIn(entry.message) : []
    } catch {
      return []
    }
  }

  end(): string[] {
    return []
  }
}

const isCsv = /^\d{4}-\d\d-\d\d [\d:.]+ [^,\s]*,/
/** The places of the columns of csvlog, from 0. */
const [messageColumn, applicationColumn] = [13, 22]

class CsvLog implements LogReader {
  private lines: string[] = []
  private quotes = 0

  push(line: string): string[] {
    this.lines.push(line)
    this.quotes += line.split('"').length - 1
    // Within a quoted value the line ends, the record does not.
    return this.quotes % 2 === 1 ? [] : this.end()
  }

  end(): string[] {
    const columns = csvColumns(this.lines.join('\n'))
    this.lines = []
    this.quotes = 0
    return isOwn(columns[applicationColumn]) ? [] : statementIn(columns[messageColumn] ?? '')
  }
}

function csvColumns(record: string): string[] {
  const columns = record.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)
  return [...columns].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain)
}

/** What begins a record of a log in plain text, after whatever log_line_prefix has put before it. */
const beginning =
  /^(.*?)\b(?:LOG|DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG\d?): {2}(.*)$/

class PlainLog implements LogReader {
  private message: string[] | null = null

  push(line: string): string[] {
    // The server indents what belongs to the record above.
    const [, prefix, text] = line.startsWith('\t') ? [] : (beginning.exec(line) ?? [])
    if (text === undefined) {
      this.message?.push(line.replace(/^\t/, ''))
      return []
    }
    const done = this.end()
    this.message = isOwnPrefix.test(prefix ?? '') ? null : [text]
    return done
  }

  end(): string[] {
    const { message } = this
    this.message = null
    return message === null ? [] : statementIn(message.join('\n'))
  }
}

/** Where log_line_prefix has %a. */
const isOwnPrefix = /(?:^|[\s=[,(])nself(?:[\s\],)]|$)/
