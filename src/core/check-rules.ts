import { lintRuleNames, lintRules } from './lint-rules.ts'

/** How bad a finding is, the worst first. */
export const severities = ['error', 'warning', 'note'] as const
export type Severity = (typeof severities)[number]

interface Rule {
  readonly severity: Severity
  /** What it finds, in a few words. */
  readonly title: string
  /** It is only told where a project asks for it. */
  readonly isOff?: boolean
}

/** What a check looks for. Every rule has a page of its name in docs/rules. */
const all = {
  'parse/syntax': { severity: 'error', title: 'PostgreSQL cannot parse a statement' },
  'parse/file': { severity: 'error', title: 'A file cannot be read as a migration' },
  'parse/function-body': { severity: 'error', title: 'PostgreSQL cannot parse the body of a function' },
  'parse/other-major': { severity: 'note', title: 'Only the server can tell whether a statement is valid' },
  'proof/up-fails': { severity: 'error', title: 'UP does not run' },
  'proof/down-fails': { severity: 'error', title: 'DOWN does not run' },
  'proof/down-differs': { severity: 'error', title: 'DOWN does not restore the previous schema' },
  'proof/up-again-fails': { severity: 'error', title: 'UP does not run after DOWN' },
  'proof/up-again-differs': { severity: 'error', title: 'UP produces a different schema after DOWN' },
  'proof/rows-differ': { severity: 'warning', title: 'DOWN does not restore the previous rows' },
  'proof/no-down': { severity: 'warning', title: 'A migration cannot be reverted' },
  'proof/values-lost': { severity: 'note', title: 'DOWN brings back a table or a column without what it held' },
  'proof/column-order': { severity: 'note', title: 'DOWN brings columns back in another order' },
  'merge/same-number': { severity: 'error', title: 'Two branches took the same number' },
  'merge/older-number': { severity: 'warning', title: 'A new migration has a lower number than one of the base' },
  'merge/edited-file': { severity: 'error', title: 'A migration that the base has was changed' },
  'merge/deleted-file': { severity: 'error', title: 'A migration that the base has is gone' },
  'merge/missing-dependency': { severity: 'error', title: 'A migration depends on one that is gone' },
  'merge/order-fails': { severity: 'error', title: 'A migration does not run after those of the other branch' },
  'merge/order-matters': { severity: 'error', title: 'The order of two branches changes the schema' },
  'probe/not-null': { severity: 'error', title: 'Rows have no value in a column that becomes NOT NULL' },
  'probe/duplicates': { severity: 'error', title: 'Values that must be unique are duplicated' },
  'probe/foreign-key': { severity: 'error', title: 'Rows reference missing rows' },
  'probe/check': { severity: 'error', title: 'Rows break a check' },
  'probe/exclude': { severity: 'error', title: 'Rows break an exclusion constraint' },
  'probe/partition': { severity: 'error', title: 'Rows do not belong to the partition that they would be in' },
  'probe/cast': { severity: 'error', title: 'Values do not fit the new type of their column' },
  'probe/computed': { severity: 'error', title: 'An expression cannot be computed for all rows' },
  'probe/not-answered': { severity: 'warning', title: 'The server did not answer a question' },
  'probe/disk-space': { severity: 'error', title: 'A table is rewritten, and the disk has no room for it' },
  'probe/table-size': { severity: 'note', title: 'How large a table is that a migration works on' },
  'probe/lock-held': { severity: 'warning', title: 'Somebody holds a lock that a migration needs' },
  'probe/server-busy': { severity: 'warning', title: 'Something on the server may keep a migration waiting' },
  ...lintRules,
  'rows/up-fails': { severity: 'error', title: 'UP does not run on rows that the constraints allow' },
  'rows/down-fails': { severity: 'error', title: 'DOWN does not run on rows that were there before UP' },
  'rows/up-again-fails': { severity: 'error', title: 'UP does not run again on the rows that DOWN leaves' },
  'rows/rows-lost': { severity: 'warning', title: 'Rows that were there do not come back with DOWN' },
  'rows/values-lost': { severity: 'warning', title: 'Values that were there do not come back with DOWN' },
  'rows/not-tried': { severity: 'note', title: 'A migration could not be tried on rows' },
  'queries/breaks': { severity: 'error', title: 'A query of the running release fails afterwards' },
  'queries/insert-leaves-out': {
    severity: 'error',
    title: 'An INSERT of the running release gives no value to a column that needs one',
  },
  'queries/breaks-between': {
    severity: 'warning',
    title: 'A query of the running release fails until a later migration of the same run',
  },
  'queries/result-changes': { severity: 'warning', title: 'A query of the running release returns other columns' },
  'queries/parameter-changes': {
    severity: 'warning',
    title: 'A query of the running release takes values of another type',
  },
  'queries/contract-breaks': {
    severity: 'note',
    title: 'A migration of the contract phase breaks what the release before it asks',
  },
  'queries/not-counted': { severity: 'note', title: 'A recorded query cannot be prepared before the migrations run' },
  'check/unused-allow': { severity: 'warning', title: 'A rule is allowed that finds nothing' },
} as const satisfies Record<string, Rule>

export type RuleName = keyof typeof all
export const rules: Readonly<Record<RuleName, Rule>> = all

const isRule = (name: string): name is RuleName => Object.hasOwn(all, name)
/** Where the package explains a rule. */
export const pageOf = (rule: RuleName): string => `docs/rules/${rule}.md`

/** All of them, in their order. */
export const ruleNames: readonly RuleName[] = Object.keys(all).filter(isRule)

/** What a project makes of rules: another severity, or off. */
export type RuleLevels = { readonly [Name in RuleName]?: Severity | 'off' | undefined }

/** Those that a file may say it breaks on purpose: what cannot be parsed or does not run never works. */
export const allowableRules: readonly RuleName[] = [
  'proof/down-differs',
  'proof/up-again-fails',
  'proof/up-again-differs',
  'proof/rows-differ',
  'proof/no-down',
  'proof/values-lost',
  'proof/column-order',
  ...lintRuleNames,
  'rows/up-fails',
  'rows/down-fails',
  'rows/up-again-fails',
  'rows/rows-lost',
  'rows/values-lost',
  'rows/not-tried',
  'queries/breaks',
  'queries/insert-leaves-out',
  'queries/breaks-between',
  'queries/result-changes',
  'queries/parameter-changes',
  'queries/contract-breaks',
  'queries/not-counted',
]
