import { expect, test } from 'vitest'
import { expectOnline, writeSeries } from '../helpers/online.ts'
import { quickChanges } from '../helpers/online-changes.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

test.concurrent.each(quickChanges.map((change) => [change.what, change] as const))(
  'an online series leads both ways where the plain migration leads: %s',
  // All of them at once: each waits for the others.
  { timeout: 240_000 },
  async (_, change) => {
    const files = { '001_before.sql': `-- UP\n${change.sql};\n` }
    const [project, plain] = [await server.project(files), await server.project(files)]
    await expectOnline(project, plain, change)
  },
)

test('a series stops before a rule that a row breaks: the application still writes such a row, and up goes on once it is fixed', async () => {
  const sql = 'CREATE TABLE users (id bigint PRIMARY KEY, age integer, email text)'
  const project = await server.project({ '001_before.sql': `-- UP\n${sql};\n` })
  await project.up()
  await project.query("INSERT INTO users VALUES (1, -1, 'a'), (2, 5, NULL)")
  await writeSeries(project, {
    design:
      "Table users {\n id bigint [pk]\n age integer\n email text [not null]\n checks {\n `age > 0` [name: 'older']\n }\n}",
  })
  for (const [broken, fix] of [
    ['NOT NULL of email', "email = 'b'"],
    ['older', 'age = 1'],
  ]) {
    const { code, stderr } = await project.nself('up')
    expect([code, stderr]).toEqual([4, expect.stringContaining(`rows of users break ${broken}`)])
    await project.query(`UPDATE users SET id = id + 10; UPDATE users SET ${fix}`)
  }
  await project.ok('up')
})
