import { boundExtension } from '../replay/bound-extensions.ts'
import { seenText } from '../sql/seen-text.ts'
import { extensionStatements, type LiveExtension } from './extension-statements.ts'
import type { OwnFile } from './planned-file.ts'
import { migration, row, section } from './tools/files.ts'
import type { SourceMigration, SourceMigrations, Tool, ToolRow } from './tools/tool.ts'

/** What a file says that it was adopted from, where it makes what no file of the tool does. */
const extensionsOrigin = 'the extensions of the database'

/** What is to be taken over, and which of it is applied. */
export interface AdoptSource {
  readonly migrations: SourceMigrations
  /** Null where no table tells it. */
  readonly rows: readonly ToolRow[] | null
}

/**
 * Puts a migration before the first for the extensions that the database has and no file creates: somebody made them by
 * hand, and without them a new database cannot have the same schema.
 * @param own what is in our folder: once files are taken over, an extension may be from a migration of ours.
 */
export function withLiveExtensions(
  source: AdoptSource,
  tool: Tool,
  live: readonly LiveExtension[],
  own: readonly OwnFile[],
): AdoptSource {
  const { migrations } = source.migrations
  const [first] = migrations
  const isTakenOver = own.some(({ from }) => from !== null) && !own.some(isOfExtensions)
  if (first === undefined || isTakenOver) return source
  const created = createdIn(migrations)
  const lacking = live.filter(
    ({ name, schema }) => !created.has(name) && !boundExtension(name) && !tool.schemas.includes(schema),
  )
  if (lacking.length === 0) return source
  const added = extensionsMigration(lacking, numberBefore(first))
  const applied = row({ key: added.key })
  return {
    migrations: { ...source.migrations, migrations: [added, ...migrations] },
    rows: source.rows === null ? null : [applied, ...source.rows],
  }
}

const isOfExtensions = ({ from }: OwnFile) => from?.startsWith(extensionsOrigin) ?? false

/** Names of extensions that statements create, also those of function bodies and DO blocks. */
function createdIn(migrations: readonly SourceMigration[]): Set<string> {
  const form = /\bcreate extension (?:if not exists )?(?:"([^"]+)"|([\w-]+))/gi
  return new Set(
    migrations.flatMap(({ up }) =>
      [...seenText(up.sql).matchAll(form)].map(([, quoted, plain = '']) => quoted ?? plain.toLowerCase()),
    ),
  )
}

function extensionsMigration(lacking: readonly LiveExtension[], number: string | null): SourceMigration {
  const names = lacking.map(({ name }) => name).join(', ')
  return migration({
    key: extensionsOrigin,
    number,
    title: 'extensions',
    files: [],
    up: section(extensionStatements(lacking).join('')),
    down: null,
    notes: [`the database has ${names}, and no file creates ${lacking.length === 1 ? 'it' : 'them'}`],
  })
}

/** As many zeros as its number has digits; null where that is taken, or where it has none: then all are numbered anew. */
function numberBefore({ number }: SourceMigration): string | null {
  return number === null || BigInt(number) === 0n ? null : '0'.repeat(number.length)
}
