import type { Access } from '../schema/catalog.ts'
import { type Change, placedChange } from '../schema/generated-statement.ts'
import { keyOf, splitDotted } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified, unquoteIdentifier } from '../sql/quoting.ts'
import type { PlannedChanges, Replacement } from './recipes.ts'
import type { TablesInUse } from './tables-in-use.ts'

const name = '(?:"(?:[^"]|"")*")'
const form = new RegExp(`^ALTER TABLE (${name}\\.${name}) RENAME TO (${name})$`)

interface Renamed {
  readonly schema: string
  readonly from: string
  readonly to: string
}

function renamedBy({ sql }: Change): Renamed | null {
  const [, path = '', to] = form.exec(sql) ?? []
  const [schema, from] = splitDotted(path) ?? []
  return schema === undefined || from === undefined || to === undefined
    ? null
    : { schema, from, to: unquoteIdentifier(to) }
}

/** Tables that get another name: until the old release is gone, a view that can be written to has the old one. */
export function tablesRenamedOnline(plan: PlannedChanges): Replacement[] {
  return plan.ups.flatMap(({ change }) => {
    const one = renamedBy(change)
    const back = plan.downs.find((down) => {
      const other = renamedBy(down.change)
      return other?.schema === one?.schema && other?.from === one?.to && other?.to === one?.from
    })?.change
    if (one === null || back === undefined || !canHaveView(one, plan)) return []
    const { come, go } = viewOf(one, plan.facts)
    return [
      {
        ofUp: [change],
        ofDown: [back],
        up: [quietly(change), ...come],
        down: [go, quietly(back)],
        pieces: [{ stage: 'old_names', up: [go], down: come }],
      },
    ]
  })
}

const quietly = (change: Change): Change => ({ ...change, remarks: [] })

/** Nobody takes the old name, no column changes under the view, and each role may do the same through it. */
function canHaveView({ schema, from, to }: Renamed, { ups, facts }: PlannedChanges): boolean {
  const [key, old] = [keyOf({ schema, name: to }), keyOf({ schema, name: from })]
  const table = facts.table(key)
  if (table === undefined || !facts.isUsed(key) || facts.table(old) !== undefined) return false
  if (facts.wantedTable(old) !== undefined || ups.some(({ change }) => renamedBy(change)?.to === from)) return false
  if (facts.before.access.some((one) => one.kind === 'column' && one.table === key)) return false
  if (table.settings['row security'] !== undefined && !knowsInvoker(facts)) return false
  return !ups.some(
    ({ change, shape }) => (change.table === key || change.table === old) && changesColumn(change, shape?.verb),
  )
}

const changesColumn = ({ sql }: Change, verb: string | undefined) => verb === 'type' || / RENAME COLUMN /.test(sql)

const knowsInvoker = ({ before }: TablesInUse) => before.serverVersion >= 150_000

function viewOf({ schema, from, to }: Renamed, facts: TablesInUse): { come: Change[]; go: Change } {
  const view = quoteQualified(schema, from)
  const columns = (facts.table(keyOf({ schema, name: to }))?.columns ?? []).map((column) =>
    quoteIdentifier(column.name),
  )
  const how = knowsInvoker(facts) ? ' WITH (security_invoker = true)' : ''
  const remark = 'The running release reads and writes through it; COPY FROM and TRUNCATE it cannot.'
  const access = facts.before.access.find((one) => one.kind === 'table' && one.schema === schema && one.path[0] === to)
  return {
    come: [
      placedChange(
        `CREATE VIEW ${view}${how} AS SELECT ${columns.join(', ')} FROM ${quoteQualified(schema, to)}`,
        null,
        remark,
      ),
      ...(access === undefined ? [] : grantsOf(access, view)),
    ],
    go: placedChange(`DROP VIEW ${view}`, null),
  }
}

function grantsOf({ grants, owner }: Access, view: string): Change[] {
  return grants
    .filter(({ to }) => to !== owner)
    .map(({ what, to }) => {
      const [, rights = what, option = ''] = /^(.*?)( WITH GRANT OPTION)?$/.exec(what) ?? []
      return placedChange(
        `GRANT ${rights} ON ${view} TO ${to === null ? 'PUBLIC' : quoteIdentifier(to)}${option}`,
        null,
      )
    })
}
