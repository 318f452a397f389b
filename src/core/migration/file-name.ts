import { certain } from '../certain.ts'
import { canonicalVersion } from './version.ts'

const fileName = /^(\d+)_(.+)\.sql$/

/** Version and name of a migration's file name, or null when it is not named like one. */
export function parseFileName(file: string): { version: string; name: string } | null {
  const match = fileName.exec(file)
  if (match === null) return null
  return { version: canonicalVersion(certain(match[1])), name: file.slice(0, -4) }
}
