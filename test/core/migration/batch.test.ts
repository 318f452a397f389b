import { describe, expect, test } from 'vitest'
import type { Batch } from '../../../src/core/migration/batch.ts'
import { batchFault } from '../../../src/core/migration/batch-faults.ts'
import { batchLine } from '../../../src/core/migration/batch-line.ts'
import { fillBatch, writtenPlace } from '../../../src/core/migration/batch-section.ts'
import { BatchSize } from '../../../src/core/migration/batch-size.ts'
import type { Migration } from '../../../src/core/migration/migration.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import type { HeldSection } from '../../../src/core/migration/section.ts'
import { wholeText } from '../../../src/core/migration/section-text.ts'
import { parseStoredDown, storedDown } from '../../../src/core/migration/stored-down.ts'
import { noVariables, VariableValues } from '../../../src/core/migration/variables.ts'
import { loadParser } from '../../../src/parsers/postgres/parser.ts'
import { errorOf } from '../../helpers/history.ts'

const parse = (text: string): Migration => parseMigration('001_a.sql', { version: '1', name: '001_a' }, text)
const update = 'UPDATE orders SET total = 1 WHERE id BETWEEN :from AND :to'

describe('a batch header', () => {
  const by = (key: string[], more: object = {}) => ({ kind: 'by-key', key, size: 5000, pauseMs: 0, ...more })
  const orders = { table: { schema: null, name: 'orders' } }

  test.each<[string, object]>([
    ['orders by id', by(['id'], orders)],
    ['Orders BY Id, size 200, pause 50ms', by(['id'], { ...orders, size: 200, pauseMs: 50 })],
    ['orders by id, pause 2s, size 1', by(['id'], { ...orders, size: 1, pauseMs: 2000 })],
    ['orders by (tenant_id, "Id")', by(['tenant_id', 'Id'], orders)],
    ['"My Shop"."Order, ""all""" by id', by(['id'], { table: { schema: 'My Shop', name: 'Order, "all"' } })],
    ['shop.orders by id', by(['id'], { table: { schema: 'shop', name: 'orders' } })],
  ])('is understood: %s', (text, batch) => {
    expect(parse(`-- UP\n-- nself: batch ${text}\n${update};`).up).toMatchObject({ transaction: false, batch })
  })

  test('lets a statement that limits itself run until no row is left', () => {
    const { up } = parse('-- nself: batch orders until no row is left, pause 1min\nDELETE FROM orders;')
    expect(up.batch).toEqual({ kind: 'until-none', ...orders, pauseMs: 60_000 })
  })

  test('belongs to UP where it stands before all markers', () => {
    const { up, down } = parse(`-- nself: batch orders by id\n-- UP\n${update};\n-- DOWN\nSELECT 1;`)
    expect([up.batch?.kind, down?.batch, down?.transaction]).toEqual(['by-key', null, true])
  })

  test.each<[what: string, text: string, message: string | RegExp, line: number]>([
    ['another form', '-- UP\n-- nself: batch orders', 'the header batch is not understood', 2],
    ['several columns without parentheses', '-- nself: batch a by b, c', /option .* not understood: c/, 1],
    ['an unknown option', '-- nself: batch a by b, sleep 5s', /option .* not understood: sleep 5s/, 1],
    ['an option twice', '-- nself: batch a by b, size 5, size 6', /option .* not understood: size 6/, 1],
    ['no rows at a time', '-- nself: batch a by b, size 0', /option .* not understood: size 0/, 1],
    ['a column twice', '-- nself: batch a by (b, b)', 'the header batch names b twice', 1],
    ['a size of what limits itself', '-- nself: batch a until no row is left, size 5', /says itself how many rows/, 1],
    ['no colon behind nself', '-- nself batch a by b', /looks like a header but is not one/, 1],
    [
      'a second one',
      `-- nself: batch a by b\n-- nself: batch a by b\n${update}`,
      'a second batch header in one section',
      2,
    ],
    ['no statement', '-- UP\n-- nself: batch a by b\n-- DOWN', 'a batch header stands over no statement', 2],
    ['several statements', `-- nself: batch a by b\n${update};\nSELECT 2;`, /stands over 2 statements/, 1],
    ['BEGIN and COMMIT', `-- nself: batch a by b\nBEGIN;\n${update};\nCOMMIT;`, /has a transaction of its own/, 1],
    ['a place below the statement', `${update};\n-- nself: batch a by b`, /stands below a statement/, 2],
    ['a statement without its ends', '-- nself: batch a by b\nUPDATE a SET c = 1', /does not use :from and :to/, 2],
    ['a statement with one end', '-- nself: batch a by b\nDELETE FROM a\nWHERE b >= :from', /does not use :to/, 2],
    ['ends in a string', `-- nself: batch a by b\nUPDATE a SET c = ':from :to'`, /does not use :from and :to/, 2],
    ['ends of another name', '-- nself: batch a by b\nUPDATE a SET c = :fromage + :total', /does not use :from/, 2],
    [
      'ends without a key',
      '-- nself: batch a until no row is left\nDELETE FROM a\nWHERE b < :to',
      ':to has no value in batches that run until no row is left',
      3,
    ],
    ['what may commit', '-- nself: batch a by b\nCALL c(:from, :to)', 'CALL cannot run as batches', 2],
    ['a SELECT until no row is left', '-- nself: batch a until no row is left\nSELECT c()', /SELECT cannot run/, 2],
  ])('is refused over %s', (_, text, message, line) => {
    const error = errorOf(() => parse(text))
    expect(error.code).toBe('invalid-migration')
    expect(error.message).toMatch(message)
    expect(error.location?.line).toBe(line)
  })
})

describe('the statement of batches', () => {
  test('is parsed with parameters in the place of its ends, and shown as it is written', () => {
    const text = `-- UP\n-- nself: batch orders by id\n-- nself: variables a\nUPDATE orders SET note = :'a' || ':to' WHERE id>=:from AND id<=:to::int;\n`
    const { up } = parse(text)
    const filled = new VariableValues(() => 'x').fill(up, '001_a.sql') as HeldSection
    expect(filled.sql).toContain(`note =  'x'  || ':to' WHERE id>=$1    AND id<=$2 ::int;`)
    expect(wholeText(filled)).toContain(`note =  'x'  || ':to' WHERE id>=:from AND id<=:to::int;`)
    expect(wholeText(noVariables.fill(parse(`-- nself: batch orders by id\n${update}`).up, ''))).toContain(update)
  })

  test('is stored of a DOWN as it is written, with its header', () => {
    const file = parse(`-- UP\nSELECT 1;\n-- DOWN\n-- nself: batch orders by id, size 7\n${update};\n`)
    const stored = storedDown(file) ?? ''
    expect(stored).toBe(`\n-- nself: batch orders by id, size 7\n${update};\n`)
    expect(parseStoredDown('1', '001_a', stored)).toMatchObject({ batch: { size: 7 }, sql: file.down?.sql })
  })

  test('is filled in with the keys of a batch, and a place in it is found in what is written', () => {
    const filled = fillBatch('a >=:from AND b BETWEEN:TO AND c', { from: "'1'::int", to: "'20'::int" })
    expect(filled.sql).toBe("a >='1'::int AND b BETWEEN '20'::int AND c")
    expect(['a', "'1'", 'b', "'20'", 'c'].map((word) => writtenPlace(filled, filled.sql.indexOf(word)))).toEqual([
      0, 4, 14, 23, 31,
    ])
  })
})

describe('a statement that does not fit its batches', () => {
  const byKey: Batch = { kind: 'by-key', table: { schema: null, name: 'a' }, key: ['b'], size: 1, pauseMs: 0 }
  const rest: Batch = { kind: 'until-none', table: byKey.table, pauseMs: 0 }

  test.each<[sql: string, batch: Batch, at: string | null]>([
    ['UPDATE a SET c = 1 WHERE b BETWEEN $1 AND $2', byKey, null],
    ['UPDATE a SET c = 1 WHERE b >= $1 AND $2::int >= b', byKey, null],
    ['UPDATE a SET c = 1 WHERE b > $1 AND b <= $2', byKey, 'leaves out the first row'],
    ['UPDATE a SET c = 1 WHERE $1::bigint < b', byKey, 'leaves out the first row'],
    ['UPDATE a SET c = 1 WHERE b >= $1 AND b < $2', byKey, 'leaves out the last row'],
    ['UPDATE a SET c = 1 WHERE b >= $1 AND $2 > b', byKey, 'leaves out the last row'],
    ['UPDATE a SET c = 1 WHERE b BETWEEN SYMMETRIC $2 AND $1', byKey, null],
    ['UPDATE a SET c = 1 WHERE b NOT BETWEEN $1 AND $2 OR b BETWEEN $1 AND $2', byKey, null],
    ['UPDATE a SET c = 1 WHERE b BETWEEN $2 AND $1', byKey, ':from and :to stand the wrong way round'],
    ['UPDATE a SET c = 1 WHERE (b, c) BETWEEN $2::x AND $1::x', byKey, ':from and :to stand the wrong way round'],
    ['UPDATE a SET c = 1 WHERE b >= $2 AND b <= $1', byKey, ':from and :to stand the wrong way round'],
    ['UPDATE a SET c = 1 WHERE b >= $1 AND $2 <= b', byKey, ':from and :to stand the wrong way round'],
    ['UPDATE a SET c = 1, b = b + 1 WHERE b BETWEEN $1 AND $2', byKey, 'changes b, the key'],
    ['UPDATE z.a SET b = 1 WHERE b BETWEEN $1 AND $2', byKey, 'changes b, the key'],
    ['UPDATE other SET b = 1 WHERE b BETWEEN $1 AND $2', byKey, null],
    ['INSERT INTO other SELECT * FROM a WHERE b BETWEEN $1 AND $2', byKey, null],
    ['INSERT INTO a SELECT * FROM a WHERE b BETWEEN $1 AND $2', byKey, 'adds rows to a'],
    ['INSERT INTO a SELECT b FROM a ON CONFLICT (b) DO UPDATE SET b = 2', byKey, 'changes b, the key'],
    ['MERGE INTO a USING a x ON a.b = x.b WHEN MATCHED THEN UPDATE SET b = $1', byKey, 'changes b, the key'],
    ['MERGE INTO a USING o ON b = o.b WHEN NOT MATCHED THEN INSERT VALUES ($1)', byKey, 'adds rows to a'],
    ['WITH x AS (UPDATE a SET b = 1 RETURNING 1) SELECT $1, $2', byKey, 'changes b, the key'],
    ['WITH x AS (DELETE FROM a RETURNING 1) SELECT count(*) FROM x', rest, 'a SELECT tells no number'],
    ['DELETE FROM a WHERE ctid IN (SELECT ctid FROM a LIMIT 5)', rest, null],
  ])('%s', async (sql, batch, message) => {
    const { parse: treeOf } = await loadParser()
    const fault = batchFault(treeOf(sql), batch)
    if (message === null) expect(fault).toBeNull()
    else expect(fault?.message).toContain(message)
  })
})

describe('the size of batches', () => {
  test('begins with few rows, and grows while they are quick, up to what the header says', () => {
    const size = new BatchSize(5000)
    const sizes = [100, 240, 249, 20].map((ms) => {
      size.took(ms, size.now)
      return size.now
    })
    expect([new BatchSize(5000).now, new BatchSize(10).now, ...sizes]).toEqual([1000, 10, 2000, 4000, 5000, 5000])
  })

  test('shrinks where a batch takes long, or somebody waits, and stays where it is right', () => {
    const size = new BatchSize(1000)
    const steps = [
      () => size.took(4000, 1000),
      () => size.took(300, 100),
      () => size.stepBack(),
      () => size.took(9e9, 1),
    ]
    expect(
      steps.map((step) => {
        step()
        return size.now
      }),
    ).toEqual([100, 100, 50, 1])
  })
})

test.each<
  [done: [batches: number, rows: number, of: number], size: number | null, ms: number, rows: number, line: string]
>([
  [
    [14, 70_000, 440_000],
    5000,
    11_000,
    70_000,
    'batch 14 of 88 · 70,000 of about 440,000 rows · 6,364 rows/s · 11 s, about 58 s left',
  ],
  [
    [3, 9000, 10_000],
    5000,
    90_400,
    1000,
    'batch 3 of 4 · 9,000 of about 10,000 rows · 11 rows/s · 1 min 30 s, about 1 min 30 s left',
  ],
  [[3, 9000, 8000], 5000, 1000, 9000, 'batch 3 · 9,000 rows · 9,000 rows/s · 1 s'],
  [[2, 900, 10_000], null, 0, 0, 'batch 2 · 900 of about 10,000 rows · 0 rows/s · 0 s'],
  [
    [1, 1000, 36_001_000],
    1000,
    1000,
    1000,
    'batch 1 of 36,001 · 1,000 of about 36,001,000 rows · 1,000 rows/s · 1 s, about 10 h 0 min left',
  ],
])('how far batches have come is told in a line: %j', ([batches, rows, of], size, ms, inThisRun, line) => {
  expect(batchLine({ batches, rows, of }, size, { ms, rows: inThisRun })).toBe(`${line} · Ctrl-C is safe`)
})
