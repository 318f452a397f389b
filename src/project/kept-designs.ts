import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { sha256 } from '../core/migration/checksum.ts'
import type { Design, DesignTexts } from '../core/schema/design.ts'

/** Changes with what the tool makes of a file, so that what was kept before is not taken for it. */
const edition = '2'
/** Below this a design is parsed in less time than anybody notices. */
const worthKeeping = 64 * 1024
/** Of a few projects and branches. */
const kept = 8

/**
 * What a design is kept by: its texts, what messages call its files, and the program that read it. Null for one that is
 * parsed soon enough.
 */
export function designKey({ entry, texts }: DesignTexts, nameOf: (path: string) => string): string | null {
  const files = [...texts].map(([path, text]) => [nameOf(path), text])
  const size = files.reduce((sum, [, text = '']) => sum + text.length, 0)
  return size < worthKeeping ? null : sha256(JSON.stringify([manifest.version, edition, nameOf(entry), files]))
}

/** A design that was kept; null where there is none, or the file is not as it was written. */
export function readKeptDesign(folder: string, key: string): Design | null {
  try {
    const text = readFileSync(fileOf(folder, key), 'utf8')
    const end = text.indexOf('\n')
    const json = text.slice(end + 1)
    return text.slice(0, end) === sha256(json) ? JSON.parse(json) : null
  } catch {
    return null
  }
}

/** Keeps a design for the next command. Where that cannot be, the next one parses it again. */
export function keepDesign(folder: string, key: string, design: Design): void {
  const meanwhile = join(folder, `${key}.${process.pid}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const json = JSON.stringify(design)
    writeFileSync(meanwhile, `${sha256(json)}\n${json}`, { mode: 0o600 })
    renameSync(meanwhile, fileOf(folder, key))
    dropOld(folder)
  } catch {
    rmSync(meanwhile, { force: true })
  }
}

const fileOf = (folder: string, key: string) => join(folder, `${key}.design`)

function dropOld(folder: string): void {
  const files = readdirSync(folder).map((name) => ({
    path: join(folder, name),
    at: statSync(join(folder, name)).mtimeMs,
  }))
  for (const { path } of files.toSorted((a, b) => b.at - a.at).slice(kept)) rmSync(path, { force: true })
}
