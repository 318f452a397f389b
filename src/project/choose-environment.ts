import { type Environment, parseEnvironment } from '../core/environment.ts'
import { NselfError } from '../core/errors.ts'
import { describe, type Variables } from './env-files.ts'

/**
 * The environment that is meant, and where it was set: the flag, the process environment, the env files; otherwise local.
 * @throws NselfError `configuration` for a name that is none.
 */
export function chooseEnvironment(
  flag: string | undefined,
  fromProcess: Variables,
  files: Variables,
): [Environment, string] {
  // An empty flag is most likely a script's unset variable: it is an error, it does not mean "no flag".
  if (flag !== undefined) return [environmentFrom(flag, '--env'), '--env']
  for (const variables of [fromProcess, files]) {
    for (const name of ['ENV', 'ENVIRONMENT']) {
      const variable = variables.get(name)
      if (variable !== undefined) {
        return [environmentFrom(variable.value, describe(name, variable)), variable.file ?? name]
      }
    }
  }
  return ['local', 'default']
}

function environmentFrom(text: string, source: string): Environment {
  try {
    return parseEnvironment(text)
  } catch (error) {
    if (!(error instanceof NselfError) || error.hint === undefined) throw error
    throw new NselfError(error.code, `${error.message} (${source})`, { hint: error.hint })
  }
}
