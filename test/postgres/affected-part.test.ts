import { expect, test } from 'vitest'
import { differencesOf } from '../../src/core/schema/differences.ts'
import { affectedPart } from '../../src/postgres/diff/affected-part.ts'
import { readFacts } from '../../src/postgres/diff/facts.ts'
import { type Claim, copyOf } from '../../src/postgres/diff/scratch-copy.ts'
import type { Server } from '../../src/postgres/driver/server.ts'
import { catalogOf } from '../../src/postgres/scratch/read.ts'
import { withScratch } from '../../src/postgres/scratch/scratch.ts'
import { type Project, useServer } from '../helpers/project.ts'

const ours = useServer()

const schema = `
  CREATE ROLE reader;
  CREATE TYPE mood AS ENUM ('well', 'ill');
  CREATE TABLE parent (id int PRIMARY KEY, mood mood);
  CREATE TABLE child (id serial PRIMARY KEY, parent_id int REFERENCES parent, name text);
  CREATE TABLE grandchild (child_id int REFERENCES child);
  CREATE VIEW children AS SELECT id, parent_id FROM child;
  CREATE VIEW named AS SELECT c.id, p.mood FROM children c JOIN parent p ON p.id = c.parent_id;
  CREATE TABLE log (at date NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  DO $$ BEGIN
    FOR i IN 1..105 LOOP
      EXECUTE format('CREATE TABLE other_%s (id serial PRIMARY KEY, before int REFERENCES other_%s, n int UNIQUE)', i, greatest(i - 1, 1));
      EXECUTE format('CREATE VIEW look_%s AS SELECT n FROM other_%s', i, i);
    END LOOP;
  END $$;
  GRANT SELECT ON other_3 TO reader;
  COMMENT ON TABLE other_3 IS 'third';
  ALTER TABLE other_4 ALTER n SET STATISTICS 500;`

const serverOf = ({ url }: Project): Server => {
  const { hostname: host, port, username: user, password, pathname } = new URL(url)
  return { host, port: Number(port), user, password, database: pathname.slice(1) }
}

const claimOf = async (server: Server): Promise<Claim> => ({
  facts: await readFacts(server),
  catalog: await catalogOf(server, true),
})

test('of a large schema the tables are left that have nothing to do with a change, and no difference is lost', async () => {
  const have = await ours.project({})
  await have.query(schema)
  const before = await claimOf(serverOf(have))
  const cases: [change: string, kept: string[] | null][] = [
    ['ALTER TABLE grandchild ADD note text', ['child', 'grandchild', 'parent']],
    ['GRANT SELECT (n) ON other_105 TO reader', null],
    [
      'CREATE VIEW pair AS SELECT l.n, g.child_id FROM look_1 l, grandchild g',
      ['child', 'grandchild', 'other_1', 'parent'],
    ],
    ["ALTER TYPE mood ADD VALUE 'tired'", ['child', 'parent']],
  ]
  await withScratch(
    { server: serverOf(have), kind: 'beside', like: null },
    { signal: new AbortController().signal },
    async (scratch) => {
      for (const [change, kept] of cases) {
        const want = await ours.twin(have)
        await want.query(change)
        const after = await claimOf(serverOf(want))
        const part = await affectedPart(before, after)
        if (kept === null || part === null) {
          // The last of a chain needs nearly all.
          expect([part, kept], change).toEqual([null, null])
          continue
        }
        const lies = part.have.catalog.tables.map(({ name }) => name).toSorted()
        expect(lies, change).toEqual([...kept, 'log', 'log_2026'].toSorted())
        const differences = differencesOf(part.want, part.have.catalog)
        expect(differences, change).toEqual(differencesOf(after.catalog, before.catalog))
        // It refuses a copy in which anything differs from the catalog.
        await copyOf(scratch, part.have, (sql) => sql)
      }
    },
  )
})
