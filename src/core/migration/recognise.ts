import { checksumOf } from './checksum.ts'
import type { Applied, Migration } from './migration.ts'
import { parseMigration } from './parse-file.ts'
import type { HeldSection, Section } from './section.ts'

/** A line that may be a marker; inside a string, a comment or COPY data it is none. */
const maybeMarker = /(?:^|[\r\n])[^\S\r\n]*(--[^\S\r\n]*(up|down)[^\S\r\n]*(?::[^\r\n]*)?)(?=[\r\n]|$)/gi
const maybeHeader = /--\s*(?:depends_on|replaces|nself)\s*:/i
const onlyComments = /^(?:\s|--[^\r\n]*(?:[\r\n]|$))*$/

/**
 * A file that is known from its row: its UP is the one that was applied, its DOWN the one that was stored with it.
 * Both were parsed then, so where the first began and ended in plain code, this one does too, and need not be parsed again
 * to know where it ends. Null for any file of which that cannot be said: it is to be parsed.
 */
export function recognise(
  path: string,
  name: { version: string; name: string },
  text: string,
  row: Applied,
): Migration | null {
  const parts = split(text)
  if (parts === null || maybeHeader.test(text) || text.includes('\0')) return null
  const known = row.revertible ? row.shortDown !== null && parts.down === row.shortDown : parts.down.trim() === ''
  if (!known) return null
  return checksumOf(parts.up) === row.checksum ? new RecordedFile(path, name, row.checksum, text) : null
}

/** UP and DOWN as they are if each line that may be a marker is one. */
function split(text: string): { up: string; down: string } | null {
  const [up, down, ...more] = text.matchAll(maybeMarker)
  if (up === undefined) return { up: text, down: '' }
  const before = text.slice(0, up.index)
  if (more.length > 0 || up[2]?.toLowerCase() !== 'up' || !onlyComments.test(before)) return null
  const start = up.index + up[0].length
  if (down === undefined) return { up: text.slice(start), down: '' }
  if (down[2]?.toLowerCase() !== 'down') return null
  const end = down.index + down[0].length
  return { up: text.slice(start, end - (down[1]?.length ?? 0)), down: text.slice(end) }
}

/** Parsed only when somebody asks for its SQL. What headers say is known: it has none. */
class RecordedFile implements Migration {
  readonly path: string
  readonly version: string
  readonly name: string
  readonly checksum: string
  readonly dependsOn = []
  readonly allows = []
  readonly phase = null
  readonly replaces = []
  readonly reruns = []
  private readonly text: string
  private parsed: Migration | null = null

  constructor(path: string, { version, name }: { version: string; name: string }, checksum: string, text: string) {
    this.path = path
    this.version = version
    this.name = name
    this.checksum = checksum
    this.text = text
  }

  get up(): Section {
    return this.whole().up
  }

  get down(): HeldSection | null {
    return this.whole().down
  }

  private whole(): Migration {
    this.parsed ??= parseMigration(this.path, this, this.text)
    return this.parsed
  }
}
