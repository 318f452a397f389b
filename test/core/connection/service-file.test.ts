import { describe, expect, test } from 'vitest'
import { serviceIn } from '../../../src/core/connection/service-file.ts'

const text = `# services
[other]
host=elsewhere

[app]
host = not trimmed
port=5433
port=5434
 # a comment
options=-c search_path=a=b
[app]
user=second
`

describe('of a service', () => {
  test('the first section of its name is taken, and of a parameter the first line', () => {
    expect([...(serviceIn(text, 'app') ?? [])]).toEqual([
      ['host ', ' not trimmed'],
      ['port', '5433'],
      ['options', '-c search_path=a=b'],
    ])
  })

  test('that is not there nothing is found', () => {
    expect(serviceIn(text, 'none')).toBeNull()
  })

  test.each([
    ['[app]\nhost', /line 2 is not of the form name=value/],
    ['[app]\n\n=x', /line 3 is not of the form name=value/],
    ['[app]\nservice=other', /line 2 names another service/],
  ])('a line that says nothing is told by its number: %j', (wrong, message) => {
    expect(() => serviceIn(wrong, 'app')).toThrow(message)
  })

  test('a wrong line of another one is none of its business', () => {
    expect(serviceIn('[other]\nhost\n[app]\nport=1', 'app')?.get('port')).toBe('1')
  })
})
