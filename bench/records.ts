import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from './lab.ts'
import type { Measured } from './render.ts'
import { cache, made } from './tool.ts'
import { workloads } from './workloads.ts'

const pathOf = (name: string) => join(made(cache, 'records'), `${name}.json`)

/** Keeps what was measured of one workload, in place of what was measured before. */
export function record({ workload, date, runs }: Measured): void {
  const brief = [...runs].map(([tool, list]) => [tool, list.map((run) => ({ ...run, output: run.output.slice(-500) }))])
  writeFileSync(pathOf(workload.name), JSON.stringify({ date, runs: brief }))
}

/** What was last measured of each workload. */
export function readRecords(): Measured[] {
  return workloads.flatMap((workload) => {
    const path = pathOf(workload.name)
    if (!existsSync(path)) return []
    const { date, runs } = JSON.parse(readFileSync(path, 'utf8')) as { date: string; runs: [string, Run[]][] }
    return [{ workload, date, runs: new Map(runs) }]
  })
}
