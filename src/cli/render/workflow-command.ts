interface Place {
  readonly title: string
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly col?: number | undefined
}

const escaped: Record<string, string> = { '%': '%25', '\r': '%0D', '\n': '%0A', ':': '%3A', ',': '%2C' }

/** A message of GitHub's log that stands beside the code as well: `::error file=…,line=…,title=…::what happened`. */
export function workflowCommand(kind: 'error' | 'warning' | 'notice', place: Place, message: string): string {
  const { file, line, col, title } = place
  const properties = Object.entries({ file, line, col, title })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${String(value).replace(/[%\r\n:,]/g, (char) => escaped[char] ?? char)}`)
  return `::${kind} ${properties.join(',')}::${message.replace(/[%\r\n]/g, (char) => escaped[char] ?? char)}`
}

/**
 * A sentence as GitHub's log takes it: a warning becomes one of the log's own. What comes from a database or a file and
 * looks like a command of the log is none.
 */
export function inWorkflowLog(sentence: string): string {
  const warning = /^Warning: ([\s\S]*)$/.exec(sentence)?.[1]
  if (warning !== undefined) return workflowCommand('warning', { title: 'nself' }, warning)
  return sentence.replace(/^(?=\s*(?:::|##\[))/gm, '| ')
}
