import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { codeOf, diskFull, isDiskFull } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { envExamples, ignoredLines } from './env-examples.ts'
import { makeProjectFolder } from './make-folder.ts'
import { writeNew, writeWhole } from './new-file.ts'

interface Folders {
  readonly root: string
  readonly migrationsDir: string
  readonly seedsDir: string
}

/**
 * Makes of a project what is missing, and changes nothing that is there but .gitignore, to which lines are added.
 * @returns what was made, relative to the root.
 * @throws NselfError `configuration` where it cannot be written.
 */
export function makeProject({ root, migrationsDir, seedsDir }: Folders): string[] {
  const made: string[] = []
  for (const folder of [migrationsDir, seedsDir]) {
    if (existsSync(folder)) continue
    makeProjectFolder(folder)
    // Git keeps no empty folder, and without it the next checkout would be no project.
    writeFileSync(join(folder, '.gitkeep'), '')
    made.push(relative(root, folder))
  }
  for (const [name, text] of Object.entries(envExamples)) {
    if (isWritten(root, name, (path) => writeNew(path, text))) made.push(name)
  }
  if (isWritten(root, '.gitignore', addIgnored)) made.push('lines in .gitignore')
  return made
}

/** False where there was nothing to write. */
function isWritten(root: string, name: string, write: (path: string) => unknown): boolean {
  try {
    return write(join(root, name)) !== false
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST') return false
    if (isDiskFull(code)) throw diskFull(`${name} cannot be written`, code, error)
    throw new NselfError('configuration', `cannot write ${name}: ${systemReason(error)}`, {
      hint: 'check the permissions of this folder, then run nself init again: it creates what is still missing',
      cause: error,
    })
  }
}

/** Adds the lines that are missing at the end, in the style of the file; what is there is not touched. */
function addIgnored(path: string): boolean {
  const text = existsSync(path) ? readFileSync(path, 'latin1') : ''
  const there = new Set(text.split(/\r?\n/).map(bare))
  const missing = ignoredLines.filter((line) => !there.has(bare(line)))
  if (missing.length === 0) return false
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const gap = text === '' || text.endsWith('\n') ? '' : newline
  writeWhole(path, Buffer.from(text + gap + missing.map((line) => line + newline).join(''), 'latin1'))
  return true
}

/** `/.nself/` and `.nself` mean the same here. */
const bare = (line: string) => line.trim().replace(/^(!?)\/?(.*?)\/?$/, '$1$2')
