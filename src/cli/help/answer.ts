import type { NselfError } from '../../core/errors.ts'
import { overview } from './overview.ts'
import { type Node, nodesBelow, unknownWord } from './tree-words.ts'

/** What a request for help is answered with: the overview, an error for an unknown word, or null where the command has help of its own. */
export async function answerHelp(
  root: Node,
  words: readonly string[],
  width: number,
): Promise<string | NselfError | null> {
  const path = words.filter((word) => !['--help', '-h'].includes(word))
  if (unknownWord(root, path) !== null) return (await import('./suggest.ts')).unknownCommand(root, path)
  const named = path.filter((word) => !word.startsWith('-'))
  if (named.length > 1 || (named[0] ?? 'db') !== 'db') return null
  const paths = new Set(nodesBelow(root).map((each) => each.path.join(' ')))
  return overview((name) => paths.has(name), width, named.length === 0)
}
