import { candidatesFor, combinations, constantsIn, patternsIn } from '../../core/rows/candidates.ts'
import type { Choice, TablePlan } from '../../core/rows/plan-table.ts'
import type { PlannedColumn, Value } from '../../core/rows/row-plans.ts'
import type { FillableTable, TypeMap } from '../../core/rows/table-facts.ts'
import { kindOf } from '../../core/rows/values.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'

/** Why the server does not take a row. */
export interface Refusal {
  readonly state: string
  readonly constraint: string
  /** The domain that does not allow a value. */
  readonly type: string
  readonly message: string
}

export interface Found {
  /** Values that the constraints allow; none where plain ones will do. */
  readonly choices: readonly Choice[]
  /** Why nothing could be found. */
  readonly refusal: Refusal | null
}

const mostTried = 600
/** So many rows can have values that no other has. */
const waysKept = 40
const mostRounds = 16

/**
 * Values for the columns whose plain ones the constraints do not allow: candidates from the text of the constraint are
 * tried on the server, alone and together, until rows are allowed.
 */
export async function findChoice(
  client: Client,
  table: FillableTable,
  types: TypeMap,
  plan: TablePlan,
  seed: number,
): Promise<Found> {
  const search = new Search(client, table, types, plan, seed)
  return search.run()
}

class Search {
  private groups: string[][] = []
  private readonly client: Client
  private readonly table: FillableTable
  private readonly types: TypeMap
  private readonly plan: TablePlan
  private readonly seed: number
  private row: Value[]

  constructor(client: Client, table: FillableTable, types: TypeMap, plan: TablePlan, seed: number) {
    this.client = client
    this.table = table
    this.types = types
    this.plan = plan
    this.seed = seed
    this.row = plan.base(0)
  }

  async run(): Promise<Found> {
    let [refusal = null] = await this.tries([this.row], 1)
    for (let round = 0; refusal !== null && round < mostRounds; round++) {
      const meant = this.columnsOf(refusal)
      if (meant.length === 0) break
      const group = this.groupWith(meant)
      const { tried, refusals } = await this.search(group, 1)
      const isNext = (one: Refusal | null) => one === null || !this.columnsOf(one).every((name) => group.includes(name))
      // What another constraint refuses has satisfied this one.
      const found = refusals.indexOf(null)
      const next = found === -1 ? refusals.findIndex(isNext) : found
      if (next === -1) break
      this.row = [...(tried[next] ?? this.row)]
      refusal = refusals[next] ?? null
    }
    return { choices: refusal === null ? await this.allChoices() : [], refusal }
  }

  /** Columns that some constraint puts into one are searched together, others apart. */
  private groupWith(meant: readonly string[]): string[] {
    const apart = this.groups.filter((group) => !group.some((name) => meant.includes(name)))
    const together = this.groups.filter((group) => !apart.includes(group)).flat()
    const group = [...new Set([...together, ...meant])]
    this.groups = [...apart, group]
    return group
  }

  /** Several ways for each group, the others being as they are. */
  private async allChoices(): Promise<Choice[]> {
    const choices: Choice[] = []
    for (const group of this.groups) {
      const { ways, refusals } = await this.search(group, waysKept)
      choices.push({ columns: group, ways: ways.filter((_, i) => refusals[i] === null) })
    }
    return choices
  }

  private async search(group: readonly string[], enough: number) {
    const ways = combinations(await this.candidates(group), mostTried)
    const tried = ways.map((way) => this.rowWith(group, way))
    return { ways, tried, refusals: await this.tries(tried, enough) }
  }

  private rowWith(names: readonly string[], values: readonly Value[]): Value[] {
    return this.plan.columns.map(({ name }, i) => {
      const at = names.indexOf(name)
      return at === -1 ? (this.row[i] ?? null) : (values[at] ?? null)
    })
  }

  private async tries(rows: readonly (readonly Value[])[], enough: number): Promise<(Refusal | null)[]> {
    const names = this.plan.columns.map(({ name }) => quoteIdentifier(name)).join(', ')
    const { rows: answer } = await this.client.query<{ found: (Refusal | null)[] }>({
      text: 'SELECT nself.tries_rows($1, $2, $3, $4) AS found',
      values: [this.table.sql, names, JSON.stringify(rows.map((row) => row.map(quoteLiteral))), enough],
    })
    return answer[0]?.found ?? []
  }

  /** The columns whose values a refusal is about; none where it does not say. */
  private columnsOf({ state, constraint, type, message }: Refusal): string[] {
    const all = this.plan.columns
    if (state === '23514' || state === '23505' || state === '23P01') {
      const check = this.table.checks.find(({ name }) => name === constraint)
      if (check !== undefined) return [...check.columns]
      if (type !== '') return all.filter((column) => this.domainsOf(column.type).includes(type)).map(({ name }) => name)
      return [...(this.table.partitioning?.columns ?? [])]
    }
    if (state === '23502') {
      const named = /column "([^"]*)"/.exec(message)?.[1]
      const domains = all.filter((column) => type !== '' && this.domainsOf(column.type).includes(type))
      return named === undefined ? domains.map(({ name }) => name) : [named]
    }
    // A value of a type that is not known here.
    return state.startsWith('22') ? all.filter(({ values }) => values === null).map(({ name }) => name) : []
  }

  private domainsOf(type: number): string[] {
    const facts = this.types.get(type)
    if (facts === undefined) return []
    const below = facts.of === null ? [] : this.domainsOf(facts.of)
    return facts.kind === 'domain' ? [facts.name, ...below] : below
  }

  private async candidates(names: readonly string[]): Promise<Value[][]> {
    const lists: Value[][] = []
    for (const name of names) {
      const column = this.plan.columns.find((one) => one.name === name)
      if (column !== undefined) lists.push([...(await this.candidatesOf(column)), ...(column.notNull ? [] : [null])])
    }
    return lists
  }

  private async candidatesOf(column: PlannedColumn): Promise<string[]> {
    const texts = [
      ...this.table.checks.filter(({ columns }) => columns.includes(column.name)).map(({ text }) => text),
      ...(this.table.partitioning?.columns.includes(column.name) ? this.table.partitioning.bounds : []),
      ...this.domainTexts(column.type),
    ]
    const constants = constantsIn(texts.join(' '))
    const patterns = patternsIn(constants)
    const matching = column.isText && patterns.length > 0 ? await matchingTexts(patterns, this.seed) : []
    const place = this.plan.columns.indexOf(column)
    const plain = [0, 1, 2, 3].flatMap((k) => this.plan.base(k)[place] ?? [])
    if (column.isKey) return [...new Set(plain)]
    return candidatesFor(
      kindOf(this.types, column.type),
      plain,
      constants,
      matching,
      Object.values(column.values?.awkward ?? {}),
    )
  }

  private domainTexts(type: number): string[] {
    const facts = this.types.get(type)
    if (facts === undefined) return []
    return [facts.text, ...(facts.of === null ? [] : this.domainTexts(facts.of))].filter((text) => text !== '')
  }
}

/** Texts that match patterns, the same for the same seed. */
async function matchingTexts(patterns: readonly string[], seed: number): Promise<string[]> {
  const { sample, stringMatching } = await import('fast-check')
  return patterns.flatMap((pattern) => {
    try {
      return sample(stringMatching(new RegExp(pattern)), { seed, numRuns: waysKept }).map((text) => text.slice(0, 200))
    } catch {
      // PostgreSQL's patterns are not all those of JavaScript.
      return []
    }
  })
}
