import { join, relative } from 'node:path'
import { NselfError } from '../core/errors.ts'
import type { Person } from '../core/person.ts'
import { checkShape, parseJson, readConfigText } from './config-file.ts'
import { productionUsersSchema, type UsersConfig, usersConfigSchema, usualUsers } from './users-schema.ts'

/** @throws NselfError `configuration` with every fault of the file. */
export async function readUsersConfig(root: string, cwd: string): Promise<UsersConfig> {
  const path = join(root, 'nself', 'config', 'seed-users.json')
  const text = readConfigText(path, relative(cwd, path))
  if (text === null) return usualUsers
  return checkShape(await usersConfigSchema(), parseJson(text, relative(cwd, path)), relative(cwd, path))
}

/**
 * The people of production: those of NSELF_PROD_USERS where it is set, else those of nself/config/prod-users.json.
 * @throws NselfError `configuration` with every fault, or when neither names anybody.
 */
export async function readProductionPeople(
  root: string,
  cwd: string,
  variable: { readonly value: string; readonly source: string } | null,
): Promise<Person[]> {
  const path = join(root, 'nself', 'config', 'prod-users.json')
  const shown = relative(cwd, path)
  const source = variable?.source ?? shown
  const text = variable === null ? readConfigText(path, shown) : null
  const given =
    variable !== null ? variable.value.split(',').filter(nonBlank).map(personOf) : parseJson(text ?? '[]', shown)
  const { list, object } = await productionUsersSchema()
  const people = isObject(given) ? checkShape(object, given, source).users : checkShape(list, given, source)
  if (people.length > 0) return people
  throw new NselfError(
    'configuration',
    `no users are listed for production: ${source} ${text === null ? 'does not exist' : 'is empty'}`,
    {
      hint: `write [{"email": "ada@example.com", "name": "Ada Lovelace", "role": "admin"}] into ${shown}, or set NSELF_PROD_USERS='ada@example.com:Ada Lovelace:admin'`,
    },
  )
}

const nonBlank = (text: string) => text.trim() !== ''

/** `email:name:role`; a name may have colons of its own. */
function personOf(text: string): Record<string, string> {
  const [, email = text, name, role] = /^([^:]*)(?::(.*?))?(?::([^:]*))?$/s.exec(text) ?? []
  const given = Object.entries({ email, name, role })
  return Object.fromEntries(given.flatMap(([key, value]) => (value === undefined ? [] : [[key, value.trim()]])))
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
