import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** How deep is looked: tools nest one level, people a few. */
const deepest = 5

/**
 * The folders below a folder of migrations that hold SQL files, relative to it. Nothing in them is read: whoever keeps
 * migrations there must be told, for otherwise nothing would seem to be pending.
 */
export function foldersWithSql(folder: string): string[] {
  return below(folder, '', deepest)
}

function below(folder: string, prefix: string, depth: number): string[] {
  if (depth === 0) return []
  // A folder of migrations has hundreds of files, and seldom anything else.
  const others = names(folder).filter((name) => !isSql(name))
  return others.flatMap((name) => {
    const path = join(folder, name)
    if (!isFolder(path)) return []
    const shown = `${prefix}${name}`
    return names(path).some(isSql) ? [shown] : below(path, `${shown}/`, depth - 1)
  })
}

const isSql = (name: string) => /\.sql$/i.test(name) && !name.startsWith('.')

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort()
  } catch {
    return []
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
