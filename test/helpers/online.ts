import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect } from 'vitest'
import { check } from '../../src/commands/db/check.ts'
import { down } from '../../src/commands/db/migrate/down.ts'
import { up } from '../../src/commands/db/migrate/up.ts'
import { importDesign } from '../../src/commands/shared/import-design.ts'
import { differencesOf, withoutNotNullNames } from '../../src/core/schema/differences.ts'
import { contextIn, plainUp } from './context.ts'
import { catalogOf } from './design-versions.ts'
import type { Project } from './project.ts'

/** A design over a database that is in use. */
export interface OnlineChange {
  readonly what: string
  /** What the migrations have made. */
  readonly sql: string
  readonly design: string
  readonly renames?: readonly string[]
  readonly becomes?: readonly string[]
  /** The steps of the series, `contract` before those that wait. */
  readonly steps: readonly string[]
  /** Rows, put in once it is applied. */
  readonly rows?: string
  /** A query and what it gives before, after UP and after DOWN alike. */
  readonly kept?: readonly [sql: string, ...rows: unknown[][]]
}

/** Writes the series, and gives its steps. */
export async function writeSeries(
  project: Project,
  change: Pick<OnlineChange, 'design' | 'renames' | 'becomes'>,
  online = true,
) {
  writeFileSync(join(project.root, 'schema.dbml'), change.design)
  const told: string[] = []
  const { renames = [], becomes = [] } = change
  const options = { file: 'schema.dbml', name: 'it', allowDrops: true, renames, becomes, online }
  const { files, waiting } = await importDesign(contextIn(project, told), options)
  const steps = files.map((path) => {
    const step = basename(path, '.sql').replace(/^\d+_it_?/, '')
    return waiting.includes(path) ? `contract ${step}` : step
  })
  return { files, steps, told }
}

/** What check says of the series, but for what concerns the design itself. */
async function findingsOf(project: Project) {
  const { findings } = await check(contextIn(project), {
    scope: { kind: 'pending' },
    parts: ['parse', 'lint', 'proof'],
    failOn: 'error',
    format: 'human',
    report: null,
    on: null,
    base: null,
  })
  const ofDesign = [
    'proof/values-lost',
    'proof/column-order',
    'lint/foreign-key-without-index',
    'lint/ban-drop-not-null',
  ]
  return findings
    .filter(({ rule }) => !ofDesign.includes(rule))
    .map(({ rule, migration, message }) => [rule, migration, message])
}

const different = async (project: Project, before: Awaited<ReturnType<typeof catalogOf>>) =>
  differencesOf(withoutNotNullNames(before), withoutNotNullNames(await catalogOf(project)))

/** Writes the series, goes up and down, and expects that it leads where the plain migration does; check has seen UP twice. */
export async function expectOnline(project: Project, plain: Project, change: OnlineChange): Promise<void> {
  const context = contextIn(project)
  for (const one of [project, plain]) {
    await up(contextIn(one), plainUp)
    if (change.rows !== undefined) await one.query(change.rows)
  }
  const before = await catalogOf(project)
  await writeSeries(plain, change, false)
  await up(contextIn(plain), plainUp)
  const wanted = await catalogOf(plain)
  const { steps, files } = await writeSeries(project, change)
  expect(steps).toEqual(change.steps)
  const holds = async () => {
    const [sql, ...rows] = change.kept ?? ['SELECT', []]
    expect(await project.query(sql)).toEqual(rows)
  }
  expect(await findingsOf(project)).toEqual([])
  await up(context, plainUp)
  expect(await different(project, wanted)).toEqual([])
  await holds()
  await down(context, { ...plainUp, limit: { count: files.length } })
  expect(await different(project, before)).toEqual([])
  await holds()
}
