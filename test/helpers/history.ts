import { expect } from 'vitest'
import { NselfError } from '../../src/core/errors.ts'
import { seenChecksumOf } from '../../src/core/migration/checksum.ts'
import { parseFileName } from '../../src/core/migration/file-name.ts'
import type { Applied, Migration } from '../../src/core/migration/migration.ts'
import { parseMigration } from '../../src/core/migration/parse-file.ts'
import { storedDown } from '../../src/core/migration/stored-down.ts'

interface Content {
  readonly dependsOn?: string
  readonly up?: string
  /** Null for a migration that cannot be reverted. */
  readonly down?: string | null
}

/** A migration as it is read from a file of this name, such as `003_create_orders`. */
export function file(
  name: string,
  { dependsOn, up = `SELECT '${name.replace(/^\d+_/, '')}';`, down = 'SELECT 2;' }: Content = {},
): Migration {
  const parsed = parseFileName(`${name}.sql`)
  if (parsed === null) throw new Error(`${name} is not the name of a migration`)
  const headers = dependsOn === undefined ? '' : `-- depends_on: ${dependsOn}\n`
  return parseMigration(`${name}.sql`, parsed, `${headers}-- UP\n${up}\n${down === null ? '' : `-- DOWN\n${down}\n`}`)
}

/** The row of a migration that was applied as the `position`th. */
export function row(of: Migration, position: number, more: Partial<Applied> = {}): Applied {
  return {
    version: of.version,
    name: of.name,
    checksum: of.checksum,
    seenChecksum: seenChecksumOf(of.up),
    state: 'applied',
    position,
    variables: null,
    replaced: null,
    appliedAt: '2026-01-22 14:30:00+00',
    durationMs: 1,
    appliedBy: 'someone',
    revertible: of.down !== null,
    shortDown: storedDown(of),
    statementsDone: 0,
    statementBegun: 0,
    doneChecksum: null,
    branch: null,
    batches: null,
    ...more,
  }
}

/** Rows of migrations applied in this order. */
export function rows(...files: Migration[]): Applied[] {
  return files.map((of, i) => row(of, i + 1))
}

/** The error that a user would see. Every one but an answer that was not given says what to do next. */
export function errorOf(action: () => unknown): NselfError {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(NselfError)
    expect(error).toMatchObject({ hint: expect.stringMatching(/./) })
    return error as NselfError
  }
  throw new Error('nothing was thrown')
}
