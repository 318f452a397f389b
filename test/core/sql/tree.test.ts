import { beforeAll, describe, expect, test } from 'vitest'
import { firstStatement, listAt, nodeAt, nodesIn, visit, wordsOf } from '../../../src/core/sql/tree.ts'
import { loadParser, type Parser } from '../../../src/parsers/postgres/parser.ts'

let parser: Parser
beforeAll(async () => {
  parser = await loadParser()
})

describe('a place of the tree where nothing stands is', () => {
  test.each([undefined, null, 'text', 7, true, [{}]])('an empty node: %j', (value) => {
    expect(nodeAt(value)).toEqual({})
  })

  test.each([undefined, null, 'text', {}])('an empty list: %j', (value) => {
    expect(listAt(value)).toEqual([])
    expect(nodesIn(value, 'String')).toEqual([])
  })
})

test('the first statement is told by its type', () => {
  expect(firstStatement(parser.parse('DROP TABLE a; SELECT 1'))).toEqual([
    'DropStmt',
    expect.objectContaining({ removeType: 'OBJECT_TABLE' }),
  ])
  expect(firstStatement(parser.parse('-- nothing'))).toEqual(['', {}])
})

test('a name of several words is read as these words, without quotes', () => {
  const [, node] = firstStatement(parser.parse('DROP TABLE "A b".c'))
  expect(listAt(node.objects).map(wordsOf)).toEqual([['A b', 'c']])
})

test('nodes are visited from the outside in and from left to right, as deep as is asked', () => {
  const visited = (deep: boolean) => {
    const types: string[] = []
    visit(parser.parse('SELECT a, 1 WHERE b'), (type) => {
      types.push(type)
      return deep || type !== 'ResTarget'
    })
    return types
  }
  expect(visited(false)).toEqual(['SelectStmt', 'ResTarget', 'ResTarget', 'ColumnRef', 'String'])
  expect(visited(true)).toEqual('SelectStmt ResTarget ColumnRef String ResTarget A_Const ColumnRef String'.split(' '))
})

test('a tree that is deeper than the call stack allows is visited', () => {
  let tree: object = {}
  for (let i = 0; i < 100_000; i++) tree = { A_Expr: tree }
  let count = 0
  visit(tree, () => ++count > 0)
  expect(count).toBe(100_000)
})
