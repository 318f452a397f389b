import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { checkout } from '../helpers/cli.ts'
import { examplesIn, ran } from '../helpers/examples.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

const users = `-- UP
CREATE TABLE users (email text PRIMARY KEY, verified bool NOT NULL DEFAULT false);
-- DOWN
DROP TABLE users;
`

// Jest is installed for this test alone: it is as large as all that the others need.
test('the example of docs/testing.md for Jest passes', async () => {
  const project = await server.project({ '001_users.sql': users })
  const { root } = project
  mkdirSync(join(root, 'nself/seeds/common'), { recursive: true })
  writeFileSync(join(root, 'nself/seeds/common/001_users.sql'), "INSERT INTO users VALUES ('seeded@example.com');\n")
  const example = examplesIn('testing.md').find(({ name }) => name.endsWith('.jest.cjs'))
  writeFileSync(join(root, 'users.jest.cjs'), example?.text ?? '')
  writeFileSync(
    join(root, 'package.json'),
    '{ "private": true, "jest": { "testMatch": ["**/*.jest.cjs"], "transform": {} } }\n',
  )
  const install = [
    'install',
    '--no-audit',
    '--no-fund',
    '--no-save',
    '--ignore-scripts',
    '--prefer-offline',
    'jest@30.2.0',
  ]
  await promisify(execFile)('npm', install, { cwd: root })
  symlinkSync(checkout, join(root, 'node_modules', 'nself'))
  symlinkSync(join(checkout, 'node_modules', 'pg'), join(root, 'node_modules', 'pg'))
  const { stderr } = await ran(project, ['node_modules/jest/bin/jest.js', '--watchman=false'])
  expect(stderr).toMatch(/Tests: +1 passed/)
  rmSync(join(root, 'node_modules'), { recursive: true })
}, 180_000)
