import { quoteLiteral } from '../../core/sql/quoting.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import type { ServerError } from '../driver/send.ts'

const name = '(?:"(?:[^"]|"")+"|[\\w$]+)(?:\\s*\\.\\s*(?:"(?:[^"]|"")+"|[\\w$]+))?'
const replacesView = new RegExp(
  `^\\s*create\\s+or\\s+replace\\s+(?:temp(?:orary)?\\s+)?(?:recursive\\s+)?view\\s+(${name})`,
  'i',
)
const makesView = new RegExp(
  `\\bcreate\\s+(?:or\\s+replace\\s+)?(?:materialized\\s+)?(?:recursive\\s+)?view\\s+(?:if\\s+not\\s+exists\\s+)?(${name})`,
  'gi',
)

/**
 * What is told of a view that cannot be replaced or dropped: all that stands on it, and which of that a repeatable makes;
 * and of a function that cannot be replaced. Null for any other failure. All of it was rolled back by now, so that it is as it was.
 */
export async function standsUnder(
  client: Client,
  { code, detail, hint }: ServerError,
  statement: string | null,
): Promise<string | null> {
  // invalid_table_definition, dependent_objects_still_exist
  if (code === '42P16') {
    const view = replacesView.exec(statement ?? '')?.[1]
    return view === undefined ? null : cannotReplace(view, await describe(client, await viewsAbove(client, view)))
  }
  // invalid_function_definition: in any language, the server's hint holds the statement.
  const drop =
    code === '42P13' ? /\bDROP ((?:FUNCTION|PROCEDURE|ROUTINE|AGGREGATE) .*\))/.exec(hint ?? '')?.[1] : undefined
  if (drop !== undefined) {
    return `PostgreSQL replaces it only where it returns the same, and arguments keep their names and defaults: write DROP ${drop.replace(' ', ' IF EXISTS ')}; above it`
  }
  if (code !== '2BP01') return null
  const views = [...(detail ?? '').matchAll(/^(?:materialized )?view (.+?) depends on /gm)].map(([, view = '']) => view)
  if (views.length === 0) return null
  const told = await describe(client, views)
  return `on it stand ${told}: drop these first, in the same file; what a repeatable makes runs again at the end where the migration says -- nself: rerun NAME, where its file is edited, or where it depends on one that is`
}

function cannotReplace(view: string, above: string): string {
  const first = 'PostgreSQL replaces a view only where its columns stay as they are and new ones come last'
  if (above === '') return `${first}: write DROP VIEW IF EXISTS ${view}; above it, or in its DOWN section`
  return `${first}. On ${view} stand ${above}: write DROP VIEW IF EXISTS for these and for ${view} above it; or give their repeatables a DOWN section and -- depends_on: with this file's name, run nself db migrate up, then make this edit`
}

/** Those that stand on a view, the nearest first. */
async function viewsAbove(client: Client, view: string): Promise<string[]> {
  const found = await rowsOf<{ name: string }>(
    client,
    `WITH RECURSIVE above AS (SELECT to_regclass(${quoteLiteral(view)})::oid AS oid, 0 AS depth UNION
 SELECT r.ev_class, depth + 1 FROM above JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = above.oid
 AND d.classid = 'pg_rewrite'::regclass JOIN pg_rewrite AS r ON r.oid = d.objid AND r.ev_class <> above.oid WHERE depth < 50)
 SELECT oid::regclass::text AS name FROM above WHERE depth > 0 GROUP BY oid ORDER BY min(depth), 1`,
  )
  return found.map((row) => row.name)
}

/** `top (repeatable/top), audit` */
async function describe(client: Client, views: readonly string[]): Promise<string> {
  if (views.length === 0) return ''
  const rows = await rowsOf<{ name: string; definition: string | null }>(
    client,
    'SELECT name, definition FROM nself.repeatables ORDER BY name',
  ).catch(() => [])
  const makers = new Map(
    rows.flatMap((row) =>
      [...(row.definition ?? '').matchAll(makesView)].map(([, view = '']) => [lastPart(view), row.name] as const),
    ),
  )
  return views
    .map((view) => {
      const maker = makers.get(lastPart(view))
      return maker === undefined ? view : `${view} (repeatable/${maker})`
    })
    .join(', ')
}

/** `orders` of `public.orders`, as the server folds it. */
function lastPart(view: string): string {
  const part = /("(?:[^"]|"")*"|[^".\s]*)\s*$/.exec(view)?.[1] ?? ''
  return part.startsWith('"') ? part.slice(1, -1) : part.toLowerCase()
}
