import type { Option } from '@commander-js/extra-typings'
import { checkParts } from '../../core/check/finding.ts'
import { environments } from '../../core/environment.ts'
import type { Node, TakenWord } from './tree-words.ts'
import { nodesBelow, reachedBy } from './tree-words.ts'

/** What is there to choose from that is no word of the tree; asked only where it is wanted. */
export interface Places {
  /** Names of migration files without their ending, in their order. */
  readonly migrations: () => readonly string[]
  /** Names of backups. */
  readonly backups: () => readonly string[]
}

/** The word at the cursor: what of it names groups, as in `migrate:u`, and the rest. */
interface Current {
  readonly prefix: string
  readonly typed: string
}

interface Answer {
  /** Whether the shell is to offer files besides. */
  readonly files: boolean
  readonly words: readonly (readonly [word: string, says: string])[]
}

const shortForms = ['up', 'down', 'status', 'create']

/**
 * What may stand where the cursor is, as the scripts of the shells read it: `files` or `words`, then a line for each
 * word, with what it says behind a tab.
 * @param before the words of the line as the tree has them, without the one at the cursor.
 */
export function complete(root: Node, before: readonly string[], current: Current, places: Places): string {
  const { files, words } = answer(root, before, current.typed, places)
  const fitting = words.filter(([word]) => word.startsWith(current.typed))
  const lines = fitting.map(([word, says]) => `${current.prefix}${word}\t${says}`)
  return `${[files ? 'files' : 'words', ...lines].join('\n')}\n`
}

function answer(root: Node, before: readonly string[], current: string, places: Places): Answer {
  const { node, depth } = reachedBy(root, before)
  const last = before.at(-1) ?? ''
  const awaited = optionsOf(root, node).find((option) => option.required && flagsOf(option).includes(last))
  if (awaited !== undefined) return valuesOf(awaited, current, '', places)
  const [flag = '', value] = current.split(/=(.*)/s)
  const given = value === undefined ? undefined : node.options.find((option) => option.long === flag)
  if (given !== undefined) return valuesOf(given, value ?? '', `${flag}=`, places)
  if (current.startsWith('-')) return { files: false, words: flagWords(node, before) }
  const taken = positionals(node, before.slice(depth))
  const commands = taken > 0 ? [] : commandWords(root, node)
  const argument = node.registeredArguments[taken] ?? node.registeredArguments.findLast((each) => each.variadic)
  const more = argument === undefined ? { files: false, words: [] } : valuesOf(argument, current, '', places)
  return { files: more.files, words: [...commands, ...more.words] }
}

/** Of a group those of all its commands: they may be written before its end. */
function optionsOf(root: Node, node: Node): readonly Option[] {
  return node.options.length > 0 && node !== root ? node.options : nodesBelow(node).flatMap((each) => each.node.options)
}

function commandWords(root: Node, node: Node): [string, string][] {
  const own = node.commands.map((child): [string, string] => [child.name(), child.description()])
  if (node !== root) return own
  const short = nodesBelow(root).filter(({ path }) => path[1] === 'migrate' && shortForms.includes(path[2] ?? ''))
  return [...own, ...short.map(({ path, node: long }): [string, string] => [path[2] ?? '', long.description()])]
}

const flagsOf = ({ short, long }: Option) => [short, long]

function flagWords(node: Node, before: readonly string[]): [string, string][] {
  const fresh = node.options.filter(
    (option) => !option.hidden && !flagsOf(option).some((flag) => flag && before.includes(flag)),
  )
  return [
    ...fresh.map((option): [string, string] => [option.long ?? '', option.description]),
    ['--help', 'show this help'],
  ]
}

/** How many of these words are no flags and no values of flags. */
function positionals(node: Node, words: readonly string[]): number {
  let count = 0
  for (const [i, word] of words.entries()) {
    const before = node.options.find((option) => flagsOf(option).includes(words[i - 1] ?? ''))
    if (!word.startsWith('-') && before?.required !== true) count++
  }
  return count
}

const environmentOptions: readonly string[] = ['--env', '--mark-environment', '--on']
/** What stands before the last of several that are separated by commas, or of a pair. */
const listed = (current: string) => /^.*[,=]/s.exec(current)?.[0] ?? ''
const versionNames = /^(?:version|versions|old=new)$/

/** By choices where there are some, otherwise by the name that help gives the value. */
function valuesOf(taker: Option | TakenWord, current: string, prefix: string, places: Places): Answer {
  const { argChoices } = taker
  if (argChoices !== undefined) return wordsOnly(argChoices, prefix)
  const isOption = 'long' in taker
  const name = isOption ? (/<(.*?)>/.exec(taker.flags)?.[1] ?? '') : taker.name()
  if (isOption && environmentOptions.includes(taker.long ?? '')) return wordsOnly(environments, prefix)
  if (isOption && versionNames.test(name) && taker.long !== '--rename') {
    return wordsOnly(places.migrations(), prefix + listed(current))
  }
  if (name === 'folder') return wordsOnly(['common', ...environments], prefix)
  if (/^file$/i.test(name)) return { files: true, words: [] }
  if (/^backup$/i.test(name)) return { ...wordsOnly(places.backups(), prefix), files: true }
  if (name === 'A' || name === 'B') return { ...wordsOnly([...environments, 'migrations'], prefix), files: true }
  if (name === 'parts') return wordsOnly(checkParts, prefix + listed(current))
  return { files: false, words: [] }
}

function wordsOnly(words: readonly string[], prefix: string): Answer {
  return { files: false, words: words.map((word) => [prefix + word, '']) }
}
