import { expect, test } from 'vitest'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { namedValuesIn } from '../../../src/parsers/postgres/named-values.ts'
import { loadParser } from '../../../src/parsers/postgres/parser.ts'

test('values are what a migration compares a column with, in conditions, casts, lists and the branches of CASE', async () => {
  const named = namedValuesIn(
    await loadParser(),
    parseMigration(
      '1_a.sql',
      { version: '1', name: '1_a' },
      `-- UP
       ALTER TABLE t ADD EXCLUDE USING gist (room WITH =) WHERE (status = 'open'), ADD CHECK (n BETWEEN -2 AND 10 AND size > 0.5);
       UPDATE t SET x = (data ->> 'age')::int WHERE t.kind = ANY ('{a,b}') OR kind IN ('c');
       DO $$ BEGIN IF EXISTS (SELECT FROM u WHERE u.word LIKE 'x%') THEN DELETE FROM t WHERE word = 'y'; END IF; END $$;
       UPDATE t SET y = CASE level WHEN 'low' THEN 'nothing' ELSE 'all' END;
-- DOWN
DELETE FROM t WHERE status <> $$gone$$;`,
    ),
  )
  expect(Object.fromEntries(named)).toEqual({
    status: { texts: ['open', 'gone'], numbers: [] },
    n: { texts: [], numbers: [-2, 10] },
    size: { texts: [], numbers: [0.5] },
    data: { texts: ['age'], numbers: [] },
    kind: { texts: ['a', 'b', 'c'], numbers: [] },
    word: { texts: ['x%', 'y'], numbers: [] },
    level: { texts: ['low'], numbers: [] },
  })
})
