import { join, relative } from 'node:path'
import type { ZodType } from 'zod'
import { NselfError } from '../core/errors.ts'
import { locate } from '../core/location.ts'
import type { Person } from '../core/person.ts'
import { systemCodeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { readRegular } from './regular-file.ts'
import { productionUsersSchema, type UsersConfig, usersConfigSchema, usualUsers } from './users-schema.ts'

/** @throws NselfError `configuration` with every fault of the file. */
export async function readUsersConfig(root: string, cwd: string): Promise<UsersConfig> {
  const path = join(root, 'nself', 'config', 'seed-users.json')
  const text = await readText(path, relative(cwd, path))
  if (text === null) return usualUsers
  return check(await usersConfigSchema(), parseJson(text, relative(cwd, path)), relative(cwd, path))
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
  const text = variable === null ? await readText(path, shown) : null
  const given =
    variable !== null ? variable.value.split(',').filter(nonBlank).map(personOf) : parseJson(text ?? '[]', shown)
  const { list, object } = await productionUsersSchema()
  const people = isObject(given) ? check(object, given, source).users : check(list, given, source)
  if (people.length > 0) return people
  throw new NselfError(
    'configuration',
    `no users are listed for production: ${source} ${text === null ? 'does not exist' : 'is empty'}`,
    {
      hint: `write [{"email": "ada@example.com", "name": "Ada Lovelace", "role": "admin"}] into ${shown}, or set NSELF_PROD_USERS=ada@example.com:Ada Lovelace:admin`,
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

/** The value in its shape, or all of its faults at once, each with its place: `2nd user, email: …`. */
function check<T>(schema: ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => {
    const place = path.map((part) => (typeof part === 'number' ? `number ${part + 1}` : String(part))).join(', ')
    return `${place === '' ? '' : `${place}: `}${message}`
  })
  throw new NselfError('configuration', `${source} cannot be used:\n  ${faults.join('\n  ')}`, {
    hint: `fix ${faults.length === 1 ? 'this' : `these ${faults.length}`} and run the command again; nothing was changed`,
  })
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new NselfError('configuration', `${shown} is not JSON`, {
      location: locate(shown, text, faultOf(text)),
      hint: 'fix it at that place; nothing was changed',
      cause: error,
    })
  }
}

/** Where JSON stops being JSON: behind the longest beginning that could yet go on. The engine does not always tell. */
function faultOf(text: string): number {
  let good = 0
  for (let bad = text.length + 1; bad - good > 1; ) {
    const middle = Math.floor((good + bad) / 2)
    if (couldGoOn(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return good
}

function couldGoOn(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    return /end of JSON|unterminated/i.test(String(error))
  }
}

/** Null where there is no such file. */
async function readText(path: string, shown: string): Promise<string | null> {
  try {
    return await readRegular(path)
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT') return null
    throw new NselfError('configuration', `cannot read ${shown}: ${systemReason(error)}`, {
      hint: 'check its permissions',
      cause: error,
    })
  }
}
