import type { ZodType } from 'zod'
import type { Person } from '../core/person.ts'

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
export const usualUsers: UsersConfig = {
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

/** What nself/config/seed-users.json may hold. */
export async function usersConfigSchema() {
  const { z } = await import('zod')
  const { columns: usual } = usualUsers
  const name = z.string().min(1).max(63)
  const columns = z.strictObject({
    email: name.default(usual.email).describe('The column of the address, which tells people apart.'),
    name: name.nullable().default(usual.name).describe('The column of the name; null if the table has none.'),
    role: name.nullable().default(usual.role).describe('The column of the role; null if the table has none.'),
    password: name.nullable().default(usual.password).describe('The column of the bcrypt hash; null if there is none.'),
  })
  return z.strictObject({
    $schema: await schemaReference(),
    schema: name.nullable().default(usualUsers.schema).describe('Without it the table is found by the search_path.'),
    table: name.default(usualUsers.table).describe('The table that people are added to.'),
    columns: columns.prefault({}),
    mockRole: z.string().min(1).default(usualUsers.mockRole).describe('The role of mock users.'),
    testPassword: z
      .string()
      .min(1)
      .default(usualUsers.testPassword)
      .describe('The password of test accounts and mock users in local.'),
    testAccounts: (await peopleSchema()).default([...usualUsers.testAccounts]),
  })
}

/** What nself/config/prod-users.json may hold: a list, or an object that has it and names its schema. */
export async function productionUsersSchema() {
  const { z } = await import('zod')
  const users = await peopleSchema()
  return { list: users, object: z.strictObject({ $schema: await schemaReference(), users }) }
}

/** For editors. */
async function schemaReference() {
  const { z } = await import('zod')
  return z.string().optional().describe('The schema of this file, for editors.')
}

async function peopleSchema(): Promise<ZodType<Person[], Person[]>> {
  const { z } = await import('zod')
  const word = z
    .string({ error: (issue) => (issue.input === undefined ? 'is missing' : undefined) })
    .trim()
    .min(1, { error: 'is empty', abort: true })
  const email = word.email({ error: (issue) => `"${issue.input}" is not an email address` })
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
