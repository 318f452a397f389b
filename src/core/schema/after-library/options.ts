import { quoteIdentifier, quoteLiteral } from '../../sql/quoting.ts'

/** `fillfactor=80, autovacuum_enabled=off` by name. */
function optionsIn(text: string | null): Map<string, string> {
  const items = text === null || text === '' ? [] : text.split(', ')
  return new Map(items.map((item) => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]))
}

/** SET and RESET of what differs between two lists of options. */
export function optionStatement(alter: string, old: string | null, fresh: string | null, prefix = ''): string[] {
  const [now, then] = [optionsIn(old), optionsIn(fresh)]
  const set = [...then].filter(([name, value]) => now.get(name) !== value)
  const reset = [...now.keys()].filter((name) => !then.has(name))
  return [
    ...(set.length > 0
      ? [`${alter} SET (${set.map(([name, value]) => `${prefix}${name} = ${quoteLiteral(value)}`).join(', ')})`]
      : []),
    ...(reset.length > 0 ? [`${alter} RESET (${reset.map((name) => `${prefix}${name}`).join(', ')})`] : []),
  ]
}

/** ADD, SET and DROP of what differs between two lists of options of something foreign; null where nothing does. */
export function foreignOptions(old: string | null, fresh: string | null): string | null {
  const [now, then] = [optionsIn(old), optionsIn(fresh)]
  const items = [
    ...[...then].flatMap(([name, value]) =>
      now.get(name) === value
        ? []
        : [`${now.has(name) ? 'SET' : 'ADD'} ${quoteIdentifier(name)} ${quoteLiteral(value)}`],
    ),
    ...[...now.keys()].flatMap((name) => (then.has(name) ? [] : [`DROP ${quoteIdentifier(name)}`])),
  ]
  return items.length === 0 ? null : `OPTIONS (${items.join(', ')})`
}
