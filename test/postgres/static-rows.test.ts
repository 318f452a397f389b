import { expect, test } from 'vitest'
import { readStaticRows } from '../../src/postgres/squash/static-rows.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

test('a table whose rows the role may not read is named, not taken for an empty one', async () => {
  const project = await server.project({})
  const client = await project.connect()
  await client.query(`CREATE ROLE blind; CREATE TABLE a (id int); INSERT INTO a VALUES (1); SET ROLE blind`)
  await expect(readStaticRows(client)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('permission denied for table a'),
    hint: expect.stringContaining('nothing was written'),
  })
})
