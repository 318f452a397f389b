import { expect, test } from 'vitest'
import { leavesConnection } from '../../src/core/psql-command.ts'

test.each([
  '\\c "host=/tmp user=postgres"',
  '\\connect postgresql://postgres@127.0.0.1/shop',
  '\\c shop postgres 127.0.0.1 5432',
  '\\c host=/tmp',
  '\\c - - /tmp',
  'SELECT 1; \\c host=/tmp',
  '\\c"host=/tmp"',
  '\\i other.sql',
  '\\ir other.sql',
  '\\! psql',
  "\\set x '\\\\c host=/tmp'",
  '\\set x :a:b',
  '\\set x `cat commands`',
  'SELECT 1 AS x \\gset',
  '\\prompt x',
  '\\o |psql',
  'SELECT 1 \\g | psql',
  "\\copy t to program 'psql'",
])('%s can leave its connection', (line) => expect(leavesConnection(line)).toBe(true))

test.each([
  '\\c',
  '\\c shop',
  '\\connect other-db',
  '\\c shop \\\\ SELECT 1;',
  '\\conninfo',
  '\\copy t TO stdout',
  '\\crosstabview',
  '\\d+ t',
  '\\set ON_ERROR_STOP on',
  '\\echo done',
  '\\x \\\\ SELECT 1;',
  "SELECT a || b, ':c' FROM t WHERE a ~ '\\d';",
])('%s stays on its connection', (line) => expect(leavesConnection(line)).toBe(false))
