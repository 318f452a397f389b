import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { install, versions } from './install.ts'
import { Lab, type Run } from './lab.ts'
import { type Measured, render } from './render.ts'
import { checkout } from './tool.ts'
import { tools } from './tools.ts'
import { type Workload, workloads } from './workloads.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string', multiple: true }, out: { type: 'string' } },
})

/** Rounds in which each tool runs once, one after the other, so that what slows the machine down slows all of them. */
async function measureWorkload(lab: Lab, workload: Workload): Promise<Measured> {
  const taking = tools.filter((tool) => (workload.tools?.includes(tool.name) ?? true) && lab.can(tool, workload))
  const own =
    workload.tools === undefined && workload.migrations ? taking.filter((tool) => tool.name !== 'node -e 0') : taking
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
  return { workload, runs }
}

async function main(): Promise<void> {
  const chosen = workloads.filter(({ name }) =>
    flags.only ? flags.only.includes(name) : !(flags.quick && name.startsWith('up-5000')),
  )
  if (chosen.length === 0) throw new Error(`--only takes: ${workloads.map(({ name }) => name).join(', ')}`)
  install()
  const lab = new Lab()
  const measured: Measured[] = []
  try {
    for (const workload of chosen) measured.push(await measureWorkload(lab, workload))
  } finally {
    await lab.close()
  }
  const text = render(measured, versions())
  const whole = flags.only === undefined && !flags.quick
  if (whole || flags.out) writeFileSync(flags.out ?? join(checkout, 'bench', 'RESULTS.md'), text)
  else process.stdout.write(text)
}

await main()
