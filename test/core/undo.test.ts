import { expect, test } from 'vitest'
import { outdatedCopies } from '../../src/core/undo.ts'

const now = Date.parse('2026-01-22T14:30:00.000Z')
const copy = (hoursAgo: number) => ({ keptAt: new Date(now - hoursAgo * 3_600_000).toISOString() })

test('the three newest copies to undo with are kept of a database', () => {
  const copies = [1, 2, 3, 4, 5].map(copy)
  expect(outdatedCopies(copies, now)).toEqual([copy(4), copy(5)])
})

test('a copy to undo with is kept for a day', () => {
  expect(outdatedCopies([copy(1), copy(23), copy(25)], now)).toEqual([copy(25)])
})
