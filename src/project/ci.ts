import type { processEnvironment } from './process-environment.ts'

/** The CI system that runs this process, as its variables tell. */
export interface Ci {
  readonly kind: 'github' | 'gitlab' | 'other'
  /** The file that takes the summary of a job. */
  readonly summary: string | null
  /** The folder from which the system counts the paths of files. */
  readonly workspace: string | null
}

const isSet = (value: string | undefined): boolean => value !== undefined && !/^(|0|false|no|off)$/i.test(value)

/** Null where a person or a plain script runs it. */
export function ciOf(env: typeof processEnvironment): Ci | null {
  if (isSet(env.GITHUB_ACTIONS)) {
    return { kind: 'github', summary: env.GITHUB_STEP_SUMMARY || null, workspace: env.GITHUB_WORKSPACE || null }
  }
  if (isSet(env.GITLAB_CI)) return { kind: 'gitlab', summary: null, workspace: env.CI_PROJECT_DIR || null }
  return isSet(env.CI) ? { kind: 'other', summary: null, workspace: null } : null
}
