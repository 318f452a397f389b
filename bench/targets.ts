/** The median of a figure of one tool in one workload; NaN where it was not measured. */
export type Median = (workload: string, tool: string, figure: Figure) => number
type Figure = 'cpu' | 'wall' | 'clientPeak' | 'backendPeak'

export interface Target {
  readonly what: string
  readonly atMost: number
  readonly unit: '×' | 'MB' | 's'
  readonly got: (median: Median) => number
  /** Why, where it is missed. */
  readonly because?: string
}

const psql = 'psql, a transaction a file'

function ratio(workload: string, what: string, figure: 'cpu' | 'wall', than: string, atMost: number): Target {
  const got = (median: Median) => median(workload, 'nself', figure) / median(workload, than, figure)
  return { what: `${what} ÷ ${than}`, atMost, unit: '×', got }
}

function memory(workload: string, what: string, figure: 'clientPeak' | 'backendPeak', atMost: number): Target {
  return { what, atMost, unit: 'MB', got: (median) => median(workload, 'nself', figure) }
}

function seconds(workload: string, what: string, atMost: number): Target {
  return { what, atMost, unit: 's', got: (median) => median(workload, 'nself', 'wall') }
}

const statusTargets = (['', '-node22', '-node24'] as const).flatMap((node) =>
  ['node-pg-migrate', 'graphile-migrate', 'knex'].map((than) =>
    ratio(`status-1000${node}`, `status with 1,000 applied, CPU, Node ${node.slice(5) || '20'}`, 'cpu', than, 1),
  ),
)

function statusStart(node: '22' | '24'): Target {
  return ratio(`status-1000-node${node}`, `status with 1,000 applied, CPU, Node ${node}`, 'cpu', 'node -e 0', 2.6)
}

const starting =
  'the shortest script that connects with pg, reads and hashes 1,000 files and asks for the rows needs 3.2 to 3.9 of it; the ' +
  'rest is to load and compile what prints the table ([start](../docs/decisions/start.md))'

/** What holds for each of the large runs. */
const flushes =
  'nself flushes one commit in place of all, and waits for no answer between them; where a flush takes 0.1 ms there is little to ' +
  'save by that: psql -1, which commits once and tracks nothing, takes 0.91 of the time of psql with 1,000. The rest is the ' +
  "server's work on tables, indexes and their files, the same for all: 2.3 s of nself's 2.6 s with 1,000; 0.15 s are its start, " +
  '0.1 s the fingerprint of the schema. With each flush made 1.4 ms longer the ratios with 1,000 are 0.87 and 0.81'

export const targets: readonly Target[] = [
  { ...ratio('up-1000', 'up of 1,000', 'wall', psql, 0.9), because: flushes },
  { ...ratio('up-1000', 'up of 1,000', 'wall', 'dbmate', 0.7), because: 'as above' },
  { ...ratio('up-5000', 'up of 5,000', 'wall', psql, 0.65), because: 'as above' },
  { ...ratio('up-5000', 'up of 5,000', 'wall', 'dbmate', 0.45), because: 'as above' },
  ratio('up-100-20ms', 'up of 100, 20 ms away', 'wall', psql, 0.12),
  ratio('up-100-20ms', 'up of 100, 20 ms away', 'wall', 'dbmate', 0.07),
  { ...statusStart('22'), because: starting },
  { ...statusStart('24'), because: 'as above' },
  ...statusTargets,
  {
    what: 'status with 10,000 applied ÷ with 10',
    atMost: 4,
    unit: '×',
    got: (median) => median('status-10000', 'nself', 'wall') / median('status-10', 'nself', 'wall'),
  },
  ratio('version-node22', '--version, CPU, Node 22', 'cpu', 'node -e 0', 1.3),
  ratio('version-node24', '--version, CPU, Node 24', 'cpu', 'node -e 0', 1.3),
  ratio('insert-100mb', '100 MB of INSERTs', 'wall', psql, 1),
  memory('insert-100mb', '100 MB of INSERTs, memory of the client', 'clientPeak', 100),
  memory('insert-100mb', '100 MB of INSERTs, memory of the backend', 'backendPeak', 20),
  {
    ...ratio('copy-100mb', '100 MB of COPY data', 'wall', psql, 1.2),
    because:
      'psql sends what it reads; nself first reads and parses the whole file, so that a fault at its end is found before ' +
      "anything runs. The server's COPY takes the same 0.51 s from both. Besides nself needs 0.11 s to start and connect, " +
      '0.09 s for that first pass, 0.04 s for the tables that it keeps, which this run makes, and 0.03 s for the fingerprint',
  },
  {
    what: '20,000 statements outside a transaction ÷ 10,000',
    atMost: 2.2,
    unit: '×',
    got: (median) => median('statements-20000', 'nself', 'wall') / median('statements-10000', 'nself', 'wall'),
  },
  memory('copy-100mb', '100 MB of COPY data, memory of the client', 'clientPeak', 110),
  {
    what: 'eight runners at once ÷ (one runner + eight starts)',
    atMost: 1.3,
    unit: '×',
    got: (median) =>
      median('eight-runners', 'nself', 'wall') /
      (median('one-runner', 'nself', 'wall') + median('eight-starts', 'nself', 'wall')),
  },
  seconds('design-new', 'import of a new design of 1,000 tables', 8),
  seconds('design-same', 'import of it without a change', 2),
  seconds('design-column', 'import of one more column', 6),
  seconds('design-drift', 'status --drift with 1,000 tables', 3),
  seconds('design-sql', 'schema diff --sql of one column in 1,000 tables', 5),
  seconds('check-all', 'check --all of 362 migrations', 60),
  seconds('check-added', 'check of one migration that is added to 361', 5),
  {
    what: 'import of a new design of 1,000 tables ÷ of 250',
    atMost: 4.4,
    unit: '×',
    got: (median) => median('design-new', 'nself', 'wall') / median('design-new-250', 'nself', 'wall'),
  },
]
