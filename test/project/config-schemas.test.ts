import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { checkSettingsSchema, readCheckSettings } from '../../src/project/check-settings.ts'
import { readProductionPeople, readUsersConfig } from '../../src/project/users.ts'
import { productionUsersSchema, usersConfigSchema } from '../../src/project/users-schema.ts'
import { checkout } from '../helpers/cli.ts'

const schemas = join(checkout, 'schemas')

/** As an editor takes it: what may be left out is not asked for. */
const asJson = (schema: z.ZodType, title: string) => ({ title, ...z.toJSONSchema(schema, { io: 'input' }) })

// With SCHEMAS=write they are written instead of being compared.
test('the JSON schemas of the package are what the program reads', async () => {
  const { list, object } = await productionUsersSchema()
  const made = {
    'seed-users.json': asJson(await usersConfigSchema(), 'nself/config/seed-users.json'),
    'prod-users.json': asJson(z.union([list, object]), 'nself/config/prod-users.json'),
    'check.json': asJson(await checkSettingsSchema(), 'nself/config/check.json'),
  }
  for (const [name, schema] of Object.entries(made)) {
    if (process.env.SCHEMAS === 'write') writeFileSync(join(schemas, name), `${JSON.stringify(schema, null, 2)}\n`)
    expect(JSON.parse(readFileSync(join(schemas, name), 'utf8'))).toEqual(schema)
  }
})

function projectWith(name: string, content: unknown): string {
  const root = mkdtempSync(join(tmpdir(), 'nself-users-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'nself', 'config'), { recursive: true })
  writeFileSync(join(root, 'nself', 'config', name), JSON.stringify(content))
  return root
}

const ada = { email: 'ada@example.com', name: 'Ada', role: 'admin' }
const $schema = '../../node_modules/nself/schemas/prod-users.json'

const readers = {
  'prod-users.json': (root: string) => readProductionPeople(root, root, null),
  'seed-users.json': (root: string) => readUsersConfig(root, root),
  'check.json': (root: string) => readCheckSettings(root, root),
}

test.each([
  ['prod-users.json', [ada], true],
  ['prod-users.json', { $schema, users: [ada] }, true],
  ['prod-users.json', { users: [{ ...ada, email: 'ada' }] }, false],
  ['prod-users.json', [{ ...ada, age: 36 }], false],
  ['prod-users.json', { people: [ada] }, false],
  ['prod-users.json', 'ada@example.com', false],
  ['seed-users.json', {}, true],
  ['seed-users.json', { $schema, table: 'people', columns: { role: null }, testAccounts: [ada] }, true],
  ['seed-users.json', { table: '' }, false],
  ['seed-users.json', { columns: { mail: 'email' } }, false],
  ['check.json', {}, true],
  ['check.json', { $schema, rules: { 'lint/ban-drop-column': 'error', 'proof/no-down': 'off' }, squawk: false }, true],
  ['check.json', { rules: { 'lint/ban-drop-colum': 'error' } }, false],
  ['check.json', { rules: { 'lint/ban-drop-column': 'fatal' } }, false],
  ['check.json', { rules: { 'parse/syntax': 'off' } }, false],
  ['check.json', { rule: {} }, false],
  ['seed-users.json', { testAccounts: [{ email: 'ada@example.com' }] }, false],
] as const)('%s with %j: program and schema agree', async (name, content, isRight) => {
  const read = readers[name](projectWith(name, content)).then(
    () => true,
    () => false,
  )
  const schema = z.fromJSONSchema(JSON.parse(readFileSync(join(schemas, name), 'utf8')))
  expect([await read, schema.safeParse(content).success]).toEqual([isRight, isRight])
})

test('a rule that is not there is named with the nearest, and one that cannot be off says so', async () => {
  const root = projectWith('check.json', {
    rules: { 'lint/ban-drop-colum': 'error', 'drop-cascade': 'off', 'parse/syntax': 'off', 'proof/no-down': 'bad' },
  })
  const said = await readCheckSettings(root, root).catch(String)
  expect(said).toContain('rules: there is no rule lint/ban-drop-colum; did you mean lint/ban-drop-column?')
  expect(said).toContain('there is no rule drop-cascade; did you mean lint/drop-cascade?')
  expect(said).toContain('rules, parse/syntax: cannot be off: what it finds never works')
  expect(said).toContain('rules, proof/no-down: ')
})
