import { quoteQualified } from '../../sql/quoting.ts'
import type { Other } from '../other.ts'

/**
 * Statements that change a text search configuration or dictionary where it is: columns and indexes may stand on it.
 * @returns null where it can only be made again.
 */
export function alteredTextSearch(now: Other, then: Other): string[] | null {
  const place = now.name.indexOf(' ')
  const [what, name] = [now.name.slice(0, place), quoteQualified(now.schema ?? '', now.name.slice(place + 1))]
  if (what === 'configuration' && now.definition === then.definition) return mappingSql(name, now, then)
  if (what === 'dictionary' && templateOf(now) === templateOf(then)) return optionsSql(name, now, then)
  return null
}

function mappingSql(name: string, now: Other, then: Other): string[] {
  const [old, fresh] = [mappingOf(now), mappingOf(then)]
  const gone = [...old.keys()].filter((token) => !fresh.has(token))
  const groups = new Map<string, string[]>()
  for (const [token, dictionaries] of fresh) {
    if (old.get(token) === dictionaries) continue
    const key = `${old.has(token) ? 'ALTER' : 'ADD'} MAPPING FOR % WITH ${dictionaries}`
    groups.set(key, [...(groups.get(key) ?? []), token])
  }
  return [
    ...(gone.length === 0 ? [] : [`DROP MAPPING FOR ${gone.join(', ')}`]),
    ...[...groups].map(([words, tokens]) => words.replace('%', () => tokens.join(', '))),
  ].map((words) => `ALTER TEXT SEARCH CONFIGURATION ${name} ${words}`)
}

/** Its dictionaries by the kind of token. */
function mappingOf({ properties }: Other): Map<string, string> {
  const groups = properties?.mapping?.split('; ') ?? []
  return new Map(
    groups.flatMap((group) => {
      const [tokens = '', dictionaries = ''] = group.split(' WITH ')
      return tokens.split(', ').map((token) => [token, dictionaries] as const)
    }),
  )
}

const templateOf = ({ definition }: Other) => /^TEMPLATE = ((?:"(?:[^"]|"")*"|[^,"])*)/.exec(definition)?.[1]

function optionsSql(name: string, now: Other, then: Other): string[] {
  const [old, fresh] = [optionsOf(now), optionsOf(then)]
  const changes = [
    ...[...old.keys()].filter((key) => !fresh.has(key)),
    ...[...fresh].flatMap(([key, value]) => (old.get(key) === value ? [] : [`${key} = ${value}`])),
  ]
  return changes.length === 0 ? [] : [`ALTER TEXT SEARCH DICTIONARY ${name} (${changes.join(', ')})`]
}

function optionsOf(item: Other): Map<string, string> {
  const options = item.definition.slice(`TEMPLATE = ${templateOf(item)}`.length)
  const found = options.matchAll(/("(?:[^"]|"")*"|\w+) = ('(?:[^']|'')*'|[^\s,]+)/g)
  return new Map([...found].map(([, key = '', value = '']) => [key, value]))
}
