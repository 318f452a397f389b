import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What squawk finds in a text. */
interface SquawkReport {
  readonly rule: string
  /** Counted from 0. */
  readonly line: number
  /** In bytes, counted from 0. */
  readonly column: number
}

export type SquawkOutcome =
  | { readonly kind: 'done'; readonly reports: readonly (readonly SquawkReport[])[] }
  /** `missing`: it is not installed, or not for this machine. */
  | { readonly kind: 'missing' | 'failed'; readonly reason: string }

/**
 * Runs squawk on texts, in one process; what it finds comes in the order of the texts. Of the user's own settings for
 * squawk nothing is read.
 */
export async function runSquawk(
  texts: readonly string[],
  { root, major, signal }: { readonly root: string; readonly major: number; readonly signal: AbortSignal },
): Promise<SquawkOutcome> {
  if (texts.length === 0) return { kind: 'done', reports: [] }
  const program = squawkProgram(join(root, '/')) ?? squawkProgram(ownPlace())
  if (program === null)
    return { kind: 'missing', reason: `squawk is not installed for ${process.platform}-${process.arch}` }
  const folder = await mkdtemp(join(tmpdir(), 'nself-squawk-'))
  try {
    await Promise.all(texts.map((text, i) => writeFile(join(folder, `${i}.sql`), text)))
    const settings = join(folder, 'squawk.toml')
    await writeFile(settings, 'included_rules = ["require-table-schema"]\n')
    const version = `${major}.0`
    const args = [
      '--config',
      settings,
      '--reporter',
      'json',
      '--pg-version',
      version,
      '--assume-in-transaction',
      '*.sql',
    ]
    const { stdout, stderr } = await run(program, args, folder, signal)
    return readReports(stdout, texts.length) ?? { kind: 'failed', reason: `squawk failed: ${firstLine(stderr)}` }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? ''

/** The program itself, of the package that npm chose for this machine; null where node finds none from there. */
function squawkProgram(from: string): string | null {
  const file = process.platform === 'win32' ? 'squawk.exe' : 'squawk'
  try {
    const squawk = createRequire(from).resolve('squawk-cli/package.json')
    return createRequire(squawk).resolve(`@squawk-cli/${process.platform}-${process.arch}/bin/${file}`)
  } catch {
    return null
  }
}

/** This file, both in the CommonJS bundle and under vitest; without either, the folder one stands in. */
function ownPlace(): string {
  return typeof __filename === 'string' ? __filename : join(process.cwd(), '/')
}

interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** It exits with 1 where it finds something. */
function run(program: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<Output> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, signal, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (signal.aborted) reject(error)
      else resolve({ stdout, stderr: stderr === '' && error !== null ? error.message : stderr })
    })
  })
}

/** Null for what is no report. */
function readReports(stdout: string, count: number): SquawkOutcome | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(stdout)
  } catch {
    return null
  }
  if (!Array.isArray(parsed)) return null
  const reports: SquawkReport[][] = Array.from({ length: count }, () => [])
  for (const { file, rule_name: rule, line, column } of parsed) {
    const place = Number(/(\d+)\.sql$/.exec(String(file))?.[1])
    reports[place]?.push({ rule: String(rule), line: Number(line), column: Number(column) })
  }
  return { kind: 'done', reports }
}
