import { allowableRules, ruleNames } from '../check-rules.ts'
import { SqlError } from '../sql/lexer.ts'

/** The rules that a file may say it breaks on purpose. */
const allowable: readonly string[] = ['same-text', ...allowableRules]
const form = '-- nself: allow RULE because REASON'

/**
 * The rule that a header allows.
 * @param text `allow lint/ban-drop-column because 1.8 does without it`
 * @throws SqlError for a rule that is not there or cannot be allowed, and where no reason is given.
 */
export function allowedRule(text: string, start: number): string {
  const [, rule = '', because, reason] = text.split(/\s+/)
  if (rule === '') throw new SqlError(start, 'it names no rule to allow', `write ${form}`)
  if (!allowable.includes(rule)) throw unknownRule(rule, start)
  if (because === 'because' && reason !== undefined && reason !== '') return rule
  throw new SqlError(start, `it does not say why ${rule} is allowed`, `write -- nself: allow ${rule} because REASON`)
}

function unknownRule(rule: string, start: number): SqlError {
  if (ruleNames.some((name) => name === rule)) {
    return new SqlError(start, `${rule} cannot be allowed`, 'what it finds never works: fix it')
  }
  const ending = rule.split('/').at(-1)
  const [near] = allowable.filter((name) => name.split('/').at(-1) === ending)
  const hint =
    near === undefined ? `write ${form}; each finding of nself db check names its rule` : `did you mean ${near}?`
  return new SqlError(start, `there is no rule ${rule} to allow`, hint)
}
