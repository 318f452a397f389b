import type { Migration } from '../migration/migration.ts'
import type { Section } from '../migration/section.ts'
import { openSection } from '../migration/section-text.ts'

/** The words of a migration that may be names of what it touches. */
export interface TouchedWords {
  readonly words: readonly string[]
  /** Whether it may delete rows or change keys that rows of other tables refer to. */
  readonly reaches: boolean
}

/** Of UP and DOWN, function bodies and texts too; plain ones in lower case. Rows that are only added name nothing. */
export function touchedWords({ up, down }: Migration): TouchedWords {
  const words = new Set<string>()
  let reaches = false
  for (const section of [up, ...(down === null ? [] : [down])]) {
    for (const sql of statementsIn(section)) {
      for (const [, quoted] of sql.matchAll(/"((?:[^"]|"")+)"/g)) words.add((quoted ?? '').replaceAll('""', '"'))
      for (const [word] of sql.matchAll(/[\p{L}_][\p{L}\p{N}_$]*/gu)) words.add(word.toLowerCase())
      reaches ||= takesRows.test(sql)
    }
  }
  return { words: [...words], reaches }
}

/** Not ON DELETE of a foreign key, nor what a trigger waits for. */
const takesRows = /(?<!\b(?:on|or|before|after|for)\s+)\b(?:delete|update|truncate|merge)\b/i
const longest = 200_000

function* statementsIn(section: Section): Generator<string> {
  const text = openSection(section)
  for (const statement of section.statements) {
    if (statement.addsRows === true && section.kind === 'streamed') continue
    yield text.sql(statement).slice(0, longest)
  }
}
