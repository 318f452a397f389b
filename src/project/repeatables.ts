import { existsSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { parseRepeatable, type Repeatable, shownName } from '../core/migration/repeatable.ts'
import { withOthers } from '../core/migration/several-faults.ts'
import { listEntries } from './list-files.ts'
import { makeProjectFolder } from './make-folder.ts'
import { readSmall } from './migration-file.ts'
import { foldersWithSql } from './nested-sql.ts'
import { writeNew } from './new-file.ts'
import { slugOf } from './new-migrations.ts'

/**
 * Reads and parses the files that run again when they are edited. A folder that is not there is empty.
 * @param root what paths are told relative to.
 * @throws NselfError `invalid-migration` for the first file that cannot be read or understood; it names the others too.
 */
export function readRepeatables(folder: string, root: string): Repeatable[] {
  const shown = (file: string) => relative(root, `${folder}/${file}`)
  const files: Repeatable[] = []
  const faults: { readonly path: string; readonly fault: unknown }[] = []
  for (const entry of listEntries(folder, root)) {
    try {
      files.push(readRepeatable(`${folder}/${entry.name}`, shown(entry.name), entry.isFile()))
    } catch (fault) {
      faults.push({ path: shown(entry.name), fault })
    }
  }
  for (const nested of foldersWithSql(folder)) faults.push({ path: shown(nested), fault: nestedFault(shown(nested)) })
  const [first, ...others] = faults
  if (first === undefined) return files
  throw withOthers(
    first.fault,
    others.map(({ path }) => basename(path)),
  )
}

function readRepeatable(path: string, shown: string, isListed: boolean): Repeatable {
  const name = basename(path).replace(/\.sql$/i, '')
  const read = readSmall(path, shown, { version: '', name: shownName(name) }, isListed)
  if (read !== null) return parseRepeatable(shown, name, read.text)
  throw new NselfError('invalid-migration', `${shown} is larger than a repeatable can be`, {
    hint: 'all repeatables run in one transaction: put data into a seed or a migration',
  })
}

function nestedFault(shown: string): NselfError {
  return new NselfError('invalid-migration', `${shown} is in a folder of its own, where nobody runs it`, {
    hint: 'move it beside the other repeatables',
  })
}

/**
 * Writes a new file that runs again when it is edited, and returns its path relative to `root`.
 * @throws NselfError `usage` for a name that cannot be one, or is taken.
 */
export function createRepeatable(folder: string, root: string, name: string): string {
  const slug = slugOf(name)
  makeProjectFolder(folder)
  const path = `${folder}/${slug}.sql`
  if (existsSync(path)) {
    throw new NselfError('usage', `${relative(root, path)} already exists`, { hint: 'edit it, or take another name' })
  }
  writeNew(path, template(slug))
  return relative(root, path)
}

function template(slug: string): string {
  return `-- Repeatable: ${slug}
-- Runs after the migrations, again whenever this file is edited. DOWN runs before the next version does; CREATE OR REPLACE
-- needs none.

-- UP


-- DOWN

`
}
