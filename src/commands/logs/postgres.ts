import { withoutOwnNoise } from '../../core/server-log.ts'
import { spokenPlace } from '../../postgres/driver/server.ts'
import { followLog, readLog } from '../../postgres/embedded/log.ts'
import { type Context, embeddedHome } from '../shared/context.ts'
import type { LogResult } from '../shared/results.ts'

/**
 * The log of the embedded server as it is now.
 * @param follow is handed what comes, until the signal; null to be given the text as the result.
 * @throws NselfError `configuration` where there is no log yet.
 */
export async function logs(context: Context, follow: ((text: string) => void) | null): Promise<LogResult> {
  const home = embeddedHome(context)
  const { target } = context.settings
  if (target.kind === 'server') {
    context.tell(
      `Note: this is the log of the embedded server in .nself; ${spokenPlace(target)} (${target.source}) keeps its log on its own machine`,
    )
  }
  if (follow === null) return { kind: 'log', text: withoutOwnNoise(await readLog(home)) }
  await followLog(home, (text) => follow(withoutOwnNoise(text)), context.signal)
  return { kind: 'log', text: '' }
}
