import { expect, test } from 'vitest'
import { timeZone, zoneOfFile } from '../../src/project/time-zone.ts'

test.each([
  ['/usr/share/zoneinfo/Europe/Berlin', 'Europe/Berlin'],
  ['/private/var/db/timezone/tz/2026a.1.0/zoneinfo/America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['/usr/share/zoneinfo/Etc/UTC', 'UTC'],
  ['/usr/share/zoneinfo/UTC', 'UTC'],
  ['/usr/share/zoneinfo/posixrules', null],
  ['/usr/share/zoneinfo/EST5EDT', null],
  ['/usr/share/zoneinfo/right/Europe/Berlin', null],
  ['/etc/localtime', null],
])('reads off the file %s the time zone %s', (path, zone) => {
  expect(zoneOfFile(path)).toBe(zone)
})

test('names the time zone in which this process writes times, as TZ has it and without TZ', () => {
  const ofIntl = () => new Intl.DateTimeFormat().resolvedOptions().timeZone
  const before = process.env.TZ
  try {
    process.env.TZ = 'Pacific/Auckland'
    expect(timeZone()).toBe('Pacific/Auckland')
    delete process.env.TZ
    expect(timeZone()).toBe(ofIntl())
  } finally {
    if (before !== undefined) process.env.TZ = before
  }
})
