import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const drift = ['db', 'migrate', 'status', '--drift', '--all'] as const

test('rights to what an extension has made are replayed, compared and written, as they differ from those it gave', async () => {
  const project = await server.project({
    '001_extensions.sql': `-- UP
CREATE EXTENSION pg_buffercache;
CREATE EXTENSION hstore;
CREATE EXTENSION dblink;
GRANT SELECT ON pg_buffercache TO pg_read_all_data;
REVOKE EXECUTE ON FUNCTION akeys(hstore) FROM PUBLIC;
`,
  })
  await project.up()
  expect(await project.ok(...drift)).toContain('No drift')
  await project.query(`REVOKE EXECUTE ON FUNCTION avals(hstore) FROM PUBLIC; GRANT EXECUTE ON FUNCTION akeys(hstore) TO PUBLIC;
    GRANT SELECT ON pg_buffercache TO pg_write_all_data; GRANT EXECUTE ON FUNCTION hstore(record) TO PUBLIC`)
  const { result } = JSON.parse(await project.ok(...drift, '--json'))
  expect(result.drift.differences).toMatchObject([
    { kind: 'function', traits: [{ left: 'not EXECUTE TO PUBLIC', right: null }] },
    { kind: 'function', traits: [{ left: null, right: 'not EXECUTE TO PUBLIC' }] },
    { kind: 'view', name: 'pg_buffercache', traits: [{ trait: 'grants' }] },
  ])
  const { code, stdout, stderr } = await project.nself('db', 'schema', 'diff', 'migrations', 'local', '--sql', '--all')
  expect(code, stderr).toBe(0)
  expect(stdout).not.toContain('Not proven')
  await project.query(stdout)
  expect(await project.ok(...drift)).toContain('No drift')
})
