import type { Context } from '../../src/commands/shared/context.ts'
import { loadOtherSettings, loadSettings } from '../../src/project/settings.ts'
import type { Project } from './project.ts'

/** Runs commands in this process, where a program would be started many times; without a terminal. */
export function contextIn(project: Project, told: string[] = []): Context {
  const place = { cwd: project.root, env: { DATABASE_URL: project.url } }
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
