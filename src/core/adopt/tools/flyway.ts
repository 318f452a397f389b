import { crc32 } from '../../crc32.ts'
import { codeProblems, fileOf, migration, millis, note, row, section, textOf } from './files.ts'
import { openPlaceholders } from './placeholders.ts'
import type {
  Problem,
  SourceFile,
  SourceMigration,
  SourceMigrations,
  SourceSection,
  TableRow,
  Tool,
  ToolRow,
} from './tool.ts'

const versioned = /^([VUB])(\d+(?:[._]\d+)*)__(.+)\.sql$/
const repeatable = /^R__(.+)\.sql$/
const code = /^[VURB][\d._]*__.+\.(?:java|kt|class|py|ps1|sh)$/
const callback = /^(?:before|after|create)[A-Z]\w*?(?:__.*)?\.(?:sql|java)$/
const placeholders = { form: /\$\{([^}\s]+)\}/g, by: 'Flyway', asVariables: true }

/** V, U and R files (those that run again), also in folders below; flyway_schema_history with times. */
export const flyway: Tool = {
  name: 'flyway',
  tables: ['flyway_schema_history', 'schema_version'].map((name) => ({
    name,
    schema: null,
    has: ['installed_rank', 'version', 'success', 'script'],
    hasNot: [],
  })),
  schemas: [],
  recognises: ({ names }) =>
    names.some((name) => versioned.test(name) || (!name.includes('/') && repeatable.test(name))) ? 'likely' : null,
  reads: (path) => {
    const file = fileOf(path)
    return [versioned, repeatable, code, callback].some((form) => form.test(file)) || file.endsWith('.sql.conf')
  },
  placeholders,
  parse,
  rowsOf,
}

interface Found {
  readonly file: SourceFile
  readonly kind: string
  readonly version: string
  readonly title: string
}

function parse(files: readonly SourceFile[]): SourceMigrations {
  const found = files.flatMap((file): Found[] => {
    const [, kind = '', version = '', title = ''] = versioned.exec(fileOf(file.path)) ?? []
    return kind === '' ? [] : [{ file, kind, version: canonical(version), title }]
  })
  const bare = new Set(
    files.flatMap(({ path, text }) =>
      path.endsWith('.sql.conf') && /^\s*executeInTransaction\s*=\s*false/im.test(text) ? [path.slice(0, -5)] : [],
    ),
  )
  const sectionOf = ({ path, text }: SourceFile): SourceSection => section(text, !bare.has(path))
  const numbered = found.filter(({ kind }) => kind === 'V').toSorted((a, b) => compare(a.version, b.version))
  const whole = numbered.every(({ version }) => /^\d+$/.test(version))
  const migrations = numbered.map(({ file, version, title }) => {
    const undo = found.find((one) => one.kind === 'U' && one.version === version)
    return migration({
      key: version,
      number: whole ? (/\d+/.exec(fileOf(file.path))?.[0] ?? null) : null,
      title,
      files: undo === undefined ? [file.path] : [file.path, undo.file.path],
      up: sectionOf(file),
      down: undo === undefined ? null : sectionOf(undo.file),
    })
  })
  const again = repeatablesIn(files, sectionOf)
  const last = whole ? (migrations.at(-1)?.number ?? '0') : null
  const alone = again
    .filter(({ up }) => !up.transaction)
    .map((one, i) => ({
      ...one,
      number: last === null ? null : String(BigInt(last) + BigInt(i + 1)).padStart(last.length, '0'),
    }))
  const problems = problemsIn(
    files,
    found,
    alone.flatMap((one) => one.files),
  )
  return { migrations: [...migrations, ...alone], problems, repeatables: again.filter(({ up }) => up.transaction) }
}

/** They come behind all others, in the order of their names. */
function repeatablesIn(
  files: readonly SourceFile[],
  sectionOf: (file: SourceFile) => SourceSection,
): SourceMigration[] {
  return files
    .flatMap((file) => {
      const title = repeatable.exec(fileOf(file.path))?.[1]
      return title === undefined ? [] : [{ file, title }]
    })
    .toSorted((a, b) => (a.title < b.title ? -1 : 1))
    .map(({ file, title }) =>
      migration({
        key: keyOfRepeatable(title),
        number: null,
        title,
        files: [file.path],
        up: sectionOf(file),
        down: null,
      }),
    )
}

/** @param alone repeatable files that run outside a transaction. */
function problemsIn(files: readonly SourceFile[], found: readonly Found[], alone: readonly string[]): Problem[] {
  const versions = new Set(found.filter(({ kind }) => kind === 'V').map(({ version }) => version))
  return [
    ...codeProblems(files, code),
    ...files.flatMap(({ path, text }): Problem[] => {
      const file = fileOf(path)
      const open = file.endsWith('.sql') && !callback.test(file) ? openPlaceholders({ path, text }, placeholders) : null
      const filled = open === null ? [] : [open]
      if (callback.test(file)) return [note(path, 'is a callback of Flyway', 'it is left out')]
      if (!alone.includes(path)) return filled
      return [
        ...filled,
        note(
          path,
          'runs again in Flyway whenever it is edited, outside a transaction',
          'it becomes one numbered migration, behind the others',
          'nself db migrate create for each later change',
        ),
      ]
    }),
    ...found.flatMap(({ kind, file, version }) => {
      if (kind === 'B')
        return [
          note(
            file.path,
            'is a baseline for new databases',
            'it is left out: the numbered files produce the same schema',
          ),
        ]
      return kind === 'U' && !versions.has(version)
        ? [note(file.path, 'has no V file of its version', 'it is left out')]
        : []
    }),
  ]
}

/** `1_02.0` is 1.2: parts are numbers, and zeros at the end do not count. */
function canonical(version: string): string {
  const parts = version.split(/[._]/).map((part) => part.replace(/^0+(?=\d)/, ''))
  while (parts.length > 1 && parts.at(-1) === '0') parts.pop()
  return parts.join('.')
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [BigInt(left[i] ?? '0'), BigInt(right[i] ?? '0')]
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

const keyOfRepeatable = (title: string) => `R ${title.replaceAll('_', ' ')}`

/** How Flyway tells whether a file is another one: of its lines, without what ends them. */
function checksumOf(sql: string): string {
  const lines = sql.replace(/\n$/, '').split('\n')
  return String(crc32(lines.join('')) | 0)
}

/** Whether Flyway fills something in; a variable may stand there by now. */
const isFilledIn = (sql: string) => sql.search(placeholders.form) !== -1 || /:(['"])\w+\1/.test(sql)

/** Whether a repeatable is another one than the one that ran; unknown where a text was filled in before. */
function isEdited(item: TableRow, file: SourceMigration | undefined): Pick<ToolRow, 'edited'> {
  const sum = item.checksum
  if (file === undefined || sum == null || isFilledIn(file.up.sql)) return {}
  return { edited: checksumOf(file.up.sql) !== sum }
}

/** Of each version the last row counts; up to a baseline all was there before. */
function rowsOf(rows: readonly TableRow[], migrations: readonly SourceMigration[]): ToolRow[] {
  const found = new Map<string, ToolRow>()
  for (const item of rows.toSorted(
    (a, b) => Number(textOf(a, 'installed_rank')) - Number(textOf(b, 'installed_rank')),
  )) {
    const { version, type } = item
    const key = version == null ? keyOfRepeatable(textOf(item, 'description')) : canonical(version)
    const told = {
      appliedAt: item.installed_on ?? null,
      durationMs: millis(item.execution_time),
      appliedBy: item.installed_by ?? null,
      fault: item.success === 'true' ? null : 'failed: success is false in the history of Flyway',
    }
    if (type === 'SCHEMA') continue
    found.delete(key)
    if (type === 'BASELINE' || type === 'SQL_BASELINE') {
      const before = migrations.filter((one) => !one.key.startsWith('R ') && compare(one.key, key) <= 0)
      for (const one of before) found.set(one.key, row({ ...told, key: one.key }))
    } else if (type !== 'DELETE' && !type?.startsWith('UNDO')) {
      const file = version == null ? migrations.find((one) => one.key === key) : undefined
      found.set(key, row({ ...told, key, ...isEdited(item, file) }))
    }
  }
  return [...found.values()]
}
