import { expect, test } from 'vitest'
import { plainChange } from '../../../src/core/schema/generated-statement.ts'
import { withTimeZone } from '../../../src/core/schema/zoned-times.ts'
import { catalog, table } from '../../helpers/schema.ts'

const before = catalog(table('t', ['plain timestamp without time zone', 'zoned timestamp(3) with time zone', 'c text']))

test.each([
  ['plain', 'timestamp with time zone', `"plain" AT TIME ZONE 'Asia/Tokyo'`],
  ['zoned', 'timestamp(3) without time zone', `"zoned" AT TIME ZONE 'Asia/Tokyo'`],
  ['plain', 'timestamp(3) without time zone', null],
  ['c', 'timestamp with time zone', null],
])(
  'a change of time zone names the zone where the column had no zone or loses it: column %s to %s',
  (column, type, value) => {
    const start = `ALTER TABLE "public"."t" ALTER COLUMN "${column}" TYPE ${type} USING `
    const cast = `"${column}"::${type}`
    const [change] = withTimeZone([plainChange(`${start}${cast}`, 'public.t')], before, 'Asia/Tokyo')
    expect(change?.sql).toBe(`${start}${value ?? cast}`)
  },
)
