import { shellWord } from '../../core/shell-word.ts'
import { saysSecret } from '../../core/variable-name.ts'
import { redact } from './redact.ts'

/** What was typed that says which database is meant. */
interface GivenFlags {
  readonly env?: string | undefined
  readonly databaseUrl?: string | undefined
  readonly set?: readonly string[] | undefined
}

/** The commands that look at a database, as they are typed after `nself`; longer ones come before what they begin with. */
const databaseCommands = [
  ...['status', 'up', 'down', 'redo', 'sync', 'fresh', 'repair', 'squash'].map((name) => `db migrate ${name}`),
  'db check',
  ...['import', 'apply', 'diff', 'show', 'diagram'].map((name) => `db schema ${name}`),
  ...['common', 'env', 'users', 'status'].map((name) => `db seed ${name}`),
  ...[
    'adopt',
    'check',
    'rehearse',
    'backup list',
    'backup prune',
    'backup',
    'restore',
    'undo',
    'update',
    'run',
    'reset',
    'shell',
    'query',
    'queries record',
  ].map((name) => `db ${name}`),
  'db seed(?! create)',
  'env',
  'logs postgres',
  'init',
]

const command = new RegExp(`\\bnself (?:${databaseCommands.join('|')})(?![\\w:-])`, 'g')
/** What of a sentence belongs to the command before it. */
const restOfCommand = /^[^;,\n]*?(?=[;,\n]|: |\. |$)/

/** The commands that fill in variables. */
const takesValues = /(?:up|down|redo|sync|fresh|update|check|rehearse|reset|seed(?: common| env)?)$/

/** A longer value would hide the command. */
const longestValue = 60

function carriedValue(pair: string): string {
  const name = pair.slice(0, pair.indexOf('=') + 1)
  const isSecret = redact(pair) !== pair || saysSecret(name)
  return `--set ${isSecret || pair.length > longestValue ? `${name}…` : shellWord(pair)}`
}

let given: GivenFlags = {}

/** Has every command that is printed from now on name the same database as this one. */
export function carryFlags({ env, databaseUrl, set }: GivenFlags): void {
  given = { env, databaseUrl, set }
}

/** A text with the flags that were given in each `nself …` that it tells to type, but where it names others itself. */
export function withGivenFlags(text: string): string {
  const flags = [
    ...(given.databaseUrl === undefined ? [] : [['--database-url', given.databaseUrl] as const]),
    ...(given.env === undefined ? [] : [['--env', given.env] as const]),
  ]
  const set = given.set ?? []
  if (flags.length === 0 && set.length === 0) return text
  return text.replace(command, (found, at: number) => {
    const rest = restOfCommand.exec(text.slice(at + found.length))?.[0] ?? ''
    // What is advice for a local database alone is none for the one that is named.
    const isElsewhere = / --env local\b/.test(rest) && given.env !== undefined && given.env !== 'local'
    const more = isElsewhere ? [] : flags.filter(([flag]) => !rest.includes(`${flag} `))
    const values = takesValues.test(found) && !rest.includes('--set ') ? set.map(carriedValue) : []
    return [found, ...more.map(([flag, value]) => `${flag} ${redact(shellWord(value))}`), ...values].join(' ')
  })
}
