import { describe, expect, test } from 'vitest'
import type { Environment } from '../../src/core/environment.ts'
import { NselfError } from '../../src/core/errors.ts'
import { type Action, type Answers, type Ask, approve, phrase, wouldAsk } from '../../src/core/guard/guard.ts'

type Need = 'nothing' | 'yes-no' | 'phrase' | 'blocked'

const table: [action: Action, environment: Environment, need: Need][] = [
  ['up', 'local', 'nothing'],
  ['up', 'staging', 'nothing'],
  ['up', 'production', 'yes-no'],
  ['down', 'local', 'nothing'],
  ['down', 'staging', 'yes-no'],
  ['down', 'production', 'phrase'],
  ['fresh', 'local', 'nothing'],
  ['fresh', 'staging', 'yes-no'],
  ['fresh', 'production', 'blocked'],
  ['repair', 'local', 'nothing'],
  ['repair', 'staging', 'yes-no'],
  ['repair', 'production', 'yes-no'],
  ['restore', 'local', 'nothing'],
  ['restore', 'staging', 'yes-no'],
  ['restore', 'production', 'phrase'],
  ['drop-kept', 'local', 'yes-no'],
  ['drop-kept', 'staging', 'yes-no'],
  ['drop-kept', 'production', 'phrase'],
  ['seed', 'local', 'nothing'],
  ['seed', 'staging', 'nothing'],
  ['seed', 'production', 'yes-no'],
  ['mock-users', 'local', 'nothing'],
  ['mock-users', 'staging', 'yes-no'],
  ['mock-users', 'production', 'blocked'],
  ['reset', 'local', 'nothing'],
  ['reset', 'staging', 'yes-no'],
  ['reset', 'production', 'blocked'],
  ['shell', 'local', 'nothing'],
  ['shell', 'staging', 'yes-no'],
  ['shell', 'production', 'yes-no'],
  ['query', 'local', 'nothing'],
  ['query', 'staging', 'yes-no'],
  ['query', 'production', 'yes-no'],
]
const cells = (...needs: Need[]) => table.filter(([, , need]) => needs.includes(need))

const nothing: Answers = { yes: false, confirm: undefined }
const all: Answers = { yes: true, confirm: phrase }

/** Asks the guard, and keeps what it asked at the terminal. */
function guard(action: Action, environment: Environment, answers: Answers, typed: string | null = null) {
  const asked: { kind: string; message: string }[] = []
  const ask: Ask =
    typed === null
      ? null
      : async (question) => {
          asked.push(question)
          return typed
        }
  const what = Symbol('what')
  const passed = approve({ action, what, summary: 'change 1 migration on host/db' }, environment, answers, ask)
  return { what, asked, passed }
}

async function refusal(passed: Promise<unknown>): Promise<NselfError> {
  const error = await passed.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(NselfError)
  expect(error).toMatchObject({ exitStatus: 3 })
  return error as NselfError
}

describe('what needs nothing passes without a question', () => {
  test.each(cells('nothing'))('%s in %s', async (action, environment) => {
    const { what, asked, passed } = guard(action, environment, nothing, 'n')
    expect(await passed).toMatchObject({ what, action })
    expect(asked).toEqual([])
    expect(await guard(action, environment, nothing).passed).toMatchObject({ action })
  })
})

describe('what needs y/N', () => {
  test.each(cells('yes-no'))('%s in %s passes with --yes, without a question', async (action, environment) => {
    const { what, asked, passed } = guard(action, environment, { yes: true, confirm: undefined }, 'n')
    expect(await passed).toMatchObject({ what, action })
    expect(asked).toEqual([])
  })

  test.each(cells('yes-no'))('%s in %s asks at a terminal and passes with y', async (action, environment) => {
    const { what, asked, passed } = guard(action, environment, nothing, 'y')
    expect(await passed).toMatchObject({ what, action })
    expect(asked).toEqual([{ kind: 'yes-no', message: `${environment.toUpperCase()}: change 1 migration on host/db?` }])
  })

  test.each(['n', '', 'N', 'yes please', phrase])('does not pass with %j typed', async (typed) => {
    for (const [action, environment] of cells('yes-no')) {
      const error = await refusal(guard(action, environment, nothing, typed).passed)
      expect(error).toMatchObject({ code: 'not-confirmed', message: 'Cancelled. Nothing was changed.' })
    }
  })

  test.each(cells('yes-no'))('%s in %s without a terminal names --yes', async (action, environment) => {
    for (const answers of [nothing, { yes: false, confirm: phrase }]) {
      const error = await refusal(guard(action, environment, answers).passed)
      expect(error).toMatchObject({ code: 'not-confirmed', hint: expect.stringContaining('--yes') })
      expect(error.message).toContain('change 1 migration on host/db')
    }
  })
})

describe('what needs the phrase', () => {
  test.each(cells('phrase'))('%s in %s passes with --confirm, without a question', async (action, environment) => {
    const { what, asked, passed } = guard(action, environment, { yes: false, confirm: phrase }, 'n')
    expect(await passed).toMatchObject({ what, action })
    expect(asked).toEqual([])
  })

  test.each(cells('phrase'))('%s in %s asks for it at a terminal, whatever --yes says', async (action, environment) => {
    for (const yes of [true, false]) {
      const { what, asked, passed } = guard(action, environment, { yes, confirm: undefined }, phrase)
      expect(await passed).toMatchObject({ what, action })
      expect(asked).toMatchObject([
        {
          kind: 'phrase',
          message: `Type ${phrase} to continue; anything else cancels`,
          warning: 'PRODUCTION: change 1 migration on host/db.',
        },
      ])
    }
  })

  test.each(['', 'y', 'yes', phrase.toUpperCase(), ` ${phrase}`])('does not pass with %j typed', async (typed) => {
    for (const [action, environment] of cells('phrase')) {
      const error = await refusal(guard(action, environment, nothing, typed).passed)
      expect(error).toMatchObject({ code: 'not-confirmed', message: 'Cancelled. Nothing was changed.' })
    }
  })

  test.each(['', 'yes', phrase.slice(1), `${phrase} `])(
    'does not pass with --confirm %j, nor ask then',
    async (confirm) => {
      for (const [action, environment] of cells('phrase')) {
        const { asked, passed } = guard(action, environment, { yes: true, confirm }, phrase)
        const error = await refusal(passed)
        expect(error).toMatchObject({ code: 'not-confirmed', message: expect.stringContaining('wrong') })
        expect(error.hint).toContain(`--confirm ${phrase}`)
        expect(asked).toEqual([])
      }
    },
  )

  test.each(cells('phrase'))('%s in %s without a terminal names --confirm', async (action, environment) => {
    for (const yes of [true, false]) {
      const error = await refusal(guard(action, environment, { yes, confirm: undefined }).passed)
      expect(error).toMatchObject({ code: 'not-confirmed', hint: expect.stringContaining(`--confirm ${phrase}`) })
    }
  })
})

test.each(cells('blocked'))(
  '%s in %s is blocked whatever is answered, and nothing is asked',
  async (action, environment) => {
    for (const answers of [nothing, all]) {
      for (const typed of ['y', phrase, null]) {
        const { asked, passed } = guard(action, environment, answers, typed)
        const error = await refusal(passed)
        expect(error).toMatchObject({
          code: 'refused',
          message: expect.stringMatching(
            action === 'mock-users'
              ? /^mock users are never added in production; no flag changes that$/
              : / is blocked in production; no flag changes that$/,
          ),
        })
        expect(error.hint).not.toContain('--')
        expect(asked).toEqual([])
      }
    }
  },
)

describe('up with statements that destroy data', () => {
  const destructive = (environment: Environment, answers: Answers) =>
    approve({ action: 'up', what: 1, summary: 'apply', destructive: true }, environment, answers, null)

  test('runs locally, needs --yes in staging and the phrase in production', async () => {
    expect(await destructive('local', nothing)).toMatchObject({ action: 'up' })
    expect(await refusal(destructive('staging', nothing))).toMatchObject({ hint: expect.stringContaining('--yes') })
    expect(await destructive('staging', { yes: true, confirm: undefined })).toMatchObject({ action: 'up' })
    const refused = await refusal(destructive('production', { yes: true, confirm: undefined }))
    expect(refused).toMatchObject({
      message: 'not confirmed for production: apply',
      hint: expect.stringContaining(phrase),
    })
    expect(await destructive('production', { yes: false, confirm: phrase })).toMatchObject({ action: 'up' })
  })
})

test('a question has the block of what is to be done above it, and says of which database', async () => {
  const asked: unknown[] = []
  const where = { environment: 'production', database: 'shop', server: 'db:5432', role: 'deploy' } as const
  const briefing = { ...where, title: '1 migration will be reverted:', steps: [], notes: [] }
  const ask: Ask = async (question) => {
    asked.push(question)
    return phrase
  }
  for (const destructive of [false, true])
    await approve({ action: 'down', what: 1, summary: 'revert', briefing, destructive }, 'production', nothing, ask)
  expect(asked).toMatchObject([
    { briefing, warning: 'This reverts what was applied in PRODUCTION (shop).' },
    { briefing, warning: 'This destroys data in PRODUCTION (shop).' },
  ])
})

test('who is asked need not be told in a log what the question says', () => {
  const ask: Ask = async () => 'y'
  expect(wouldAsk({ action: 'up' }, 'production', nothing, ask)).toBe(true)
  expect(wouldAsk({ action: 'up' }, 'production', nothing, null)).toBe(false)
  expect(wouldAsk({ action: 'up' }, 'production', { yes: true, confirm: undefined }, ask)).toBe(false)
  expect(wouldAsk({ action: 'up', destructive: true }, 'production', { yes: true, confirm: undefined }, ask)).toBe(true)
  expect(wouldAsk({ action: 'up' }, 'local', nothing, ask)).toBe(false)
  expect(wouldAsk({ action: 'fresh' }, 'production', nothing, ask)).toBe(false)
})
