import type { CheckTask } from './checks.ts'
import type { Comparison, DesignTask } from './designs.ts'
import type { Kind, Large } from './migrations.ts'
import type { Action } from './tool.ts'

export interface Workload {
  readonly name: string
  readonly title: string
  readonly action: Action
  /** Of what stands in the folder: so many small migrations, or a large one; without it there is no database. */
  readonly migrations?: { readonly kind: Kind; readonly count: number } | Large
  /** A design and what is compared with it, in place of migrations. */
  readonly design?: DesignTask
  /** A history that is checked, in place of migrations. */
  readonly check?: CheckTask
  /** They are applied before the measured command begins. */
  readonly applied?: true
  /** The tools that run it; without it all that can. */
  readonly tools?: readonly string[]
  readonly node?: '22' | '24'
  readonly fsync?: false
  /** How far away the server is, there and back, in milliseconds. */
  readonly away?: number
  /** So many at once. */
  readonly runners?: number
  readonly compares: 'cpu' | 'wall'
  readonly rounds: number
}

const onNode = ['nself', 'node-pg-migrate', 'graphile-migrate', 'knex', 'node -e 0']
const rows = (count: number) => ({ kind: 'rows', count }) as const
const tables = (count: number) => ({ kind: 'tables', count }) as const
const of = (count: number) => count.toLocaleString('en')

function start(action: 'version' | 'help', node?: '22' | '24'): Workload {
  const all = { action, compares: 'cpu', rounds: 31 } as const
  if (node === undefined) return { ...all, name: action, title: `\`--${action}\`` }
  return { ...all, name: `${action}-node${node}`, title: `\`--${action}\`, on Node ${node}`, tools: onNode, node }
}

function status(count: number, rounds: number, node?: '22' | '24'): Workload {
  return {
    name: `status-${count}${node ? `-node${node}` : ''}`,
    title: `status with ${of(count)} applied${node ? `, on Node ${node}` : ''}`,
    action: 'status',
    migrations: rows(count),
    applied: true,
    tools: node ? onNode : ['dbmate', ...onNode],
    ...(node ? { node } : {}),
    fsync: false,
    compares: 'cpu',
    rounds,
  }
}

function up(count: number, rounds: number, fsync?: false): Workload {
  return {
    name: `up-${count}${fsync === false ? '-nofsync' : ''}`,
    title: `up of ${of(count)}${fsync === false ? ', fsync off' : ''}`,
    action: 'up',
    migrations: tables(count),
    ...(fsync === false ? { fsync } : {}),
    compares: 'wall',
    rounds,
  }
}

function large(how: 'insert' | 'copy', what: string): Workload {
  return {
    name: `${how}-100mb`,
    title: `one migration with 100 MB of ${what}`,
    action: 'up',
    migrations: how,
    compares: 'wall',
    rounds: 5,
  }
}

function statements(count: 10_000 | 20_000): Workload {
  return {
    ...large('insert', ''),
    name: `statements-${count}`,
    title: `one migration of ${of(count)} statements outside a transaction, each journaled`,
    migrations: `statements-${count}`,
    tools: ['nself', 'psql, a transaction a file'],
  }
}

function design(comparison: Comparison, title: string, tables = 1000): Workload {
  return {
    name: `design-${comparison}${tables === 1000 ? '' : `-${tables}`}`,
    title: `${title}, ${of(tables)} tables`,
    action: 'diff',
    design: { tables, comparison },
    tools: comparison === 'sql' ? ['nself', 'pg-delta alone'] : ['nself'],
    compares: 'wall',
    rounds: 3,
  }
}

function check(what: CheckTask['what'], title: string): Workload {
  return {
    name: `check-${what}`,
    title,
    action: 'check',
    check: { migrations: 362, what },
    tools: ['nself'],
    compares: 'wall',
    rounds: 3,
  }
}

export const workloads: readonly Workload[] = [
  start('version'),
  start('version', '22'),
  start('version', '24'),
  start('help'),
  status(10, 15),
  status(1000, 15),
  status(1000, 15, '22'),
  status(1000, 15, '24'),
  status(10_000, 7),
  {
    ...status(1000, 9),
    name: 'up-nothing',
    title: 'up of 1,000 with nothing to do',
    action: 'up',
    tools: ['dbmate', 'drizzle-orm', ...onNode],
  },
  up(1, 9),
  up(100, 7),
  up(1000, 5),
  up(5000, 3),
  up(1, 9, false),
  up(100, 7, false),
  up(1000, 5, false),
  up(5000, 3, false),
  { ...up(1000, 3), name: 'down-1000', title: 'down of 1,000', action: 'down', applied: true },
  { ...up(100, 5), name: 'up-100-20ms', title: 'up of 100, the server 20 ms away', away: 20 },
  large('insert', 'INSERTs'),
  large('copy', 'COPY data'),
  statements(10_000),
  statements(20_000),
  { ...up(100, 5), name: 'one-runner', title: 'up of 100 that only add a row', migrations: rows(100) },
  { ...up(100, 5), name: 'eight-runners', title: 'the same by eight at once', migrations: rows(100), runners: 8 },
  {
    ...start('version'),
    name: 'eight-starts',
    title: 'eight starts at once',
    tools: ['nself'],
    runners: 8,
    rounds: 9,
  },
  design('new', 'import of a new design', 250),
  design('new', 'import of a new design'),
  design('same', 'import of a design without a change'),
  design('column', 'import of one more column'),
  design('drift', 'status --drift'),
  design('sql', 'schema diff --sql of two databases that one column tells apart'),
  check('all', 'check --all of 362 migrations'),
  check('added', 'check of the one migration that a branch adds to 361'),
]
