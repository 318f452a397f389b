import { type Link, type Place, placesOf, type SessionAttributes } from '../../core/connection/link.ts'
import { NselfError } from '../../core/errors.ts'
import { systemCodeOf } from '../../core/system-error.ts'
import { type Client, queryArrays, socketOf } from './pg.ts'
import { attemptsAt, isWorthTheOtherWay } from './tls.ts'

interface ServerAddress {
  readonly host: string
  readonly port: number
  readonly ssl?: string | undefined
  readonly link?: Link | undefined
}

interface Opened {
  readonly client: Client
  readonly reported: ReadonlyMap<string, string>
}

type Open<T extends Opened> = (place: Place, tls: boolean) => Promise<T>

/** Where the first connection of this process went: the lock and the work must be on one server. */
const chosen = new Map<string, Place>()

/**
 * The connection to the first of a server's places that answers and is what is wanted; each is tried with TLS and
 * without, as its mode says.
 * @throws what the last place said.
 */
export async function firstThatAnswers<T extends Opened>(server: ServerAddress, open: Open<T>): Promise<T> {
  const places = placesOf(server)
  const [only] = places
  const { attributes, random } = server.link ?? {}
  if (places.length === 1 && only !== undefined && attributes === undefined) return openPlace(server, only, open)
  const key = places.map(({ host, port }) => `${host}:${port}`).join()
  const listed = random ? shuffled(places) : places
  const known = chosen.get(key)
  const order = known === undefined ? listed : [known, ...listed.filter((place) => place !== known)]
  const wanted: readonly SessionAttributes[] =
    attributes === 'prefer-standby' ? ['standby', 'any'] : [attributes ?? 'any']
  let failure: unknown
  for (const wish of wanted) {
    for (const place of order) {
      try {
        const opened = await openPlace(server, place, open)
        if (await fits(opened, wish)) {
          chosen.set(key, place)
          return opened
        }
        socketOf(opened.client).destroy()
        failure ??= unwanted(place, wish)
      } catch (error) {
        // A server that answers and refuses would refuse elsewhere too, unless it is only starting.
        const code = systemCodeOf(error) ?? ''
        if (/^[0-9A-Z]{5}$/.test(code) && code !== '57P03' && !/^E[A-Z]{4}$/.test(code)) throw error
        failure = error
      }
    }
  }
  throw failure
}

async function openPlace<T extends Opened>(server: ServerAddress, place: Place, open: Open<T>): Promise<T> {
  let first: unknown
  for (const tls of attemptsAt(place, server.ssl)) {
    try {
      return await open(place, tls)
    } catch (error) {
      first ??= error
      if (!isWorthTheOtherWay(error, tls)) throw error
    }
  }
  throw first
}

async function fits({ client, reported }: Opened, wish: SessionAttributes): Promise<boolean> {
  if (wish === 'any') return true
  // PostgreSQL 14 and later report both as the connection is made; a pooler need not.
  let standby = reported.get('in_hot_standby')
  let readOnly = reported.get('default_transaction_read_only')
  if (standby === undefined || readOnly === undefined) {
    const sql = "SELECT pg_is_in_recovery()::text, current_setting('default_transaction_read_only')"
    const [row] = await queryArrays<[string, string]>(client, sql)
    standby = row?.[0] === 'true' ? 'on' : 'off'
    readOnly = row?.[1] ?? 'off'
  }
  const isReadOnly = standby === 'on' || readOnly === 'on'
  if (wish === 'primary' || wish === 'standby') return (standby === 'on') === (wish === 'standby')
  return isReadOnly === (wish === 'read-only')
}

function unwanted({ host, port }: Place, wish: SessionAttributes): NselfError {
  return new NselfError(
    'connection',
    `no server that is ${wish} answers; ${host}:${port} is not (target_session_attrs)`,
    {
      hint: 'list all hosts of the cluster, or remove target_session_attrs',
    },
  )
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
