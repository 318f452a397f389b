import type { Question } from '../../core/guard/guard.ts'
import {
  becomesFlag,
  parseSuccessors,
  type Successor,
  type VanishingValue,
  vanishingValues,
} from '../../core/schema/successors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { shortName } from '../../core/sql/qualified-name.ts'
import type { Compared } from '../../postgres/diff/compare-design.ts'
import type { Context } from './context.ts'

interface Asked {
  /** As `--becomes` takes them. */
  readonly becomes?: readonly string[]
  readonly online?: boolean
}

/**
 * What rows become that hold a value of an enum which the design does not have: as flags say, or as a person answers.
 * @throws NselfError `usage`.
 */
export async function chosenSuccessors(
  { ask, tell, answers }: Context,
  { becomes = [], online }: Asked,
  { current, wanted }: Compared,
): Promise<Successor[]> {
  const vanishing = vanishingValues(current.catalog, wanted)
  const said = parseSuccessors(becomes, vanishing)
  const open = vanishing.filter(({ schema, ofEnum, name, others }) => {
    return others.length > 0 && !said.some((one) => keyOf(one) === keyOf({ schema, ofEnum, name }))
  })
  const chosen: Successor[] = []
  for (const value of open) {
    const { schema, ofEnum, name, others } = value
    if (ask === null || answers.yes) {
      const flag = shellWord(becomesFlag(value, others[0] ?? ''))
      // A series cannot do without, and says so itself.
      if (online !== true) tell(`Note: ${fails(value)}; to say what such rows become, add --becomes ${flag}`)
      continue
    }
    const to = await ask(questionOf(value, online === true))
    if (others.includes(to)) chosen.push({ schema, ofEnum, name, to })
  }
  return [...said, ...chosen]
}

const keyOf = ({ schema, ofEnum, name }: Omit<Successor, 'to'>) => shortName(schema, ofEnum, name)

const fails = (value: VanishingValue) =>
  `${keyOf(value)} goes, and UP fails at a row of ${value.columns.join(', ')} that holds it`

/** Whoever hesitates reads what either answer means for the rows. */
function questionOf(value: VanishingValue, online: boolean): Question {
  const become = value.others.map((to) => ({
    answer: to,
    text: `they become ${to} (--becomes ${shellWord(becomesFlag(value, to))})`,
  }))
  return {
    kind: 'one-of',
    message: `${keyOf(value)} goes; rows of ${value.columns.join(', ')} that hold it:`,
    // A series cannot do without an answer.
    options: online ? become : [{ answer: '', text: 'let UP fail at such a row' }, ...become],
  }
}
