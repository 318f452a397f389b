/** Commands that others stand below; `seed` and `backup` do something by themselves too. */
const groups = new Set(['db', 'migrate', 'schema', 'seed', 'backup', 'queries', 'logs'])

/** What is typed every day has a short form: `nself up` is `nself db migrate up`. */
const shortForms = new Set(['up', 'down', 'status', 'create'])
/** Groups of `db`: written with a colon they need not say it, `nself migrate:up`. */
const belowDb = new Set(['migrate', 'schema', 'seed', 'backup', 'queries'])

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
 * `help db migrate up` asks for what `db migrate up --help` does.
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
    if (word === 'help' && options[0] !== '--help') {
      options.unshift('--help')
      continue
    }
    const names = namesOf(word, path.length === 0)
    path.push(...names)
    if (!groups.has(names.at(-1) ?? '')) {
      at++
      break
    }
  }
  return [...path, ...options, ...typed.slice(at)]
}

/** The path that one word stands for. */
function namesOf(word: string, isFirst: boolean): string[] {
  if (isFirst && shortForms.has(word)) return ['db', 'migrate', word]
  const names = /^[a-z]+(:[a-z]+)+$/.test(word) ? word.split(':') : [word]
  return isFirst && names.length > 1 && belowDb.has(names[0] ?? '') ? ['db', ...names] : names
}
