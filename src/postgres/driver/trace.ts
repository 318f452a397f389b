import type { Client } from './pg.ts'

/** What `--debug` shows of the wire: connections, and each message with the time until its answer. */
export type Trace = (sentence: string) => void

let trace: Trace | null = null
let redacted = (text: string) => text

/**
 * Has every connection from now on tell what it sends.
 * @param redact takes out what is secret, before a part of it is cut off.
 */
export function traceConnections(tell: Trace, redact: (text: string) => string): void {
  trace = tell
  redacted = redact
}

const longest = 300

/** A message in one line, cut where it is long. */
function shortened(text: string): string {
  const line = redacted(text).replace(/\s+/g, ' ').trim()
  return line.length <= longest ? line : `${line.slice(0, longest)}… (${text.length} characters)`
}

/** Has a client tell what it sends, where that is wanted; without it nothing of the client is touched. */
export function traceClient(client: Client, place: string, applicationName: string): void {
  if (trace === null) return
  const tell = trace
  tell(`connected to ${place} as ${applicationName}`)
  client.once('end', () => tell(`disconnected from ${place} (${applicationName})`))
  const send: (...args: unknown[]) => unknown = client.query.bind(client)
  const traced = (...args: unknown[]) => {
    const began = performance.now()
    const said = (outcome: string) =>
      tell(`${outcome} ${Math.round((performance.now() - began) * 10) / 10} ms  ${shortened(textOf(args[0]))}`)
    const [query] = args
    if (isSubmittable(query)) {
      const { callback } = query
      query.callback = (error) => {
        said(error === null ? 'ok' : `failed (${error.message})`)
        callback(error)
      }
      return send(...args)
    }
    const answer = send(...args)
    if (answer instanceof Promise) {
      answer.then(
        () => said('ok'),
        (error: Error) => said(`failed (${error.message})`),
      )
    }
    return answer
  }
  Object.assign(client, { query: traced })
}

function isSubmittable(query: unknown): query is { callback: (error: Error | null) => void } {
  return typeof query === 'object' && query !== null && 'submit' in query && 'callback' in query
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query
  return typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : ''
}
