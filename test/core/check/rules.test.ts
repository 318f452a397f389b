import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rules } from '../../../src/core/check-rules.ts'
import { checkout } from '../../helpers/cli.ts'

const folder = join(checkout, 'docs', 'rules')

test('every rule has a page that begins with its title, and every page a rule', () => {
  for (const [name, { title, severity, isOff }] of Object.entries(rules)) {
    const path = join(folder, `${name}.md`)
    expect(existsSync(path), name).toBe(true)
    expect(
      readFileSync(path, 'utf8').startsWith(
        `# ${title}\n\n\`${name}\`, ${isOff === true ? 'off without a setting' : severity}\n`,
      ),
      name,
    ).toBe(true)
  }
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))
  expect(pages.map((path) => path.slice(0, -3)).sort()).toEqual(Object.keys(rules).sort())
})
