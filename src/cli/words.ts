/** Commands that others stand below; `seed` and `backup` do something by themselves too. */
const groups = new Set(['db', 'migrate', 'schema', 'seed', 'backup', 'logs'])

/** What every command can be told, and whether a value follows. */
const common = new Map([
  ['--json', false],
  ['--yes', false],
  ['-y', false],
  ['--debug', false],
  ['--env', true],
  ['--database-url', true],
])

/**
 * The words of a command line as the tree of commands takes them: the path comes first, one word each (`migrate:up` is
 * another spelling of `migrate up`), behind it the options that were written before its end: `--json db migrate up`.
 */
export function orderedWords(typed: readonly string[]): string[] {
  const path: string[] = []
  const options: string[] = []
  let at = 0
  for (; at < typed.length; at++) {
    const word = typed[at] ?? ''
    const takesValue = common.get(word.replace(/=.*$/s, ''))
    if (takesValue !== undefined) {
      options.push(word)
      if (takesValue && !word.includes('=') && at + 1 < typed.length) options.push(typed[++at] ?? '')
      continue
    }
    if (!/^[a-z]/.test(word)) break
    const names = /^[a-z]+(:[a-z]+)+$/.test(word) ? word.split(':') : [word]
    path.push(...names)
    if (!groups.has(names.at(-1) ?? '')) {
      at++
      break
    }
  }
  return [...path, ...options, ...typed.slice(at)]
}
