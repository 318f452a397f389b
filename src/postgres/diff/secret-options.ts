import type { Fact } from '@supabase/pg-delta'

/** Options that are called like a secret and hold none. */
const harmless = new Set(['sslkey', 'password_required'])
const isSecret = (name: string) => /pass|secret|token|key/i.test(name) && !harmless.has(name.toLowerCase())

const mark = '__SECRET__'
const connection = 'host=__HOST__ dbname=__DATABASE__ user=__USER__ password=__PASSWORD__'
/** Of a user mapping that the role which reads may not see into. */
export const hiddenOption = `nself_hidden=${mark}`
const markedOption = new RegExp(`(?:, )?(?:ADD |SET )?"?\\w+"? '${mark}'(?:(?<=\\(.*), )?`, 'g')

/**
 * The same fact with a mark in place of passwords and connections, which are other ones elsewhere: those of a foreign
 * server or a user mapping, and what a subscription connects with.
 */
export function withoutSecrets(fact: Fact): Fact {
  const { options, conninfo } = fact.payload
  if (typeof conninfo === 'string') return { ...fact, payload: { ...fact.payload, conninfo: connection } }
  if (!foreign.has(fact.id.kind) || !Array.isArray(options)) return fact
  const marked = options.map((item) => {
    const [name = ''] = String(item).split('=', 1)
    return isSecret(name) ? `${name}=${mark}` : item
  })
  return { ...fact, payload: { ...fact.payload, options: marked } }
}

const foreign: ReadonlySet<string> = new Set(['fdw', 'server', 'userMapping', 'foreignTable'])

/** A statement without the options that have the mark. */
export function withoutMarks(sql: string): string {
  return /^(?:CREATE|ALTER) (?:USER MAPPING|SERVER|FOREIGN) /.test(sql)
    ? sql
        .replace(markedOption, '')
        .replace(/\(, /, '(')
        .replace(/ OPTIONS \(\)$/, '')
    : sql
}
