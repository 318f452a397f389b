import { distance } from 'fastest-levenshtein'
import { environmentNamed } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { type Node, nodesBelow, type PathNode, reachedBy } from './tree-words.ts'

/** What other tools call it. */
const elsewhere: Readonly<Record<string, string>> = {
  rollback: 'down',
  revert: 'down',
  new: 'create',
  add: 'create',
  generate: 'create',
  make: 'create',
  latest: 'up',
  push: 'up',
  apply: 'up',
  pull: 'adopt',
  introspect: 'adopt',
  deploy: 'up',
  psql: 'shell',
  console: 'shell',
  dump: 'backup',
  ls: 'list',
  info: 'status',
  fix: 'repair',
  doctor: 'repair',
}

/** Groups that are commands themselves, and words for that: `db backup create` is `db backup`. */
const runnable: readonly string[] = ['backup', 'seed']
const runsIt: readonly string[] = ['create', 'make', 'new', 'take', 'run', 'start']
const saidTwice = 0.3

/** What the flags of other tools are called here: the words that do it. */
const flagsElsewhere: Readonly<Record<string, string>> = {
  '-v': '--version',
  '-V': '--version',
  '--fake': 'db migrate repair --mark-applied VERSION',
  '--mark-applied': 'db migrate repair --mark-applied VERSION',
  '--rollback': 'db migrate down',
}

/** What a word costs that the command has and the person did not type: those that are typed most cost least. */
const left: Readonly<Record<string, number>> = { db: 0.2, migrate: 0.4 }
const leftOtherwise = 0.6
/** What the name of a group costs that was typed and is not in the path: `db migrate undo`. */
const groupTooMuch = 0.5
const groups: readonly string[] = ['db', 'migrate', 'backup', 'schema', 'seed']
/** A command that costs more is not what was meant. */
const dearest = 3.3

/** An unknown word as an error that leads to the nearest command of the whole tree. */
export function unknownCommand(root: Node, words: readonly string[]): NselfError {
  const typed = words.slice(0, leadingWords(words))
  const meant = nearest(nodesBelow(root), typed)
  if (typed[0] === 'version') return new NselfError('usage', 'unknown command "version"', { hint: 'nself --version' })
  // What is left over may be for the command that was meant, or the word that nobody knows.
  const known = reachedBy(root, words).depth
  const said = (count: number) => `unknown command "${typed.slice(0, Math.max(count, known + 1)).join(' ')}"`
  const placed = withEnvironment(root, words)
  if (placed !== null) return new NselfError('usage', said(known + 1), { hint: placed })
  if (meant === null) return new NselfError('usage', said(3), { hint: onlyBelow(root, words) })
  const { path, node, used } = meant
  const isGroup = node.commands.length > 0 && !runnable.includes(node.name())
  const rest = isGroup ? ['--help'] : words.slice(used).filter((word) => word !== '--help')
  const line = ['nself', ...path, ...rest.map(shellWord)].join(' ')
  return new NselfError('usage', said(used), { hint: isGroup ? `${line} lists what is below it` : line })
}

/** Where an environment stands as a word of its own, the command with --env; null where it takes none. */
function withEnvironment(root: Node, words: readonly string[]): string | null {
  const { node, depth } = reachedBy(root, words)
  const environment = environmentNamed(words[depth] ?? '')
  if (depth === 0 || environment === null || !node.options.some(({ long }) => long === '--env')) return null
  const rest = words.slice(depth + 1).map(shellWord)
  return ['nself', ...words.slice(0, depth), '--env', environment, ...rest].join(' ')
}

/** The one command of a group that has no other. */
function onlyBelow(root: Node, words: readonly string[]): string {
  const { node, depth } = reachedBy(root, words)
  const [only, ...others] = node.commands
  if (only === undefined || others.length > 0) return 'nself --help lists the commands'
  return ['nself', ...words.slice(0, depth), only.name()].join(' ')
}

/**
 * What to type after a command line that commander refused.
 * @param what why it was refused, in commander's words.
 * @param meant the flag that is nearest to an unknown one.
 */
export function wayOutOfUsage(root: Node, words: readonly string[], what: string, meant: string | null): string {
  const { node, depth } = reachedBy(root, words)
  const path = ['nself', ...words.slice(0, depth)].join(' ')
  const wrong = /^unknown option '(.*)'$/.exec(what)?.[1] ?? ''
  const option = meant ?? begunOption(node, wrong)
  if (option !== null && words.includes(wrong))
    return ['nself', ...words.map((word) => shellWord(word === wrong ? option : word))].join(' ')
  if (node.name() === 'down' && (wrong === '--all' || what.startsWith("N cannot be 'all'"))) return `${path} --to 0`
  if (wrong === '--yes' || wrong === '-y')
    return `this command asks nothing: ${['nself', ...words.filter((word) => word !== wrong).map(shellWord)].join(' ')}`
  if (Object.hasOwn(flagsElsewhere, wrong)) return `nself ${flagsElsewhere[wrong]}`
  if (/^--?(steps?|count|number|n)$/.test(wrong) && node.registeredArguments.some((word) => word.name() === 'N'))
    return `the number stands by itself: ${path} 1`
  const valueless = /^(?:required )?option '(?:-\w, )?(--[\w-]+) <(.*)>' (?:not specified|argument missing)$/.exec(what)
  if (valueless !== null) return `${path} ${valueless[1]} ${valueless[2]?.toUpperCase()}`
  if (what.startsWith('too many arguments')) return withFewerWords(root, words) ?? `${path} --help`
  if (!what.startsWith('missing required argument')) return `${path} --help`
  return [path, ...node.registeredArguments.map((word) => word.name().toUpperCase())].join(' ')
}

/** Of too many words: one may be an environment, or all of them one statement without its quotes. */
function withFewerWords(root: Node, words: readonly string[]): string | null {
  const { node, depth } = reachedBy(root, words)
  const isStatement = node.registeredArguments.at(-1)?.name() === 'SQL' && leadingWords(words) === words.length
  if (!isStatement) return withEnvironment(root, words)
  return ['nself', ...words.slice(0, depth), shellWord(words.slice(depth).join(' '))].join(' ')
}

/** An option of a command whose name begins an unknown one: --env of --environment. */
function begunOption({ options }: Node, wrong: string): string | null {
  const begun = options.flatMap(({ long }) => (long != null && long.length > 4 && wrong.startsWith(long) ? [long] : []))
  return begun.toSorted((a, b) => b.length - a.length)[0] ?? null
}

function leadingWords(words: readonly string[]): number {
  const end = words.findIndex((word) => word.startsWith('-'))
  return end === -1 ? words.length : end
}

interface Meant extends PathNode {
  /** How many of the typed words name it; the others are for it. */
  readonly used: number
}

function nearest(nodes: readonly PathNode[], typed: readonly string[]): Meant | null {
  let best: Meant | null = null
  let lowest = dearest
  for (const { path, node } of nodes) {
    for (let used = Math.min(typed.length, 4); used > 0; used--) {
      const rest = typed.slice(used)
      const isTwice = rest.length === 1 && rest.every((word) => runsIt.includes(word)) && runnable.includes(node.name())
      if (!isTwice && node.registeredArguments.length < rest.length) continue
      const cost = costOf(typed.slice(0, used), path) + (isTwice ? saidTwice : leftOver(rest))
      if (cost >= lowest) continue
      lowest = cost
      best = { path, node, used: isTwice ? typed.length : used }
    }
  }
  return best
}

/** A number is most likely what it looks like; another word may be one that names the command. */
function leftOver(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + (/^\d/.test(word) ? 0.2 : 1.2), 0)
}

/** How far typed words are from a path: letters that differ, and words that are missing. */
function costOf(typed: readonly string[], path: readonly string[]): number {
  const [word, ...others] = typed
  if (word === undefined) return path.reduce((sum, name) => sum + (left[name] ?? leftOtherwise), 0)
  const [name, ...deeper] = path
  if (name === undefined) return Number.POSITIVE_INFINITY
  const here = letters(word, name) + costOf(others, deeper)
  const tooMuch = groups.includes(word) ? groupTooMuch + costOf(others, path) : Number.POSITIVE_INFINITY
  return Math.min(here, tooMuch, (left[name] ?? leftOtherwise) + costOf(typed, deeper))
}

function letters(word: string, name: string): number {
  if (word === name) return 0
  if (elsewhere[word] === name) return 0.5
  const apart = distance(word, name)
  return apart <= Math.max(1, Math.floor(name.length / 3)) ? apart * 0.6 : Number.POSITIVE_INFINITY
}
