import { adviceRules } from './lint-rules/advice.ts'
import { breakageRules } from './lint-rules/breakage.ts'
import { lockRules } from './lint-rules/locks.ts'

/**
 * The rules of lint. Those that squawk has, or has too, are called as squawk calls them.
 * `about`: what a rule is concerned with. DOWN is looked at for locks and for what fails: that it takes away and changes
 * back is what it is for. What the running release needs does not matter to a migration that waits until it is gone.
 */
export const lintRules = { ...lockRules, ...breakageRules, ...adviceRules } as const

export type LintRule = keyof typeof lintRules

const isRule = (name: string): name is LintRule => Object.hasOwn(lintRules, name)
/** All of them, in their order. */
export const lintRuleNames: readonly LintRule[] = Object.keys(lintRules).filter(isRule)
