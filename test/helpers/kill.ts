import type { Project } from './project.ts'
import { type Passing, startProxy } from './proxy.ts'

/** Where a run is killed: at its n-th message to the server that counts, before it is sent or while the server works on it. */
export interface Death {
  readonly n: number
  readonly side: 'before' | 'after'
  readonly counts: (message: Passing) => boolean
}

/** Runs nself and kills it with -9. Resolves to the message at which it died, or null when it ended untouched. */
export async function killAt(project: Project, args: readonly string[], { n, side, counts }: Death) {
  let seen = 0
  let died: string | null = null
  const { url, close } = await startProxy(project.url, {
    fate: (message) => {
      if (died !== null || !counts(message) || ++seen !== n) return 'pass'
      died = `${side} message ${n} (${message.application} ${message.type} ${message.text.slice(0, 200)})`
      running.kill('SIGKILL')
      return side
    },
  })
  const running = project.start(...args, '--database-url', url)
  const { code, stderr } = await running.finished
  if (died === null && code !== 0) throw new Error(`ended with ${code} before it was killed: ${stderr}`)
  return { died: died as string | null, close }
}

/** Waits until nothing works for nself in the project's database, nor holds a lock of its. */
export function untilIdle(project: Project): Promise<void> {
  return project.until(`NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND application_name ^@ 'nself') AND NOT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE locktype = 'advisory' AND datname = current_database())`)
}
