import { expect, test } from 'vitest'
import { connect } from '../../src/postgres/driver/connect.ts'
import { withConnection } from '../../src/postgres/driver/with-connection.ts'
import { readHistory } from '../../src/postgres/tracking/history.ts'
import { readRefusedEffects } from '../../src/postgres/tracking/refused-effects.ts'
import { useServer } from '../helpers/project.ts'
import { serverOf } from '../helpers/server-of.ts'

const server = useServer()

test('where nothing was refused no checksum is asked for, for which a large file would be read once more', async () => {
  const project = await server.project({ '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n' })
  await project.ok('db', 'migrate', 'up')
  let readings = 0
  const file = {
    get checksum() {
      readings++
      return 'c'
    },
  }
  const seen = await withConnection(connect(serverOf(project), 'nself'), null, async (client) =>
    readRefusedEffects(client, await readHistory(client), [{ action: 'up', name: '001_a', file }]),
  )
  expect([seen.size, readings]).toEqual([0, 0])
})
