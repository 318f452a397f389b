import type { Briefing } from '../briefing.ts'
import type { Environment } from '../environment.ts'
import { NselfError } from '../errors.ts'
import type { SchemaChanges } from '../schema/changes.ts'

export const phrase = 'yes-destroy-production'

/** What a command is about to write. */
export type Action =
  | 'up'
  | 'down'
  | 'fresh'
  | 'repair'
  | 'restore'
  | 'drop-kept'
  | 'undo'
  | 'seed'
  | 'mock-users'
  | 'reset'
  | 'shell'
  | 'query'

export interface Intent<T> {
  readonly action: Action
  readonly what: T
  /** One line that says what would happen where: `revert 1 migration on HOST/DB`. */
  readonly summary: string
  /** It holds statements that destroy data: what `inspect` found. */
  readonly destructive?: boolean
  /** What is shown where a person is asked. */
  readonly briefing?: Briefing
}

export interface Answers {
  readonly yes: boolean
  readonly confirm: string | undefined
}

export interface Question {
  readonly kind: 'yes-no' | 'phrase' | 'one-of'
  readonly message: string
  /** What stands above it. */
  readonly briefing?: Briefing
  /** What a design changes, where that is to be read before the answer. */
  readonly changes?: SchemaChanges
  /** A sentence, or several lines, between that and the question. */
  readonly warning?: string
  /** Of `one-of`: the first is selected until another is. */
  readonly options?: readonly { readonly answer: string; readonly text: string }[]
}

/** Asks at a terminal; `null` where there is none. Resolves to what was typed: 'y', 'n' or the text, or to the answer of an option. */
export type Ask = ((question: Question) => Promise<string>) | null

/** What the guard has let pass. Only `approve` can make one: to forget the guard is a type error. */
export class Approved<T> {
  readonly what: T
  readonly action: Action
  private constructor(action: Action, what: T) {
    this.action = action
    this.what = what
  }

  /** The table of docs/production.md. @throws NselfError `refused` or `not-confirmed`. */
  static async approve<T>(
    intent: Intent<T>,
    environment: Environment,
    answers: Answers,
    ask: Ask,
  ): Promise<Approved<T>> {
    const need = requirement(intent.action, environment, intent.destructive === true)
    if (need === 'blocked') {
      throw new NselfError(
        'refused',
        `${blocked[intent.action] ?? `${intent.action} is blocked`} in ${environment}; no flag changes that`,
        {
          hint: insteadOf[intent.action] ?? 'use up and down, which change one migration at a time',
        },
      )
    }
    if (need === 'yes-no') await confirmYes(intent, environment, answers, ask)
    if (need === 'phrase') await confirmPhrase(intent, environment, answers, ask)
    return new Approved(intent.action, intent.what)
  }

  /** What was approved together, each by itself. */
  static each<T>({ action, what }: Approved<readonly T[]>): Approved<T>[] {
    return what.map((item) => new Approved(action, item))
  }
}

export const approve = Approved.approve
export const approvedOnes = Approved.each

const blocked: Partial<Record<Action, string>> = { 'mock-users': 'mock users are never added' }

const insteadOf: Partial<Record<Action, string>> = {
  undo: 'a backup brings back what was there: nself db backup list, then nself db restore FILE',
  'mock-users': 'list the people in nself/config/prod-users.json or in NSELF_PROD_USERS, then nself db seed users',
}

type Need = 'nothing' | 'yes-no' | 'phrase' | 'blocked'

function requirement(action: Action, environment: Environment, destructive: boolean): Need {
  // What it drops comes back from nowhere, so a person looks at the list everywhere.
  if (action === 'drop-kept') return environment === 'production' ? 'phrase' : 'yes-no'
  // What was written since is not in it, so a person is told first.
  if (action === 'undo') return environment === 'local' ? 'yes-no' : 'blocked'
  if (environment === 'local') return 'nothing'
  if ((action === 'up' || action === 'seed') && destructive) return environment === 'staging' ? 'yes-no' : 'phrase'
  const table = {
    up: { staging: 'nothing', production: 'yes-no' },
    down: { staging: 'yes-no', production: 'phrase' },
    fresh: { staging: 'yes-no', production: 'blocked' },
    repair: { staging: 'yes-no', production: 'yes-no' },
    restore: { staging: 'yes-no', production: 'phrase' },
    seed: { staging: 'nothing', production: 'yes-no' },
    'mock-users': { staging: 'yes-no', production: 'blocked' },
    reset: { staging: 'yes-no', production: 'blocked' },
    shell: { staging: 'yes-no', production: 'yes-no' },
    query: { staging: 'yes-no', production: 'yes-no' },
  } as const
  return table[action][environment]
}

/** Whether `approve` would ask a person: then the briefing says what lines in a log would. */
export function wouldAsk(
  { action, destructive = false }: Pick<Intent<unknown>, 'action' | 'destructive'>,
  environment: Environment,
  answers: Answers,
  ask: Ask,
): boolean {
  const need = requirement(action, environment, destructive)
  if (ask === null || need === 'nothing' || need === 'blocked') return false
  return need === 'yes-no' ? !answers.yes : answers.confirm === undefined
}

const cancelled = () => new NselfError('not-confirmed', 'Cancelled. Nothing was changed.')

async function confirmYes<T>(
  { summary, briefing }: Intent<T>,
  environment: Environment,
  answers: Answers,
  ask: Ask,
): Promise<void> {
  if (answers.yes) return
  if (ask === null) {
    throw new NselfError('not-confirmed', `not confirmed for ${environment}: ${summary}`, {
      hint: 'there is no terminal to ask at. To agree, add --yes',
    })
  }
  const message = `${environment.toUpperCase()}: ${summary}?`
  if ((await ask({ kind: 'yes-no', message, ...(briefing ? { briefing } : {}) })) !== 'y') throw cancelled()
}

async function confirmPhrase<T>(
  { action, destructive, summary, briefing }: Intent<T>,
  environment: Environment,
  answers: Answers,
  ask: Ask,
): Promise<void> {
  if (answers.confirm === phrase) return
  if (answers.confirm !== undefined || ask === null) {
    const wrong =
      answers.confirm === undefined ? `not confirmed for ${environment}` : 'the phrase given with --confirm is wrong'
    throw new NselfError('not-confirmed', `${wrong}: ${summary}`, {
      hint: `to go ahead without a terminal: --confirm ${phrase}`,
    })
  }
  const where = environment.toUpperCase()
  const deed =
    action === 'down' && destructive !== true ? 'reverts what was applied' : (deeds[action] ?? 'destroys data')
  const warning = briefing === undefined ? `${where}: ${summary}.` : `This ${deed} in ${where} (${briefing.database}).`
  const message = `Type ${phrase} to continue; anything else cancels`
  if ((await ask({ kind: 'phrase', message, warning, ...(briefing ? { briefing } : {}) })) !== phrase) throw cancelled()
}

const deeds: Partial<Record<Action, string>> = {
  restore: 'replaces all data',
  'drop-kept': 'drops databases for good',
}
