import { isUtf8 } from 'node:buffer'
import { closeSync, type Dirent, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { pathIn } from '../../core/adopt/plan.ts'
import type { SourceFile, SourceFolder } from '../../core/adopt/tools/tool.ts'
import { NselfError } from '../../core/errors.ts'
import { messageOf, systemCodeOf } from '../../core/system-error.ts'

/** Folders that hold what somebody else wrote, what a program made, or what tests take. */
const passedOver = new Set([
  'vendor',
  'target',
  'dist',
  'build',
  'bin',
  'out',
  'coverage',
  '_backups',
  '__pycache__',
  'testdata',
  'fixtures',
])
/** How far below a project's root its folders are looked for, and below one of them its files. */
const deepest = { folders: 7, files: 12 }
const mostEntries = 40_000
const headSize = 4096

/**
 * The folders of a project in which another tool may keep migrations: those that hold SQL, and those above them, which are
 * told by files that are not far below.
 * @param own nself's own folder of migrations.
 */
export function sourceFolders(root: string, own: string): SourceFolder[] {
  const files = projectFiles(root, own)
  const folders = new Map<string, string[]>()
  const withSql = new Set<string>()
  for (const file of files) {
    const parts = file.split('/')
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/')
      if (file.endsWith('.sql')) withSql.add(folder)
      if (depth < parts.length - 4) continue
      const names = folders.get(folder) ?? []
      if (names.length === 0) folders.set(folder, names)
      names.push(parts.slice(depth).join('/'))
    }
  }
  return [...folders].filter(([path]) => withSql.has(path)).map(([path, names]) => folderAt(root, path, names))
}

/** The files of a project that are its own, as far as anybody looks for migrations. */
export function projectFiles(root: string, own: string): string[] {
  const files: string[] = []
  collect({ top: root, own, isPassed: isPassedAnywhere }, '', deepest.folders, files)
  return files
}

/** One folder that a person has named. @throws NselfError `usage` where it is none. */
export function sourceFolder(root: string, path: string): SourceFolder {
  const full = resolve(root, path)
  const names: string[] = []
  try {
    readdirSync(full)
  } catch (error) {
    throw new NselfError(
      'usage',
      `${path} cannot be read: ${systemCodeOf(error) === 'ENOENT' ? 'there is no such folder' : messageOf(error)}`,
      {
        hint: 'name the folder that holds the migrations of the other tool',
        cause: error,
      },
    )
  }
  collect({ top: full, own: '', isPassed: isPassedAtTop }, '', deepest.files, names)
  return folderAt(root, relative(root, full).split(sep).join('/'), names)
}

interface Search {
  readonly top: string
  readonly own: string
  readonly isPassed: (name: string, folder: string) => boolean
}

const isNobodys = (name: string) => name === 'node_modules' || name.startsWith('.')
const isPassedAnywhere = (name: string) => isNobodys(name) || passedOver.has(name)
/** Below the folder of a tool any name may be that of a table. */
const isPassedAtTop = (name: string, folder: string) => isNobodys(name) || (folder === '' && passedOver.has(name))

function collect({ top, own, isPassed }: Search, folder: string, depth: number, into: string[]): void {
  if (depth === 0 || into.length > mostEntries) return
  for (const entry of entriesOf(join(top, folder))) {
    const path = pathIn(folder, entry.name)
    if (entry.isDirectory()) {
      if (isPassed(entry.name, folder) || join(top, path) === own) continue
      collect({ top, own, isPassed }, path, depth - 1, into)
    } else into.push(path)
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    // What may not be read holds no migrations of this project.
    return []
  }
}

function folderAt(root: string, path: string, names: readonly string[]): SourceFolder {
  const heads = new Map<string, string>()
  const head = (name: string) => {
    const known = heads.get(name)
    if (known !== undefined) return known
    const text = headOf(join(root, path, name))
    heads.set(name, text)
    return text
  }
  return { path, names, head }
}

function headOf(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(headSize)
      return plainText(bytes.subarray(0, readSync(file, bytes, 0, headSize, 0)))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

/**
 * The files of a tool's folder, however deep they are below it.
 * @param own nself's own folder of migrations.
 * @throws NselfError `invalid-migration` for one that is not UTF-8.
 */
export function readSourceFiles(
  root: string,
  folder: SourceFolder,
  reads: (path: string) => boolean,
  own: string,
): SourceFile[] {
  const paths: string[] = []
  collect({ top: join(root, folder.path), own, isPassed: isPassedAtTop }, '', deepest.files, paths)
  return paths.filter(reads).map((path) => {
    const bytes = readFileSync(join(root, folder.path, path))
    if (!isUtf8(bytes)) {
      throw new NselfError('invalid-migration', `${pathIn(folder.path, path)} is not valid UTF-8`, {
        hint: `convert it: iconv -f latin1 -t utf-8 ${pathIn(folder.path, path)}; nothing was written`,
      })
    }
    return { path, text: plainText(bytes) }
  })
}

const plainText = (bytes: Buffer) =>
  bytes
    .toString()
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
