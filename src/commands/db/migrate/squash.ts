import { dirname, relative, resolve } from 'node:path'
import { NselfError } from '../../../core/errors.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import { squashedFolder } from '../../../core/migration/squash.ts'
import { interruptedAt, partsUpTo } from '../../../core/squash/choose-parts.ts'
import { readMigrations } from '../../../project/migrations.ts'
import { numberlessSlug } from '../../../project/new-migrations.ts'
import { removeKept, replaceFiles } from '../../../project/squashed-files.ts'
import type { Context } from '../../shared/context.ts'
import { provenSquash, type SquashFile } from '../../shared/proven-squash.ts'
import { removeSquashed } from '../../shared/remove-squashed.ts'
import { type SquashResult, squashOf } from '../../shared/squash-result.ts'

export interface SquashOptions {
  /** Canonical. */
  readonly to: string
  /** Of the new file, without its number; `squashed` without it. */
  readonly name: string | null
  readonly dryRun: boolean
  /** Write it although something that is no part of a schema would be made differently. */
  readonly force: boolean
  /** Remove the files that the squash of that version keeps. */
  readonly remove: boolean
}

/**
 * Writes one migration in place of all up to a version, proven to make the same schema and rows; theirs are kept aside.
 * @throws NselfError `usage`, `refused` for what cannot be squashed, `not-proven` with what differs; nothing is written then.
 */
export async function squash(context: Context, options: SquashOptions): Promise<SquashResult> {
  if (options.remove) return removeSquashed(context, options.to, options.force)
  const { migrationsDir, cwd } = context.settings
  const files = await readMigrations(migrationsDir, cwd)
  const begun = interruptedAt(files, options.to)
  if (begun !== null && !options.dryRun) return finish(context, begun)
  const parts = partsUpTo(files, options.to)
  const target = targetOf(parts, options)
  const made = await provenSquash(context, parts, target)
  refuseOutside(made, options.force)
  const result: SquashResult = {
    kind: 'squash',
    path: target.path,
    replaces: parts.map(({ name }) => name),
    folder: squashedFolder(target),
    rows: made.rows,
    sequences: made.sequences,
    carried: made.carried.map(({ migration, what }) => ({ migration, what })),
    left: made.outside,
    down: made.down,
    sql: made.text,
    written: !options.dryRun,
    removed: false,
  }
  if (options.dryRun) return result
  await refuseChanged(context, parts)
  await replaceFiles(cwd, {
    path: target.path,
    text: made.text,
    parts: parts.map(({ path }) => path),
    folder: fromHere(context, target),
  })
  return result
}

interface Target {
  readonly path: string
  readonly name: string
}

/** It has the number of the last of them, and a name that none of them has. @throws NselfError `usage`. */
function targetOf(parts: readonly Migration[], { name, to }: SquashOptions): Target {
  const last = parts.find(({ version }) => version === to) ?? parts[0]
  if (last === undefined) throw new NselfError('usage', 'there is nothing to squash')
  const number = /^\d+/.exec(last.name)?.[0] ?? to
  const own = `${number}_${name === null ? 'squashed' : numberlessSlug(name)}`
  if (own === last.name) {
    throw new NselfError('usage', `${own} is the name of the last of the migrations themselves`, {
      hint: 'choose another one: --name schema_of_2026; nothing was written',
    })
  }
  return { name: own, path: `${dirname(last.path)}/${own}.sql` }
}

/** The folder that keeps the files, from where the person stands. */
function fromHere({ settings }: Context, target: Target): string {
  return relative(settings.cwd, resolve(settings.root, squashedFolder(target)))
}

/** An earlier one was interrupted when all was kept and written. */
function finish(context: Context, { file, parts }: { file: Migration; parts: Migration[] }): SquashResult {
  const { cwd } = context.settings
  removeKept(
    cwd,
    parts.map(({ path }) => path),
    fromHere(context, file),
  )
  context.tell(`Finished an earlier squash: ${file.path} was written already`)
  return squashOf(file, { written: true, removed: false })
}

/** @throws NselfError `not-proven` for what would be made differently, unless that is accepted. */
function refuseOutside({ outside }: SquashFile, force: boolean): void {
  if (outside.length === 0 || force) return
  throw new NselfError(
    'not-proven',
    ['not proven: what is not part of the schema would differ:', ...outside.map((line) => `  ${line}`)].join('\n'),
    {
      hint: 'to write the file without it, and then add the statements by hand: add --force; nothing was written',
    },
  )
}

/** @throws NselfError `conflict` where somebody has changed the files meanwhile. */
async function refuseChanged({ settings }: Context, parts: readonly Migration[]): Promise<void> {
  const now = await readMigrations(settings.migrationsDir, settings.cwd)
  const changed = parts.find(({ name, checksum }) => now.find((one) => one.name === name)?.checksum !== checksum)
  if (changed === undefined) return
  throw new NselfError('conflict', `${changed.path} was changed meanwhile; nothing was written`, {
    hint: 'run it again',
  })
}
