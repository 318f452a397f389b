import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'

const frame = /^(\s+at .*?)\(?((?:file:\/\/)?\/?[^()\s]+\.cjs):(\d+):(\d+)\)?$/

/**
 * The stack of an error and of what caused it, with the files and lines of the source instead of those of the build. The
 * maps that tell them are read only now: they would cost every start.
 */
export function sourceStack(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = (error.stack ?? error.message).split('\n').map(sourceFrame).join('\n')
  return error.cause === undefined ? own : `${own}\ncaused by: ${sourceStack(error.cause)}`
}

function sourceFrame(line: string): string {
  const [, before, file, row, column] = frame.exec(line) ?? []
  if (before === undefined || file === undefined) return line
  const place = placeIn(file, Number(row), Number(column))
  return place === null
    ? line
    : `${before}${before.endsWith('at ') ? '' : '('}${place}${before.endsWith('at ') ? '' : ')'}`
}

/** `src/cli/main.ts:42:5`; null where no map tells. Lines and columns count from 1. */
function placeIn(file: string, line: number, column: number): string | null {
  try {
    const map = new SourceMap(JSON.parse(readFileSync(`${file.replace(/^file:\/\//, '')}.map`, 'utf8')))
    const entry = map.findEntry(line - 1, column - 1)
    if (!('originalSource' in entry)) return null
    return `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
  } catch {
    return null
  }
}
