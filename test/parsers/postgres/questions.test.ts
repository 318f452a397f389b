import { describe, expect, test } from 'vitest'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import type { RowQuestion } from '../../../src/core/probe/question.ts'
import { questionsOf } from '../../../src/parsers/postgres/questions.ts'

const file = (sql: string, name = '1_a') =>
  parseMigration(`${name}.sql`, { version: name.split('_')[0] ?? '', name }, `-- UP\n${sql}\n`)

async function asked(...sql: string[]) {
  const { questions } = await questionsOf(sql.map((text, i) => file(text, `${i + 1}_a`)))
  // Of each change of type it is asked besides whether unique indexes stand: the tests of the probe look at that.
  return questions.map((question) => question.asked).filter(({ kind }) => kind !== 'kept-unique')
}

const ofRows = ({ asked }: RowQuestion) => asked.kind !== 'unvalidated'

describe('a statement becomes a question of the rows that are there', () => {
  test.each([
    ['ALTER TABLE t ALTER COLUMN a SET NOT NULL', { kind: 'not-null', column: 'a', isNew: false }],
    [
      'ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT ("A", b)',
      { kind: 'duplicates', elements: ['"A"', '"b"'], where: null, nullsToo: true },
    ],
    [
      'CREATE UNIQUE INDEX CONCURRENTLY ON t USING btree (lower(a) COLLATE "C" DESC, (b + 1), c text_ops) WHERE ü > 1 -- x',
      { kind: 'duplicates', elements: ['lower(a) COLLATE "C"', '(b + 1)', 'c'], where: 'ü > 1 -- x', nullsToo: false },
    ],
    ["ALTER TABLE t ADD CHECK (a <> ')' /* ) */ AND b) NOT VALID, ADD CHECK (c)", { kind: 'check', expression: 'c' }],
    [
      'ALTER TABLE t ADD EXCLUDE USING gist (a WITH =, during WITH &&) WHERE (b > 1)',
      {
        kind: 'exclude',
        elements: [
          { value: 'a', operator: '=' },
          { value: 'during', operator: '&&' },
        ],
        where: '(b > 1)',
      },
    ],
    [
      'ALTER TABLE t ALTER a TYPE numeric(4, 2) USING round(b, 1)',
      { kind: 'retype', column: 'a', type: 'numeric(4, 2)', using: 'round(b, 1)', made: null },
    ],
    [
      'ALTER TABLE t ALTER a TYPE int USING a::int',
      { kind: 'retype', column: 'a', type: 'int', using: 'a', made: null },
    ],
    [
      'ALTER TABLE t ALTER a TYPE varchar(3) USING a::varchar(3)',
      { kind: 'retype', column: 'a', type: 'varchar(3)', using: 'a::varchar(3)', made: null },
    ],
    ['CREATE INDEX ON t ((a::int), b)', { kind: 'computed', expression: 'ROW((a::int)\n)', where: null }],
    ['ALTER TABLE t ADD PRIMARY KEY USING INDEX i', { kind: 'index-columns', index: 'i' }],
    ['ALTER TABLE t VALIDATE CONSTRAINT c', { kind: 'validate', constraint: 'c' }],
    [
      'ALTER DOMAIN d ADD CHECK (VALUE > 0)',
      { kind: 'domain', domain: { schema: null, name: 'd' }, expression: 'VALUE > 0', validates: null },
    ],
  ])('%s', async (sql, question) => {
    expect(await asked(sql)).toEqual([question])
  })

  test('a foreign key asks of the table that it refers to', async () => {
    const [found] = await asked('ALTER TABLE t ADD FOREIGN KEY (a, b) REFERENCES s.p MATCH FULL')
    expect(found).toMatchObject({
      kind: 'foreign-key',
      columns: ['a', 'b'],
      target: { base: { schema: 's', name: 'p' } },
      targetColumns: null,
      full: true,
    })
  })

  test('a constraint that is not checked is asked of where it is validated', async () => {
    expect(await asked('ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1) NOT VALID')).toEqual([])
    expect(
      await asked('ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1) NOT VALID', 'ALTER TABLE t VALIDATE CONSTRAINT c'),
    ).toEqual([{ kind: 'check', expression: 'a > 1' }])
  })
})

describe('what comes before in the run', () => {
  test('of a table that the run makes nothing is asked, and of one that it may make only where it is there', async () => {
    expect(await asked('CREATE TABLE t (a int); ALTER TABLE t ALTER a SET NOT NULL, ADD UNIQUE (a)')).toEqual([])
    const { questions } = await questionsOf([file('CREATE TABLE IF NOT EXISTS t (); ALTER TABLE t ADD b int NOT NULL')])
    expect(questions.map(({ table }) => table?.mayBeNew)).toEqual([true])
  })

  test('a new column, a plain UPDATE, a DELETE and new names are followed', async () => {
    const { questions } = await questionsOf([
      file(`ALTER TABLE t ADD COLUMN b text;
        UPDATE t AS x SET b = coalesce(x.a, 'a, b') WHERE x.c IS NULL;
        DELETE FROM t WHERE d;
        ALTER TABLE t RENAME b TO e;
        ALTER TABLE t RENAME TO u;`),
      file('ALTER TABLE u ALTER e SET NOT NULL', '2_b'),
    ])
    expect(questions.filter(ofRows)).toMatchObject([
      {
        mayChange: null,
        asked: { kind: 'not-null', column: 'e', isNew: true },
        table: {
          base: { schema: null, name: 't' },
          alias: 'u',
          layers: [
            { kind: 'add', column: 'b', type: 'text', value: null, alias: 't' },
            {
              kind: 'set',
              values: [{ column: 'b', value: "coalesce(x.a, 'a, b')" }],
              where: 'x.c IS NULL',
              alias: 'x',
            },
            { kind: 'delete', where: 'd', alias: 't' },
            { kind: 'rename', column: 'b', to: 'e', alias: 't' },
          ],
        },
      },
    ])
  })

  test.each([
    ['UPDATE t SET a = o.a FROM o', 'the UPDATE on line 2 of 1_a'],
    ['UPDATE t SET a = (SELECT 1)', 'the UPDATE on line 2 of 1_a'],
    ['UPDATE t SET b = o.a FROM o', null],
    ['DELETE FROM t USING t AS o WHERE t.a = o.a', 'the DELETE on line 2 of 1_a'],
    ['DO $$ BEGIN END $$', 'the DO on line 2 of 1_a'],
    ['SELECT fill_all()', 'the SELECT on line 2 of 1_a'],
    ['INSERT INTO t VALUES (1)', null],
  ])('%s may change the answer: %s', async (sql, by) => {
    const { questions } = await questionsOf([file(`${sql};\nALTER TABLE t ALTER a SET NOT NULL;`)])
    expect(questions.filter(ofRows).map(({ mayChange }) => mayChange)).toEqual([by])
  })

  test('an UPDATE asks of the rows that it writes, as it leaves them, where that is known', async () => {
    const made = 'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID, DROP CONSTRAINT d'
    const { questions } = await questionsOf([
      file(`${made}; UPDATE t AS x SET a = 1 WHERE x.b; UPDATE t SET a = o.a FROM o`),
    ])
    const checks = { kind: 'unvalidated', made: [{ name: 'c', expression: 'a > 0' }], dropped: ['d'] }
    const written = [
      { kind: 'delete', where: '(x.b\n) IS NOT TRUE', alias: 'x' },
      { kind: 'set', values: [{ column: 'a', value: '1' }], where: null, alias: 'x' },
    ]
    expect(questions.map(({ asked, table }) => [asked, table?.layers])).toEqual([
      [{ ...checks, isFollowed: true }, written],
      [
        { ...checks, isFollowed: false },
        [{ kind: 'set', values: [{ column: 'a', value: '1' }], where: 'x.b', alias: 'x' }],
      ],
    ])
  })

  test('a type that the run makes is known by its labels, under whatever name', async () => {
    const found = await asked(`ALTER TYPE mood RENAME TO old_mood; CREATE TYPE new_mood AS ENUM ('sad');
      ALTER TYPE new_mood RENAME TO mood; ALTER TABLE t ALTER m TYPE mood USING CAST(m AS text)::mood`)
    expect(found).toEqual([
      {
        kind: 'retype',
        column: 'm',
        type: 'mood',
        using: 'CAST(m AS text)',
        made: { kind: 'enum', labels: ['sad'], extends: null },
      },
    ])
  })

  test('the search path of a file holds in it alone', async () => {
    const { questions } = await questionsOf([
      file('SET search_path TO s, public; ALTER TABLE t ALTER a SET NOT NULL'),
      file('ALTER TABLE t ALTER a SET NOT NULL', '2_b'),
    ])
    expect(questions.map(({ searchPath }) => searchPath)).toEqual([['s', 'public'], null])
  })
})

test('which tables are locked, read and written is known', async () => {
  const { touches } = await questionsOf([
    file(`ALTER TABLE a ADD COLUMN b serial; CREATE INDEX CONCURRENTLY ON c (d); ALTER TABLE e ADD FOREIGN KEY (f) REFERENCES g;
      ALTER TABLE h SET LOGGED; DROP TABLE i; VACUUM FULL j; UPDATE k SET l = 1;
      ALTER TABLE m ADD COLUMN n int REFERENCES o; ALTER TABLE p ADD COLUMN q int DEFAULT 1 REFERENCES r;`),
  ])
  expect(touches.map(({ table, mode, work }) => `${table.base.name} ${mode} ${work}`)).toEqual([
    'a AccessExclusiveLock rewrites',
    'c ShareUpdateExclusiveLock scans',
    'g ShareRowExclusiveLock none',
    'e ShareRowExclusiveLock scans',
    'h AccessExclusiveLock rewrites',
    'i AccessExclusiveLock none',
    'j AccessExclusiveLock rewrites',
    'k RowExclusiveLock scans',
    'm AccessExclusiveLock none',
    'o ShareRowExclusiveLock none',
    'm ShareRowExclusiveLock none',
    'p AccessExclusiveLock none',
    'r ShareRowExclusiveLock none',
    'p ShareRowExclusiveLock scans',
  ])
})
