import { NselfError } from '../core/errors.ts'
import { sha256 } from '../core/migration/checksum.ts'
import { VariableValues } from '../core/migration/variables.ts'
import { isVariableName, saysSecret } from '../core/variable-name.ts'
import type { Variables } from './env-files.ts'

const prefix = 'NSELF_VAR_'

/**
 * What may be filled into migrations: what `--set` gives, else what NSELF_VAR_… says.
 * @param onSecret is told each value whose name says that it is secret.
 * @throws NselfError `usage` for a `--set` that cannot be understood; what was typed is not in it.
 */
export function variableValues(
  set: readonly string[],
  env: Variables,
  onSecret: (secret: string) => void,
): VariableValues {
  const typed = set.map(parsed)
  const given = new Map(typed)
  const secrets: string[] = []
  const note = (name: string, value: string) => {
    if (!saysSecret(name)) return
    secrets.push(value)
    onSecret(value)
  }
  for (const [name, value] of typed) note(name, value)
  for (const [name, { value }] of env) if (name.startsWith(prefix)) note(name.slice(prefix.length), value)
  const all = [
    ...given,
    ...[...env].filter(([name]) => name.startsWith(prefix)).map(([name, { value }]) => [name, value]),
  ]
  const key = all.length === 0 ? '' : sha256(JSON.stringify(all))
  return new VariableValues(
    (name) => given.get(name) ?? env.get(`${prefix}${name.toUpperCase()}`)?.value ?? null,
    secrets,
    key,
    [...given.keys()],
  )
}

function parsed(text: string): [string, string] {
  const at = text.indexOf('=')
  const name = text.slice(0, Math.max(at, 0))
  if (isVariableName(name)) return [name, text.slice(at + 1)]
  throw new NselfError('usage', at === -1 ? '--set has no =' : '--set does not begin with the name of a variable', {
    hint: "write --set name=value, such as --set schema=app; a value with blanks in quotes: --set 'title=A b'",
  })
}
