import { describe, expect, test } from 'vitest'
import { type Backup, backupName, isSameServer, isVerified, type Manifest, pruned } from '../../src/core/backup.ts'

const manifest: Manifest = {
  method: 'dump',
  kind: 'full',
  database: 'shop',
  server: 'localhost:5432',
  serverId: null,
  searchPath: null,
  serverVersion: '18.1',
  pgDumpVersion: '18.1',
  environment: 'local',
  lastVersion: '003_c',
  size: 10,
  sha256: 'a'.repeat(64),
  takenAt: '2026-01-22T14:30:00.000Z',
  durationMs: 1,
  verified: true,
  roles: [],
  copy: null,
}

/** A backup of this name; null for one without a manifest. */
function backup(name: string, more: Partial<Manifest> | null = {}, size = 10): Backup {
  const { takenAt: writtenAt } = manifest
  return {
    name,
    path: `/b/${name}`,
    size,
    writtenAt,
    manifest: more === null ? null : { ...manifest, ...more },
    isDamaged: false,
  }
}
const goes = (backups: readonly Backup[], keep: number) => pruned(backups, keep).map(({ name }) => name)

describe('what prune removes', () => {
  test('is all but the newest', () => {
    expect(goes([backup('c'), backup('b'), backup('a')], 2)).toEqual(['a'])
    expect(goes([backup('b'), backup('a')], 2)).toEqual([])
  })

  test.each([
    ['not as large as its manifest says', {}, 9],
    ['never verified', { verified: false }, 10],
  ])('is not the newest one that is verified, where a newer one is %s', (_, more, size) => {
    expect(goes([backup('c', more, size), backup('b'), backup('a')], 1)).toEqual(['a'])
  })

  test.each([
    ['database', { database: 'other' }],
    ['environment', { environment: 'production' }],
    ['server', { server: 'db.example.org:5432' }],
    ['kind', { kind: 'schema' }],
  ] as const)('is counted for each %s alone', (_, other) => {
    expect(goes([backup('d'), backup('c'), backup('b', other), backup('a', other)], 1)).toEqual(['c', 'a'])
  })

  test('is counted for each cluster that was at one address, and what knows of none joins the newest', () => {
    const [here, there] = [{ serverId: '7' }, { serverId: '8' }]
    expect(goes([backup('d', here), backup('c', there), backup('b'), backup('a')], 1)).toEqual(['b', 'a'])
  })

  test('is never the one that was taken just now, though a clock that was set back says that it is older', () => {
    const backups = [backup('b', { takenAt: '2027-01-01T00:00:00.000Z' }), backup('a')]
    expect(pruned(backups, 1, 'a').map(({ name }) => name)).toEqual(['b'])
  })

  test('is nothing that has no manifest, nor is that counted', () => {
    expect(goes([backup('c', null), backup('b'), backup('a', null)], 1)).toEqual([])
  })
})

test('a copy is verified whatever its size now is', () => {
  expect(isVerified(backup('a', { method: 'copy', copy: 'shop_backup' }, 99))).toBe(true)
})

test('a name tells kind and time', () => {
  expect(backupName('full', manifest.takenAt)).toBe('nself_full_20260122_143000')
})

test.each([
  ['localhost:5432', null, '127.0.0.1:5432', null, true],
  ['/run/postgresql:5432', null, '127.0.0.1:5432', null, true],
  ['DB.example.org:5432', null, 'db.example.org:5432', null, true],
  ['localhost:5432', null, 'localhost:5433', null, false],
  ['a.example.org:5432', null, 'b.example.org:5432', null, false],
  ['localhost:5432', '7', 'localhost:5433', '7', true],
  ['localhost:5432', '7', 'localhost:5432', '8', false],
  ['localhost:5432', '7', 'localhost:5432', null, true],
  ['a.example.org:5432', '7', 'b.example.org:5432', '7', false],
])(
  'of two servers, %s with the identifier %s and %s with %s, it is known whether they are one',
  (a, id, b, other, same) => {
    expect(isSameServer({ server: a, serverId: id }, { server: b, serverId: other })).toBe(same)
  },
)
