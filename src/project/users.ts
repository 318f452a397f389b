import { join, relative } from 'node:path'
import type { ZodType } from 'zod'
import { NselfError } from '../core/errors.ts'
import { locate } from '../core/location.ts'
import type { Person } from '../core/person.ts'
import { systemCodeOf } from '../core/system-error.ts'
import { readRegular } from './regular-file.ts'

/** Where people go, and who they are in local: nself/config/seed-users.json. */
export interface UsersConfig {
  /** Without a schema it is found by the search_path. */
  readonly schema: string | null
  readonly table: string
  /** Names of columns; null where the table has no such one. */
  readonly columns: {
    readonly email: string
    readonly name: string | null
    readonly role: string | null
    readonly password: string | null
  }
  /** The role of mock users. */
  readonly mockRole: string
  /** Signs in as any test account or mock user, in local only. */
  readonly testPassword: string
  readonly testAccounts: readonly Person[]
}

/** Fits the sample project. */
const usual: UsersConfig = {
  schema: null,
  table: 'users',
  columns: { email: 'email', name: 'name', role: 'role', password: 'password_hash' },
  mockRole: 'user',
  testPassword: 'password',
  testAccounts: ['user', 'support', 'admin'].map((role) => ({
    email: `${role}@example.test`,
    name: `Test ${role}`,
    role,
  })),
}

/** @throws NselfError `configuration` with every fault of the file. */
export async function readUsersConfig(root: string, cwd: string): Promise<UsersConfig> {
  const path = join(root, 'nself', 'config', 'seed-users.json')
  const text = await readText(path, relative(cwd, path))
  if (text === null) return usual
  const { z } = await import('zod')
  const name = z.string().min(1).max(63)
  const columns = z.strictObject({
    email: name.default(usual.columns.email),
    name: name.nullable().default(usual.columns.name),
    role: name.nullable().default(usual.columns.role),
    password: name.nullable().default(usual.columns.password),
  })
  const schema = z.strictObject({
    schema: name.nullable().default(usual.schema),
    table: name.default(usual.table),
    columns: columns.prefault({}),
    mockRole: z.string().min(1).default(usual.mockRole),
    testPassword: z.string().min(1).default(usual.testPassword),
    testAccounts: (await peopleSchema()).default([...usual.testAccounts]),
  })
  return check(schema, parseJson(text, relative(cwd, path)), relative(cwd, path))
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
  const people = check(await peopleSchema(), given, source)
  if (people.length > 0) return people
  throw new NselfError(
    'configuration',
    `no users are listed for production: ${source} ${text === null ? 'is not there' : 'is empty'}`,
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

async function peopleSchema(): Promise<ZodType<Person[]>> {
  const { z } = await import('zod')
  const word = z
    .string({ error: (issue) => (issue.input === undefined ? 'is missing' : undefined) })
    .trim()
    .min(1, 'is empty')
  const email = word.pipe(z.email({ error: (issue) => `"${issue.input}" is not an email address` }))
  return z.array(z.strictObject({ email, name: word, role: word })).superRefine((people, context) => {
    const seen = new Map<string, number>()
    for (const [i, person] of people.entries()) {
      const twin = seen.get(person.email.toLowerCase())
      seen.set(person.email.toLowerCase(), twin ?? i)
      if (twin === undefined) continue
      context.addIssue({ code: 'custom', path: [i, 'email'], message: `${person.email} is also number ${twin + 1}` })
    }
  })
}

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
    throw new NselfError('configuration', `cannot read ${shown}: ${code}`, { hint: 'check its rights', cause: error })
  }
}
