import type { UpOptions } from '../../src/commands/db/migrate/up.ts'
import type { Context } from '../../src/commands/shared/context.ts'
import type { Environment } from '../../src/core/environment.ts'
import { loadOtherSettings, loadSettings } from '../../src/project/settings.ts'
import type { Project } from './project.ts'

/** `up` with no flag but `--no-backup`: npm brings no pg_dump. */
export const plainUp: UpOptions = {
  limit: {},
  dryRun: false,
  allowOutOfOrder: false,
  lockWaitMs: 10_000,
  singleTransaction: false,
  noBackup: true,
}

/** Runs commands in this process, where a program would be started many times; without a terminal. */
export function contextIn(project: Pick<Project, 'root' | 'url'>, told: string[] = []): Context {
  const place = { cwd: project.root, env: { DATABASE_URL: project.url, NSELF_UNDO: 'off' } }
  return {
    settings: loadSettings(place),
    settingsOf: (environment, url) => loadOtherSettings(place, environment, url),
    answers: { yes: false, confirm: undefined },
    ask: null,
    choose: null,
    signal: new AbortController().signal,
    handOver: (work) => work(),
    tell: (sentence) => void told.push(sentence),
    progress: () => {},
    now: Date.now,
  }
}

/** With `--yes` in that environment. What was told to an earlier one is forgotten. */
export function contextAs(project: Project, environment: Environment, told: string[], confirm?: string): Context {
  told.length = 0
  const context = contextIn(project, told)
  return { ...context, settings: { ...context.settings, environment }, answers: { yes: true, confirm } }
}
