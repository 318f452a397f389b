import { expect, test } from 'vitest'
import { orderedWords } from '../../src/cli/words.ts'

test.each([
  ['db migrate up', 'db migrate up'],
  ['db migrate:up 3', 'db migrate up 3'],
  ['db:migrate:up', 'db migrate up'],
  ['--json db migrate status', 'db migrate status --json'],
  ['db --env staging migrate up --yes', 'db migrate up --env staging --yes'],
  ['--env=staging -y db migrate:down 2', 'db migrate down --env=staging -y 2'],
  ['--database-url postgres://h/db db query', 'db query --database-url postgres://h/db'],
  ['--database-url postgres://h/db db migrate:up', 'db migrate up --database-url postgres://h/db'],
  ['db seed --json status', 'db seed status --json'],
  ['db seed --env staging', 'db seed --env staging'],
  ['db backup --json list', 'db backup list --json'],
  ['db seed --dry-run users', 'db seed --dry-run users'],
  ['db query --csv a:b', 'db query --csv a:b'],
  ['db run a:b', 'db run a:b'],
  ['up', 'db migrate up'],
  ['--json down 2', 'db migrate down --json 2'],
  ['status --check', 'db migrate status --check'],
  ['create add_email', 'db migrate create add_email'],
  ['migrate:up', 'db migrate up'],
  ['migrate up', 'migrate up'],
  ['backup:list', 'db backup list'],
  ['queries:record', 'db queries record'],
  ['help db migrate up', 'db migrate up --help'],
  ['help', '--help'],
  ['db help migrate', 'db migrate --help'],
  ['create help', 'db migrate create help'],
  ['--help', '--help'],
  ['db --help', 'db --help'],
  ['--json', '--json'],
  ['db --env', 'db --env'],
])('the words of "%s" are taken as "%s"', (typed, taken) => {
  expect(orderedWords(typed.split(' ')).join(' ')).toBe(taken)
})
