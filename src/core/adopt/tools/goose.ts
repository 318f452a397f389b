import { anyHead, byNumber, codeProblems, linesOf, migration, note, obstacle, row, section, textOf } from './files.ts'
import { openPlaceholders } from './placeholders.ts'
import type { Problem, SourceFile, SourceMigration, TableRow, Tool, ToolRow } from './tool.ts'

const fileName = /^(\d+)_([^/]*)\.sql$/
const code = /^\d+_[^/]*\.go$/
/** Filled in between ENVSUB ON and OFF; the tag of a dollar quote is none. */
const placeholders = { form: /\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)\b(?!\$)/g, by: 'goose' }
const mark = /^\s*--\s*\+goose\s+(.*?)\s*$/i

/** `-- +goose Up` and `-- +goose Down`; goose_db_version has a row for each time that one was applied or reverted. */
export const goose: Tool = {
  name: 'goose',
  tables: [{ name: 'goose_db_version', schema: null, has: ['version_id', 'is_applied'], hasNot: [] }],
  schemas: [],
  recognises: (folder) => (anyHead(folder, fileName, /^\s*--\s*\+goose\s/im) ? 'certain' : null),
  reads: (path) => fileName.test(path) || (code.test(path) && !path.endsWith('_test.go')),
  placeholders,
  parse: (files) => {
    const problems: Problem[] = codeProblems(files, code)
    const migrations = files
      .filter(({ path }) => fileName.test(path))
      .flatMap((file): SourceMigration[] => {
        const found = parseFile(file, problems)
        return found === null ? [] : [found]
      })
    return { migrations: byNumber(migrations), problems }
  },
  rowsOf,
}

interface Sections {
  up: string[] | null
  down: string[] | null
  transaction: boolean
  /** Whether variables are filled in where the file says so. */
  fills: boolean
  /** The lines in which they are. */
  filled: string[]
}

function parseFile({ path, text }: SourceFile, problems: Problem[]): SourceMigration | null {
  const [, number = '', title = ''] = fileName.exec(path) ?? []
  const found: Sections = { up: null, down: null, transaction: true, fills: false, filled: [] }
  let into: string[] | null = null
  const early: string[] = []
  for (const line of linesOf(text)) {
    const word = mark.exec(line)?.[1]?.toUpperCase().replace(/\s+/g, ' ')
    if (word === undefined) {
      if (found.fills) found.filled.push(line)
      ;(into ?? early).push(line)
    } else if (word === 'UP') into = found.up = []
    else if (word === 'DOWN') into = found.down = []
    else if (word === 'NO TRANSACTION') found.transaction = false
    else if (word === 'ENVSUB ON') found.fills = true
    else if (word === 'ENVSUB OFF') found.fills = false
    else if (word !== 'STATEMENTBEGIN' && word !== 'STATEMENTEND') {
      problems.push(note(path, `has a mark that goose does not know: ${line.trim()}`, 'it is left out'))
    }
  }
  if (found.up === null) {
    problems.push(obstacle(path, 'has no line -- +goose Up', 'nothing is written, as goose refuses it', 'fix the file'))
    return null
  }
  const open = openPlaceholders({ path, text: found.filled.join('\n') }, placeholders)
  if (open !== null) problems.push(open)
  const before = early.filter((line) => line.trim() !== '')
  return migration({
    key: String(BigInt(number)),
    number,
    title,
    files: [path],
    up: section([...before, ...found.up].join('\n'), found.transaction),
    down: found.down === null ? null : section(found.down.join('\n'), found.transaction),
  })
}

/** Of each version the last row counts; the first of all, version 0, stands for no file. */
function rowsOf(rows: readonly TableRow[]): ToolRow[] {
  const last = new Map<string, TableRow>()
  for (const item of rows.toSorted((a, b) => Number(textOf(a, 'id')) - Number(textOf(b, 'id')))) {
    const key = textOf(item, 'version_id')
    last.delete(key)
    last.set(key, item)
  }
  return [...last]
    .filter(([key, item]) => key !== '0' && textOf(item, 'is_applied') === 'true')
    .map(([key, item]) => row({ key, appliedAt: item.tstamp ?? null }))
}
