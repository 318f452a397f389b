import { quoteIdentifier, quoteLiteral } from '../sql/quoting.ts'
import { seenText } from '../sql/seen-text.ts'
import { extensionStatements, type LiveExtension } from './extension-statements.ts'
import type { AdoptSource } from './live-extensions.ts'
import type { OwnFile } from './planned-file.ts'
import { migration, row, section } from './tools/files.ts'
import type { SourceMigration, SourceMigrations, Tool } from './tools/tool.ts'

/** What a file says that it was adopted from, where it makes what the platform of a tool made in the database. */
const platformOrigin = 'the schemas of the platform'

/** What the platform of a tool made in a database, as far as files use it. */
export interface Platform {
  readonly schemas: readonly string[]
  readonly extensions: readonly LiveExtension[]
  readonly publications: readonly string[]
  /** The SQL that makes the schemas. */
  readonly lines: readonly string[]
}

/** Names of what is used of a platform. */
export interface UsedPlatform {
  readonly schemas: readonly string[]
  readonly publications: readonly string[]
}

/**
 * What the files of a tool use of its platform. Nothing once files are taken over: a migration of ours makes it then,
 * unless none did at the time.
 */
export function usedPlatform(
  { platform }: Tool,
  { migrations }: SourceMigrations,
  own: readonly OwnFile[],
): UsedPlatform | null {
  const isTakenOver = own.some(({ from }) => from !== null) && !own.some(isOfPlatform)
  if (platform === undefined || isTakenOver) return null
  const texts = migrations.map(({ up }) => seenText(up.sql))
  const isIn = (form: RegExp) => texts.some((text) => form.test(text))
  const schemas = platform.schemas.filter((name) => isIn(new RegExp(`(?<![\\w.])"?${name}"?\\.["\\w]`, 'i')))
  const publications = platform.publications.filter((name) => isIn(new RegExp(`\\b${name}\\b`, 'i')))
  return schemas.length + publications.length === 0 ? null : { schemas, publications }
}

const isOfPlatform = ({ from }: OwnFile) => from?.startsWith(platformOrigin) ?? false

/** Puts a migration before the first for what the platform made, recorded as applied: another server does not have it. */
export function withPlatform(source: AdoptSource, platform: Platform | null): AdoptSource {
  const { migrations } = source.migrations
  if (platform === null || migrations.length === 0) return source
  const made = migrations.filter(({ files }) => files.length === 0)
  const rest = migrations.slice(made.length)
  const added = platformMigration(platform, numberBetween(made.at(-1), rest[0]))
  const [known, more] = [source.rows?.slice(0, made.length) ?? [], source.rows?.slice(made.length) ?? []]
  return {
    migrations: { ...source.migrations, migrations: [...made, added, ...rest] },
    rows: source.rows === null ? null : [...known, row({ key: added.key }), ...more],
  }
}

function platformMigration(platform: Platform, number: string | null): SourceMigration {
  const names = [...platform.schemas, ...platform.publications].join(', ')
  return migration({
    key: platformOrigin,
    number,
    title: 'platform',
    files: [],
    up: section(platformSql(platform)),
    down: null,
    notes: [`files use ${names}, which the platform makes; where it has made them, this migration does nothing`],
  })
}

/** Where the first of the schemas is, the platform has made them all. */
function platformSql({ schemas, extensions, publications, lines }: Platform): string {
  const [first = ''] = schemas.filter((schema) => !extensions.some((one) => one.schema === schema))
  const isThere = `to_regnamespace(${quoteLiteral(first)}) IS NOT NULL`
  const made = lines.length === 0 ? [] : [`IF ${isThere} THEN\n  RETURN;\nEND IF;\n${lines.join('\n')}`]
  const published = publications.map((name) => {
    const lacks = `NOT EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = ${quoteLiteral(name)})`
    return `IF ${lacks} THEN\n  CREATE PUBLICATION ${quoteIdentifier(name)};\nEND IF;`
  })
  return [...extensionStatements(extensions), ...[...made, ...published].map(asBlock)].join('')
}

function asBlock(body: string): string {
  const tag = dollarTag(body)
  return `DO ${tag}\nBEGIN\n${body}\nEND\n${tag};\n`
}

/** A dollar quote that nothing in the text ends. */
function dollarTag(text: string): string {
  for (let count = 0; ; count += 1) {
    const tag = `$platform${count === 0 ? '' : count}$`
    if (!text.includes(tag)) return tag
  }
}

/** The number after one and before another, as long as the latter; null where there is none. */
function numberBetween(before: SourceMigration | undefined, after: SourceMigration | undefined): string | null {
  if (after === undefined || after.number === null || before?.number === null) return null
  const number = before === undefined ? 0n : BigInt(before.number) + 1n
  return number < BigInt(after.number) ? String(number).padStart(after.number.length, '0') : null
}
