import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NselfError } from '../../../src/core/errors.ts'
import type { Applied, Migration } from '../../../src/core/migration/migration.ts'
import { compare } from '../../../src/core/migration/state.ts'
import { planDown } from '../../../src/core/plan/down.ts'
import { planFresh } from '../../../src/core/plan/fresh.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { planUp } from '../../../src/core/plan/up.ts'
import { file, row } from '../../helpers/history.ts'

/** One version: on which earlier ones of a random order it depends, and whether it is applied and its file is here. */
const version = fc.record({
  dependsOn: fc.array(fc.nat({ max: 30 }), { maxLength: 3 }),
  applied: fc.boolean(),
  missing: fc.boolean(),
})

/** A folder beside a history. Nothing depends on a later one of the random order, nor on a file that is nowhere. */
const world = fc
  .uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 12 })
  .chain((versions) =>
    fc.tuple(fc.constant(versions), fc.tuple(...versions.map(() => version)), fc.infiniteStream(fc.nat())),
  )
  .map(([versions, kinds, chance]) => {
    const files: Migration[] = []
    const history: { of: Migration; place: number }[] = []
    for (const [i, kind] of kinds.entries()) {
      const dependsOn = versions
        .slice(0, i)
        .filter((other) => kind.dependsOn.includes(other))
        .map(String)
      const of = {
        ...file(`${versions[i]}_a`, { up: `SELECT ${versions[i]};` }),
        dependsOn: dependsOn.map((text) => ({ version: text, text })),
      }
      if (kind.applied) history.push({ of, place: chance.next().value as number })
      if (!kind.applied || !kind.missing) files.push(of)
    }
    const rows = history.sort((x, y) => x.place - y.place).map(({ of }, i) => row(of, i + 1))
    return { files, rows }
  })

const versionsOf = (plan: Plan) => plan.steps.map((step) => String(step.version))

/** The history once a plan was run. */
function run(plan: Plan, history: readonly Applied[]): Applied[] {
  let rows = [...history]
  for (const { direction, version, file } of plan.steps) {
    if (direction === 'down') rows = rows.filter((other) => other.version !== version)
    else rows.push(row(file as Migration, (rows.at(-1)?.position ?? 0) + 1))
  }
  return rows
}

test('up applies each pending migration once, each after what it depends on, and then nothing', () => {
  fc.assert(
    fc.property(world, ({ files, rows }) => {
      const plan = planUp(compare(files, rows), { allowOutOfOrder: true })
      const applied = new Set(rows.map((other) => other.version))
      expect(new Set(versionsOf(plan))).toEqual(new Set(files.map((of) => of.version).filter((of) => !applied.has(of))))
      for (const { version, file } of plan.steps) {
        expect(applied).not.toContain(version)
        // What is applied already may have been applied before it depended on anything.
        for (const dependency of file?.dependsOn ?? []) expect(applied).toContain(dependency.version)
        applied.add(String(version))
      }
      expect(planUp(compare(files, run(plan, rows))).steps).toEqual([])
    }),
  )
})

test('up with a limit does the first steps of up without one', () => {
  fc.assert(
    fc.property(world, fc.nat({ max: 12 }), ({ files, rows }, count) => {
      const state = compare(files, rows)
      const all = planUp(state, { allowOutOfOrder: true })
      expect(planUp(state, { count, allowOutOfOrder: true }).steps).toEqual(all.steps.slice(0, count))
      const to = all.steps[count]?.version ?? undefined
      if (to !== undefined)
        expect(planUp(state, { to, allowOutOfOrder: true }).steps).toEqual(all.steps.slice(0, count + 1))
    }),
  )
})

test('up does the same whether or not it may apply out of order, or refuses', () => {
  fc.assert(
    fc.property(world, ({ files, rows }) => {
      const state = compare(files, rows)
      const late = state.entries.some((entry) => entry.outOfOrder)
      if (late) expect(() => planUp(state)).toThrow(NselfError)
      else expect(planUp(state)).toEqual(planUp(state, { allowOutOfOrder: true }))
    }),
  )
})

test('up in one run or in any number of them comes to the same', () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: 4 }), ({ files, rows }, count) => {
      const once = run(planUp(compare(files, rows), { allowOutOfOrder: true }), rows)
      let little = rows
      for (let i = 0; i < files.length; i++)
        little = run(planUp(compare(files, little), { count, allowOutOfOrder: true }), little)
      expect(little).toEqual(once)
    }),
  )
})

test('down reverts what up applied, in reverse', () => {
  fc.assert(
    fc.property(world, ({ files, rows }) => {
      const up = planUp(compare(files, rows), { allowOutOfOrder: true })
      const after = run(up, rows)
      const down = planDown(compare(files, after), { count: up.steps.length })
      expect(versionsOf(down)).toEqual(versionsOf(up).reverse())
      expect(run(down, after)).toEqual(rows)
      const last = rows.at(-1)
      if (last !== undefined) expect(planDown(compare(files, after), { to: last.version })).toEqual(down)
    }),
  )
})

test('down back to 0 and then up applies every file; fresh plans the same', () => {
  fc.assert(
    fc.property(world, ({ files, rows }) => {
      const here = new Set(files.map((of) => of.version))
      const whole = files.every((of) => of.dependsOn.every((dependency) => here.has(dependency.version)))
      fc.pre(whole)
      const empty = run(planDown(compare(files, rows), { to: '0' }), rows)
      expect(empty).toEqual([])
      expect(versionsOf(planFresh(compare(files, rows)))).toEqual(versionsOf(planUp(compare(files, empty))))
    }),
  )
})

test('the state holds each version of the folder and of the history once', () => {
  fc.assert(
    fc.property(world, ({ files, rows }) => {
      const versions = compare(files, rows).entries.map((entry) => entry.version)
      expect(new Set(versions).size).toBe(versions.length)
      expect(new Set(versions)).toEqual(new Set([...files, ...rows].map((of) => of.version)))
    }),
  )
})
