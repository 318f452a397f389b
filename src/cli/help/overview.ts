import { fold } from '../render/fold.ts'

/** A command by its path after `nself`, how the overview names it, and what it says of it. */
type Named = readonly [path: string, label: string, says: string]
/** Commands that share a place. */
type Cell = readonly Named[]

const everyDay: readonly (readonly Cell[])[] = [
  [[['db migrate status', 'migrate status', 'what is applied, pending, wrong']]],
  [
    [['db migrate up', 'migrate up', 'apply what is pending']],
    [['db migrate down', 'migrate down', 'revert the last']],
  ],
  [[['db migrate create', 'migrate create', 'write the next file']], [['db seed', 'seed', 'fill tables']]],
]

const groups: readonly (readonly [string, readonly (readonly Cell[])[]])[] = [
  ['Every day', everyDay],
  [
    'Release',
    [
      [[['db check', 'check', 'what would go wrong']], [['db rehearse', 'rehearse', 'run it on a copy']]],
      [[['db queries record', 'queries record', 'what the running release asks, for check']]],
      [[['db update', 'update', 'back up, apply, verify, offer to restore']]],
      [
        [
          ['db backup', 'backup', 'take, list, prune'],
          ['db restore', 'restore', 'put one back'],
        ],
      ],
    ],
  ],
  [
    'Look',
    [
      [
        [
          ['db shell', 'shell', 'psql'],
          ['db query', 'query', 'or one statement'],
        ],
        [
          ['db schema show', 'schema show', 'tables'],
          ['db schema diff', 'diff', 'differences'],
          ['db schema diagram', 'diagram', 'a picture'],
        ],
      ],
    ],
  ],
  [
    'Design first',
    [
      [[['db run', 'run', 'turn changes in schema.dbml into a migration']]],
      [
        [
          ['db schema import', 'schema import', 'the same with any DBML file'],
          ['db schema apply', 'apply', 'then apply it'],
        ],
      ],
      [[['db schema scaffold', 'schema scaffold', 'write a schema.dbml to start from']]],
    ],
  ],
  [
    'Start over',
    [
      [
        [
          ['db reset', 'reset', 'drop everything, apply, seed (never in production)'],
          ['db undo', 'undo', 'take it back'],
        ],
      ],
      [
        [['db migrate redo', 'migrate redo', 'revert the last, apply it again']],
        [['db migrate sync', 'migrate sync', 'match this checkout']],
      ],
    ],
  ],
  [
    'Put right',
    [
      [
        [['db migrate repair', 'migrate repair', 'edited, failed or lost migrations']],
        [['db migrate squash', 'migrate squash', 'one file in place of many']],
      ],
      [[['db adopt', 'adopt', "take over an existing database or another tool's migrations"]]],
    ],
  ],
]

const withoutDb: readonly [string, readonly (readonly Cell[])[]] = [
  'Without db',
  [
    [[['init', 'nself init', 'make the folders of a project here']]],
    [[['env', 'nself env', 'which server, and where each setting comes from']]],
    [
      [
        ['start', 'nself start', 'start the embedded server'],
        ['stop', 'stop', 'stop it'],
        ['logs postgres', 'logs postgres', 'read its log'],
      ],
    ],
    [[['completion', 'nself completion', 'complete words in bash, zsh or fish']]],
  ],
]

const examples = ['nself db migrate create add_phone_to_users', 'nself up --dry-run', 'nself status --env production']

/** Where names and texts begin, where there is room; and where those of a second cell do. */
const nameAt = 16
const textAt = 33
const besideAt = 62
const besideTextAt = 78

/** The commands that a person looks for, in groups: what `nself --help` and, without those beside it, `nself db --help` print. */
export function overview(has: (path: string) => boolean, width: number, isWhole: boolean): string {
  const shown = isWhole ? [...groups, withoutDb] : groups
  const body = shown.flatMap(([title, lines]) => groupLines(title, lines, has, width))
  const short = 'Short forms: nself up, down, status, create for nself db migrate up, …'
  const more = isWhole
    ? ['', ...fold(short, width).split('\n'), 'Examples:', ...examples.map((line) => `  ${line}`)]
    : []
  return `${[...usage(width), ...body, ...more].join('\n')}\n`
}

function usage(width: number): string[] {
  const [first, second] = ['Usage: nself db <command>', 'nself db <command> --help explains one']
  const gap = Math.min(22, width - first.length - second.length)
  return gap < 3 ? `${fold(first, width)}\n${fold(second, width)}`.split('\n') : [first + ' '.repeat(gap) + second]
}

function groupLines(
  title: string,
  lines: readonly (readonly Cell[])[],
  has: (path: string) => boolean,
  width: number,
): string[] {
  const found = lines
    .map((cells) => cells.map((cell) => cell.filter(([path]) => has(path))).filter((cell) => cell.length > 0))
    .filter((cells) => cells.length > 0)
  if (found.length === 0) return []
  if (width < textAt + 24) return [title, ...found.flat().flatMap((cell) => narrowLines(cell, width))]
  const written = found.flatMap((cells) => wideLines(cells, width))
  return written.map((line, i) => (i === 0 ? title : '').padEnd(nameAt) + line)
}

const labelOf = (cell: Cell) => cell.map(([, label]) => label).join(', ')
const textOf = (cell: Cell) =>
  cell.map(([, , says]) => says).join(cell.length > 1 && cell[0]?.[2].includes(',') ? '; ' : ', ')

/** One line where all cells fit, otherwise a cell in each; without the columns of the title. */
function wideLines(cells: readonly Cell[], width: number): string[] {
  const [one = [], two] = cells
  if (two !== undefined && besideTextAt + textOf(two).length <= width && textAt + textOf(one).length < besideAt) {
    const left = (labelOf(one).padEnd(textAt - nameAt) + textOf(one)).padEnd(besideAt - nameAt)
    const right = `${labelOf(two)}  `.padEnd(besideTextAt - besideAt) + textOf(two)
    if (besideAt + right.length <= width) return [left + right]
  }
  return cells.flatMap((cell) => {
    const begun = `${labelOf(cell)}  `.padEnd(textAt - nameAt)
    const taken = nameAt + begun.length
    return (begun + fold(textOf(cell), width, ' '.repeat(textAt), taken)).split('\n').map((line, i) => {
      return i === 0 ? line : line.slice(nameAt)
    })
  })
}

function narrowLines(cell: Cell, width: number): string[] {
  return [`  ${fold(labelOf(cell), width, '  ', 2)}`, `      ${fold(textOf(cell), width, '      ', 6)}`].flatMap(
    (text) => text.split('\n'),
  )
}
