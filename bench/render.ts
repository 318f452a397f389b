import { cpus, totalmem } from 'node:os'
import type { Run } from './lab.ts'
import { type Median, targets } from './targets.ts'
import type { Workload } from './workloads.ts'

export interface Measured {
  readonly workload: Workload
  readonly date: string
  /** By the name of the tool, in the order of the rounds. */
  readonly runs: ReadonlyMap<string, readonly Run[]>
}

/** Everything that was measured, as markdown. @param flush what flushTime says, in milliseconds. */
export function render(measured: readonly Measured[], versions: readonly string[], flush: number): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB`
  return `# Speed

Written by \`npm run bench\` on ${machine}, ${process.platform}.
${versions.join(' · ')}.

Medians of rounds in which each tool runs once, one after the other. The ratio is nself's figure divided by the other's: below
1 nself is faster. Wall-clock and CPU seconds are those of the tool with all its children; the server runs on the same machine.
To flush 8 kB to its disk takes ${flush.toFixed(2)} ms: so much nself saves with each commit that it does not flush, for the last one
flushes all of them.

## Targets

${renderTargets(measured)}
${measured.map(renderWorkload).join('\n')}`
}

function renderTargets(measured: readonly Measured[]): string {
  const median: Median = (name, tool, figure) => {
    const runs = measured.find(({ workload }) => workload.name === name)?.runs.get(tool) ?? []
    return medianOf(runs.filter((run) => run.status === 0).map((run) => run[figure]))
  }
  const lines = targets.flatMap(({ what, atMost, unit, got, because }) => {
    const value = got(median)
    if (Number.isNaN(value)) return []
    const shown = unit === 'MB' ? value.toFixed(0) : value.toFixed(2)
    return [
      `| ${what} | ${atMost} ${unit} | ${shown} ${unit} | ${value <= atMost ? 'yes' : `**no**${because ? `: ${because}` : ''}`} |`,
    ]
  })
  return ['| | at most | measured | reached |', '| --- | --- | --- | --- |', ...lines, ''].join('\n')
}

function renderWorkload({ workload, date, runs }: Measured): string {
  const { title, compares, migrations, runners } = workload
  const memory = typeof migrations === 'string'
  const head = ['', 'wall, s', 'CPU, s', `ratio of ${compares === 'cpu' ? 'CPU' : 'wall'}`]
  if (memory) head.push('client, MB', 'backend, MB')
  if (runners && migrations) head.push('exit ≠ 0', 'applied twice')
  const own = medianOf((runs.get('nself') ?? []).map((run) => run[compares]))
  const lines = [...runs].map(([tool, list]) => {
    const failed = list.find((run) => run.status !== 0)
    if (failed) return [tool, `fails: ${reasonOf(failed)}`, ...head.slice(2).map(() => '')]
    const of = (figure: 'wall' | 'cpu' | 'clientPeak' | 'backendPeak') => medianOf(list.map((run) => run[figure]))
    const ratio = own / of(compares)
    const cells = [tool, of('wall').toFixed(3), of('cpu').toFixed(3), Number.isNaN(ratio) ? '' : ratio.toFixed(2)]
    if (memory) cells.push(of('clientPeak').toFixed(0), of('backendPeak').toFixed(0))
    const worst = (figure: 'failures' | 'twice') => Math.max(...list.map((run) => run[figure]))
    if (runners && migrations) cells.push(`${worst('failures')} of ${runners}`, String(worst('twice')))
    return cells
  })
  const rounds = Math.max(...[...runs.values()].map((list) => list.length))
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
  return [`## ${title}`, '', ...table, '', `${date}, ${rounds} round${rounds === 1 ? '' : 's'}.`, ''].join('\n')
}

function reasonOf({ output, status }: Run): string {
  const line = /out of shared memory|too many locks|[^\n]*\berror\b[^\n]*/i.exec(output)?.[0].trim()
  return (line ?? `exit status ${status}`).replaceAll('|', '/').slice(0, 80)
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
