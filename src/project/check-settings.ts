import { join, relative } from 'node:path'
import { allowableRules, type RuleLevels, type RuleName, ruleNames, rules, severities } from '../core/check-rules.ts'
import { checkShape, parseJson, readConfigText } from './config-file.ts'

/** What a project says of its checks: nself/config/check.json. */
export interface CheckSettings {
  /** Of rules that are to be told differently, or not at all. */
  readonly rules: RuleLevels
  /** Whether squawk is asked too. */
  readonly squawk: boolean
}

/** @throws NselfError `configuration` with every fault of the file. */
export async function readCheckSettings(root: string, cwd: string): Promise<CheckSettings> {
  const path = join(root, 'nself', 'config', 'check.json')
  const shown = relative(cwd, path)
  const text = readConfigText(path, shown)
  if (text === null) return { rules: {}, squawk: true }
  return checkShape(await checkSettingsSchema(), parseJson(text, shown), shown)
}

/** What nself/config/check.json may hold. */
export async function checkSettingsSchema() {
  const { z } = await import('zod')
  const { closest, distance } = await import('fastest-levenshtein')
  const level = z.enum([...severities, 'off'])
  const always = z.enum(severities, {
    error: ({ input }) => (input === 'off' ? 'cannot be off: what it finds never works' : undefined),
  })
  const levelOf = (name: RuleName) => (allowableRules.includes(name) ? level : always)
  const shape = Object.fromEntries(ruleNames.map((name) => [name, levelOf(name).optional().describe(about(name))]))
  const unknown = (keys: readonly string[]) =>
    keys.map((key) => {
      const nearest = ruleNames.find((name) => name.endsWith(`/${key}`)) ?? closest(key, ruleNames)
      return `there is no rule ${key}${distance(key, nearest) <= key.length ? `; did you mean ${nearest}?` : ''}`
    })
  return z.strictObject({
    $schema: z.string().optional().describe('The schema of this file, for editors.'),
    rules: z
      .strictObject(shape, {
        error: (issue) => (issue.code === 'unrecognized_keys' ? unknown(issue.keys).join('; ') : undefined),
      })
      .default({})
      .describe('How bad what a rule finds is, or that it is not to be told.'),
    squawk: z.boolean().default(true).describe('Whether the rules of squawk are looked for too.'),
  })
}

function about(name: RuleName): string {
  const { title, severity, isOff } = rules[name]
  return `${title}. Without it: ${isOff === true ? 'off' : severity}.`
}
