import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startServer } from './server.ts'
import { cache, checkout } from './tool.ts'

const run = promisify(execFile)
const rounds = 3
const size = 5000

const procedure = `CREATE PROCEDURE fill(size int) LANGUAGE plpgsql AS $$
DECLARE last bigint := 0; first bigint; upto bigint;
BEGIN
  LOOP
    SELECT min(id), max(id) INTO first, upto FROM (SELECT id FROM big WHERE id > last ORDER BY id LIMIT size) AS keys;
    EXIT WHEN upto IS NULL;
    UPDATE big SET total = id % 1000 WHERE id BETWEEN first AND upto;
    COMMIT;
    last := upto;
  END LOOP;
END $$`

/**
 * How long all rows of a table are changed in batches, beside a procedure with COMMIT that does the same in the same
 * steps; and how long a session beside it waits at most for a row. In turns, each on a copy of the same table.
 */
export async function measureBatches(rows: number): Promise<string> {
  const server = await startServer(join(cache, 'batches'), true)
  const cwd = join(cache, 'batches-project')
  rmSync(cwd, { recursive: true, force: true })
  mkdirSync(join(cwd, 'nself', 'migrations'), { recursive: true })
  const write = (name: string, text: string) => writeFileSync(join(cwd, 'nself', 'migrations', name), text)
  const table = `CREATE TABLE big (id bigint PRIMARY KEY, total int, note text NOT NULL);
INSERT INTO big SELECT g, NULL, repeat('x', 60) FROM generate_series(1, ${rows}) AS g;`
  write('1_table.sql', table)
  write(
    '2_fill.sql',
    `-- nself: batch big by id, size ${size}\nUPDATE big SET total = id % 1000 WHERE id BETWEEN :from AND :to;`,
  )
  const url = (database: string) => `postgresql://postgres@127.0.0.1:${server.port}/${database}`
  const up = (database: string, ...args: string[]) =>
    run(process.execPath, [join(checkout, 'bin', 'nself.js'), 'up', ...args, '--database-url', url(database)], { cwd })
  server.sql('postgres', 'CREATE DATABASE filled')
  await up('filled', '1')
  server.sql('filled', procedure)
  server.sql('filled', 'VACUUM ANALYZE big')
  const copy = () => {
    server.sql('postgres', 'DROP DATABASE IF EXISTS one WITH (FORCE)')
    server.sql('postgres', 'CREATE DATABASE one TEMPLATE filled')
    server.sql('postgres', 'CHECKPOINT')
  }
  const ways = {
    nself: () => up('one'),
    procedure: async () => execFileSync('psql', ['-q', '-d', url('one'), '-c', `CALL fill(${size})`]),
  }
  const took: Record<keyof typeof ways, number[]> = { nself: [], procedure: [] }
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? (['nself', 'procedure'] as const) : (['procedure', 'nself'] as const)) {
      copy()
      const began = performance.now()
      await ways[way]()
      took[way].push(performance.now() - began)
    }
  }
  copy()
  const longest = await longestWait(url('one'), rows, ways.nself())
  server.stop()
  const [ours, theirs] = [medianOf(took.nself), medianOf(took.procedure)]
  const s = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  return `${rows.toLocaleString('en')} rows: nself ${s(ours)}, a procedure with COMMIT ${s(theirs)}, ${(theirs / ours).toFixed(2)} of its throughput; longest wait for a row ${Math.round(longest)} ms`
}

/** Changes one row after the other at random while something runs. */
async function longestWait(connectionString: string, rows: number, running: Promise<unknown>): Promise<number> {
  const { Client } = createRequire(join(checkout, 'package.json'))('pg')
  const client = new Client({ connectionString })
  await client.connect()
  let isOver = false
  void running.finally(() => {
    isOver = true
  })
  let longest = 0
  while (!isOver) {
    const began = performance.now()
    await client.query('UPDATE big SET note = note WHERE id = $1', [1 + Math.floor(Math.random() * rows)])
    longest = Math.max(longest, performance.now() - began)
  }
  await client.end()
  await running
  return longest
}

const medianOf = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
