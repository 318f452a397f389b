import { describe, expect, test } from 'vitest'
import { sameList, sameMembers } from '../../../src/core/schema/same-list.ts'

describe('two lists of names are the same list', () => {
  test.each([
    [['a', 'b'], ['a', 'b'], true],
    [[], [], true],
    [['a', 'b'], ['b', 'a'], false],
    [['a'], ['a', 'b'], false],
    [['a', 'b'], ['a'], false],
    [['a,b'], ['a', 'b'], false],
    [['a,', 'b'], ['a', ',b'], false],
  ])('%j and %j: %j', (one, other, same) => {
    expect(sameList(one, other)).toBe(same)
  })
})

describe('two lists of names have the same members', () => {
  test.each([
    [['a', 'b'], ['b', 'a'], true],
    [['a', 'a', 'b'], ['a', 'b', 'b'], false],
    [['b,c', 'a'], ['a', 'b', 'c'], false],
  ])('%j and %j: %j', (one, other, same) => {
    expect(sameMembers(one, other)).toBe(same)
  })
})
