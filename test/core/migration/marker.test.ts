import { describe, expect, test } from 'vitest'
import { isMarker, markerLookalike } from '../../../src/core/migration/marker.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { errorOf } from '../../helpers/history.ts'

const parse = (text: string) => parseMigration('001_a.sql', { version: '1', name: '001_a' }, text)

describe('a comment that looks like a section marker but is not one is refused, so that DOWN never runs as a part of UP', () => {
  test.each([
    '-- DOWN;',
    '-- DOWN.',
    '-- DOWN --',
    '-- DWON',
    '-- [donw]',
    '-- Downn',
    '-- D O W N',
    '--- DOWN',
    '---- down ----',
    '-- == DOWN ==',
    '-- ===== DOWN =====',
    '-- [DOWN]',
    '-- -- DOWN',
    '-- DOWN (revert)',
    '-- Down (drops users)',
    '-- DOWN - drops users',
    '-- DOWN drops users',
    '-- DOWN 001',
    '-- Down Migration',
    '-- down migration',
    '-- migration down',
    '-- DOWN SCRIPT:',
    '-- downs',
    '/* DOWN */',
    '/* DOWN: drops users */',
    '/*** down ***/',
    '-- undo',
    '-- UNDO:',
    '-- Rollback',
    '-- ROLLBACK',
    '-- revert migration',
    '-- Revert changes',
    '-- reverse',
    '-- downgrade',
    '-- roll back',
    '-- begin rollback script',
    '---- create above / drop below ----',
    '-- //@UNDO',
    '--@UNDO',
    '-- !Downs',
    '# --- !Downs'.replace('# ', '-- '),
    '-- +goose Down',
    '-- +migrate Down',
    '-- +micrate Down',
    '-- rambler down',
    '-- migrate:down',
    '--migrate: down',
  ])('%s', (line) => {
    for (const text of [`-- UP\nSELECT 1;\n${line}\nDROP TABLE t;\n`, `SELECT 1;\n  ${line}\r\nDROP TABLE t;`]) {
      expect(errorOf(() => parse(text))).toMatchObject({
        code: 'invalid-migration',
        message: expect.stringMatching(/looks like a section marker|marker of another tool/),
        location: { line: text.startsWith('--') ? 3 : 2 },
      })
    }
  })

  test.each(['-- UP;', '--- UP', '-- Up Migration', '/* UP */', '-- !Ups', '-- UP (again)'])(
    '%s below DOWN',
    (line) => {
      expect(errorOf(() => parse(`-- DOWN\nSELECT 1;\n${line}\nSELECT 2;`)).message).toMatch(/looks like|another tool/)
    },
  )

  test('below a statement that has no semicolon too', () => {
    expect(errorOf(() => parse('-- UP\nSELECT 1\n-- DOWN;\nSELECT 2;')).message).toMatch(/looks like a section marker/)
  })
})

describe('prose is no marker', () => {
  test.each([
    '-- down the road this becomes two tables',
    '-- Down, but not out',
    '-- up to 100 rows',
    '-- set up the tables',
    '-- undo the damage of 003',
    '-- rollback segments are not used',
    '-- Rollback: DROP TABLE users',
    '-- migration 12',
    '-- create the tables above',
    '-- Migration: 001_create_down',
    '-- Migration: 001_down',
    '-- ! Drops down',
    '-- table down',
    '-- see DOWN',
    '-- downtime is short',
    '-- town',
    '-- own',
    '-- a b c',
    "-- down's text",
    '/* up and running */',
    '--',
    '-- ----------',
    '-- 001_down_counts',
  ])('%s', (line) => {
    expect(parse(`-- UP\nSELECT 1;\n${line}\nSELECT 2;\n-- DOWN\nSELECT 3;`).down?.sql).toContain('SELECT 3')
  })

  test('nor is what begins the section that it stands in', () => {
    expect(parse('-- UP\nSELECT 1;\n-- DOWN\n-- rollback\n-- DOWN is short\nSELECT 3;').down?.sql).toContain('SELECT 3')
  })

  test('nor is a marker that is one', () => {
    for (const line of ['-- DOWN', '--up', '-- Down: drops users']) {
      expect(isMarker(line)).toBe(true)
      expect(markerLookalike(line)).toBeNull()
    }
  })
})
