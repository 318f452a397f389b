import type { Project, useServer } from './project.ts'
import { type Passing, startProxy } from './proxy.ts'

/** A run, and the messages to the server at which it is killed: before one is sent, or while the server works on it. */
interface Deaths {
  readonly args: readonly string[]
  readonly side: 'before' | 'after'
  readonly counts: (message: Passing) => boolean
  /** Only at each so manieth of them. */
  readonly every?: number
}

/**
 * Runs nself in twins of a project and kills it with -9 at its first message that counts, then at its second, and so on
 * until a run ends untouched. `judge` looks at what each has left; it is told where the run died.
 */
export async function forEachDeath(
  server: ReturnType<typeof useServer>,
  template: Project,
  deaths: Deaths,
  judge: (project: Project, at: string) => Promise<void>,
): Promise<void> {
  let next = server.twin(template)
  for (let n = 1, isOver = false; !isOver; n++) {
    const project = await next
    // Made while this one is judged.
    next = server.twin(template)
    next.catch(() => {})
    const { died, close } = await killAt(project, n, deaths)
    await judge(project, died ?? '')
    await close()
    await server.remove(project)
    isOver = died === null
  }
  await server.remove(await next)
}

/** Resolves to the message at which it died, or null when it ended untouched. */
async function killAt(project: Project, n: number, { args, side, counts, every = 1 }: Deaths) {
  let seen = 0
  let died: string | null = null
  const { url, close } = await startProxy(project.url, {
    fate: (message) => {
      if (died !== null || !counts(message) || ++seen !== n * every) return 'pass'
      died = `killed ${side} message ${seen} (${message.application} ${message.type} ${message.text.slice(0, 200)})`
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
