import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { Context } from '../../commands/shared/context.ts'
import type { Result } from '../../commands/shared/results.ts'
import { certain } from '../../core/certain.ts'
import { phrase } from '../../core/guard/guard.ts'
import { parseVersion } from '../../core/migration/version.ts'

/** What every command can be told. */
export interface CommonFlags {
  readonly env?: string | undefined
  readonly databaseUrl?: string | undefined
  readonly shadowUrl?: string | undefined
  readonly json?: true | undefined
  readonly yes?: true | undefined
  readonly debug?: true | undefined
  readonly confirm?: string | undefined
  readonly set?: string[] | undefined
  /** The command makes the folder nself/ where there is none, or does without: always, or where --database-url names the server. */
  readonly needsNoProject?: boolean | 'with-url'
}

/** Runs one command; the caller makes its context and prints what comes back. */
export type Runner = (flags: CommonFlags, command: (context: Context) => Promise<Result>) => Promise<void>

/** A group of commands, to which others are added. */
export type Group = Pick<Command, 'command'>

/** What of the world a command looks at: each one what stands before it too. `asks` has questions that --yes answers. */
const reaches = ['nothing', 'environment', 'server', 'asks'] as const
type Reach = (typeof reaches)[number]

export const commonGroup = 'Common options:'
const commonOptions: readonly (readonly [Reach, string, string])[] = [
  ['environment', '--env <name>', 'local, staging or production (or set ENV)'],
  ['server', '--database-url <url>', 'postgresql://user:password@host:5432/database (or set DATABASE_URL)'],
  ['asks', '-y, --yes', 'answer y/N questions with yes'],
]

/** A command that does something, with the options that it shares with others where they do something. */
export function leaf(
  parent: Group,
  name: string,
  description: string,
  examples: readonly string[],
  reach: Reach = 'asks',
) {
  const command = parent
    .command(name)
    .description(description)
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`)
  for (const [needs, flags, says] of commonOptions) {
    if (reaches.indexOf(needs) <= reaches.indexOf(reach))
      command.addOption(new Option(flags, says).helpGroup(commonGroup))
  }
  return command
    .addOption(new Option('--json', 'print one JSON document on stdout').helpGroup(commonGroup))
    .addOption(new Option('--debug', 'show connections, SQL and timings on stderr').helpGroup(commonGroup))
}

/** Help begins with what only this command can be told. */
export function ownOptionsFirst<Item>(
  _: Item[],
  visible: Item[],
  groupOf: (item: Item) => string,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of visible) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item])
  return new Map([...groups].sort(([a], [b]) => Number(a === commonGroup) - Number(b === commonGroup)))
}

/** --lock-wait: how long another run is waited for; 60 s without it. */
export const lockWait = () =>
  new Option('--lock-wait <duration>', 'how long to wait for another nself run on this database')
    .default(60_000, '60s')
    .argParser(duration)
/** --max-lag: how far replicas may be behind while batches run. */
export const maxLag = () =>
  new Option('--max-lag <duration>', 'let batches wait while a replica is farther behind').argParser(duration)
/** --confirm: the phrase of production, for where nobody is there to type it. */
export const confirm = () =>
  new Option('--confirm <phrase>', `the phrase that confirms destructive work in production: ${phrase}`)

/** A version as a user types it: canonical. */
export const version = (text: string): string => {
  const parsed = parseVersion(text.replace(/\.sql$/, ''))
  if (parsed === null) throw new InvalidArgumentError('expected a version, such as 003 or 003_create_orders')
  return parsed
}
/** Several, by commas or by repeating the flag. */
export const versions = (text: string, before: string[] = []) => [...before, ...text.split(',').map(version)]
/** `2=3`, also several by commas or by repeating the flag. */
export const pairs = (text: string, before: [string, string][] = []): [string, string][] => [
  ...before,
  ...text.split(',').map((pair): [string, string] => {
    const [from, to, ...more] = pair.split('=')
    if (from === undefined || to === undefined || more.length > 0) {
      throw new InvalidArgumentError('expected two versions, such as 002=003')
    }
    return [version(from), version(to)]
  }),
]
/** Pairs of names as they were typed, one for each time the flag is given. @throws InvalidArgumentError for anything else. */
export const namePairs = (text: string, before: [string, string][] = []): [string, string][] => {
  const [from, to, ...more] = text.split('=')
  if (!from || !to || more.length > 0) throw new InvalidArgumentError('expected two names, such as totals=sums')
  return [...before, [from, to]]
}
/** Names as they were typed, one for each time the flag is given. */
export const names = (text: string, before: string[] = []) => [...before, text]
/** A whole number from 1. @throws InvalidArgumentError for anything else. */
export const count = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1')
  return Number(text)
}
/** The path of a file to be written. */
export function file(path: string): string {
  if (path === '') throw new InvalidArgumentError('name a file')
  return path
}

const units: Record<string, number> = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 }
/** `30s`, `2min`, in ms. */
export const duration = (text: string): number => {
  const match = /^(\d+)(ms|s|min|m|h)?$/.exec(text)
  if (match === null) throw new InvalidArgumentError('expected a duration, such as 30s or 2min')
  return Number(match[1]) * certain(units[match[2] ?? 's'])
}

/** What is wrong with it is told where it is read: here it would be told with its value. */
export const setVariable = () =>
  new Option(
    '--set <name=value>',
    'set a variable that the files use; may be repeated (or set NSELF_VAR_NAME)',
  ).argParser(names)

/** --no-backup: it reaches the flags as `backup: false`. */
export const noBackup = () => new Option('--no-backup', 'production: skip the backup, because you have another one')

/** @param says what it changes of the command. */
export const phase = (says = 'leave pending what waits until the new release is out (-- nself: phase contract)') =>
  new Option('--phase <phase>', says).choices(['expand'] as const)

/** --shadow-url: the server on which migrations are replayed, where the environment names none. */
export const shadowUrl = () =>
  new Option('--shadow-url <url>', 'a server for scratch databases (or set NSELF_SHADOW_URL)')

/** Whether a side of a comparison is a server by itself. */
export const isUrl = (text: string): boolean => /^postgres(?:ql)?:\/\//i.test(text)
