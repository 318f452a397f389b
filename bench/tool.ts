import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Large, SourceFile } from './migrations.ts'

export type Action = 'version' | 'help' | 'status' | 'up' | 'down' | 'diff' | 'check'

/** Where a tool is to run. */
interface Place {
  /** Holds what `prepare` has written. */
  readonly folder: string
  readonly port: number
  readonly database: string
  /** How many migrations `down` is to revert. */
  readonly count: number
  /** The node that runs what runs on node. */
  readonly node: string
}

/** A migration tool, or what it is compared with. */
export interface Tool {
  readonly name: string
  readonly runsOnNode: boolean
  /** Writes migrations in the form that it wants. */
  readonly prepare: (folder: string, files: readonly SourceFile[]) => void
  /** Writes one large migration; where it is missing, the tool cannot run such. */
  readonly prepareLarge?: Partial<Record<Large, (folder: string) => void>>
  /** The words of its command line, the program first; null for what it cannot do. */
  readonly argv: (action: Action, place: Place, url: string) => readonly string[] | null
}

/** The program is bundled into this folder, and everything it installs and writes stands there. */
export const cache = import.meta.dirname
export const checkout = join(cache, '..', '..')
/** What is in here finds the installed rivals in the way of node. */
export const projects = join(cache, 'rivals', 'projects')
export const installed = (...path: string[]) => join(cache, 'rivals', 'node_modules', ...path)

/** A folder that is made if it is missing. */
export function made(...path: string[]): string {
  const folder = join(...path)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Writes files into a folder. */
export function writer(folder: string): (file: string, text: string) => void {
  made(folder)
  return (file, text) => writeFileSync(join(folder, file), text)
}
