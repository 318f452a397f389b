import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()

test('an autovacuum that takes long gives way to a migration whose lock-timeout is shorter than deadlock_timeout', async () => {
  const project = await server.project({
    '001_a.sql': `CREATE TABLE "Big orders" (id int, note text) WITH (autovacuum_enabled = off);
INSERT INTO "Big orders" SELECT g, repeat('x', 1000) FROM generate_series(1, 20000) AS g;
CREATE INDEX big_id ON "Big orders" (id);`,
    '002_b.sql': `-- nself: lock-timeout 50ms
ALTER TABLE "Big orders" ADD CHECK (id > 0) NOT VALID;`,
    '003_c.sql': `-- nself: no-transaction
-- nself: lock-timeout 50ms
DROP INDEX big_id;`,
  })
  await project.ok('up', '1')
  await project.query('CREATE ROLE owner LOGIN')
  await project.query(`ALTER TABLE "Big orders" OWNER TO owner; GRANT ALL ON ALL TABLES IN SCHEMA nself TO owner;
    GRANT ALL ON ALL SEQUENCES IN SCHEMA nself TO owner; GRANT ALL ON SCHEMA nself, public TO owner`)
  await project.query("ALTER SYSTEM SET autovacuum_naptime = '1s'")
  await project.query('SELECT pg_reload_conf()')
  const isVacuumed = 'EXISTS (SELECT FROM pg_stat_progress_vacuum WHERE datname = current_database())'
  await project.query('DELETE FROM "Big orders" WHERE id % 2 = 0')
  // Each page takes a tenth of a second: longer than all attempts.
  await project.query(`ALTER TABLE "Big orders" SET (autovacuum_enabled = on, autovacuum_vacuum_cost_delay = 100,
    autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)`)
  await project.until(isVacuumed)
  const url = new URL(project.url)
  url.username = 'owner'
  const up = await project.run(['up', '1'], { env: { DATABASE_URL: url.href } })
  expect(up).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('the autovacuum of public."Big orders" gave way to 002_b'),
  })
  await project.until(isVacuumed)
  const { code, stderr } = await project.nself('up')
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/the autovacuum of public."Big orders" gave way to statement 1 of 003_c/),
  })
})
