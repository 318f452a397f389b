import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureBatches } from './batches.ts'
import { flushTime } from './disk.ts'
import { install, versions } from './install.ts'
import { Lab, type Run } from './lab.ts'
import { readRecords, record } from './records.ts'
import { type Measured, render } from './render.ts'
import { measureTestDatabases } from './test-databases.ts'
import { cache, checkout, type Tool } from './tool.ts'
import { tools } from './tools.ts'
import { type Workload, workloads } from './workloads.ts'

const several = { type: 'string', multiple: true } as const
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    only: several,
    tool: several,
    render: { type: 'boolean' },
    'test-databases': { type: 'boolean' },
    /** Of a table of so many rows. */
    batches: { type: 'string' },
  },
})

/** The tools that take part in a workload. */
function toolsFor(lab: Lab, workload: Workload): Tool[] {
  const { tools: named, migrations } = workload
  return tools
    .filter(({ name }) => (named ? named.includes(name) : migrations === undefined || name !== 'node -e 0'))
    .filter(({ name }) => flags.tool?.includes(name) ?? true)
    .filter((tool) => lab.can(tool, workload))
}

/** Rounds in which each tool runs once, one after the other, so that what slows the machine down slows all of them. */
async function measureWorkload(lab: Lab, workload: Workload): Promise<Measured> {
  const own = toolsFor(lab, workload)
  const runs = new Map<string, Run[]>(own.map((tool) => [tool.name, []]))
  const rounds = flags.quick ? Math.ceil(workload.rounds / 5) : workload.rounds
  for (let round = 0; round < rounds; round++) {
    // Each begins a round once: the first after a pause finds colder caches.
    for (let i = 0; i < own.length; i++) {
      const tool = own[(i + round) % own.length]
      const done = runs.get(tool?.name ?? '')
      // What failed once fails again.
      if (tool && done && (done[0]?.status ?? 0) === 0) done.push(await lab.run(tool, workload))
    }
    process.stderr.write(`\r${workload.name}: ${round + 1} of ${rounds}   `)
  }
  process.stderr.write('\n')
  return { workload, date: new Date().toISOString().slice(0, 10), runs }
}

async function main(): Promise<void> {
  const chosen = workloads.filter(({ name }) => {
    if (flags.render) return false
    return flags.only ? flags.only.includes(name) : !(flags.quick && name.startsWith('up-5000'))
  })
  if (chosen.length === 0 && !flags.render)
    throw new Error(`--only takes: ${workloads.map(({ name }) => name).join(', ')}`)
  // Fewer rounds or tools than wanted are for a look, not for the record.
  const recorded = flags.tool === undefined && !flags.quick
  install()
  const lab = new Lab()
  const measured: Measured[] = []
  try {
    for (const workload of chosen) {
      measured.push(await measureWorkload(lab, workload))
      if (recorded) record(measured.at(-1) as Measured)
    }
  } finally {
    await lab.close()
  }
  const results = render(recorded ? readRecords() : measured, versions(), flushTime(cache))
  if (recorded) writeFileSync(join(checkout, 'bench', 'RESULTS.md'), results)
  else process.stdout.write(results)
}

if (flags['test-databases']) process.stdout.write(`${await measureTestDatabases()}\n`)
else if (flags.batches) process.stdout.write(`${await measureBatches(Number(flags.batches))}\n`)
else await main()
