import { checkLint } from '../../src/commands/shared/check/lint.ts'
import { atLevels } from '../../src/core/check/allowed.ts'
import { parseMigration } from '../../src/core/migration/parse-file.ts'
import { compare } from '../../src/core/migration/state.ts'
import { VariableValues } from '../../src/core/migration/variables.ts'
import { checkout } from './cli.ts'

interface Lint {
  /** Applied long ago. */
  readonly before?: string
  /** The texts of the migrations in scope, in their order. */
  readonly files: readonly string[]
  readonly major?: number
  /** Each is looked at by itself. */
  readonly eachByItself?: boolean
  readonly usesSquawk?: boolean
  /** Also what is only told where a project asks for it. */
  readonly withOff?: boolean
}

/** What lint says of migrations: `2:3 lint/…: message`, with the number of the migration and the line. */
export async function lint({
  before,
  files,
  major = 18,
  eachByItself = false,
  usesSquawk = true,
  withOff = false,
}: Lint) {
  const texts = [...(before === undefined ? [] : [before]), ...files]
  const first = before === undefined ? 1 : 0
  const all = texts.map((text, i) => {
    const version = String(first + i)
    return parseMigration(`${version}_x.sql`, { version, name: `${version}_x` }, text)
  })
  const ordered = compare(all, []).entries.flatMap(({ file }) => file ?? [])
  const wanted = new Set(ordered.filter(({ version }) => version !== '0'))
  const { findings: told, outcome } = await checkLint(
    { settings: { root: checkout, variables: new VariableValues(() => null) }, signal: new AbortController().signal },
    { files: ordered, wanted, major, eachByItself },
    usesSquawk,
  )
  const findings = withOff ? told : atLevels(told, {})
  const found = findings.map(({ rule, migration, place }) => `${migration.split('_')[0]}:${place.line} ${rule}`)
  return { findings, outcome, found: found.sort() }
}
