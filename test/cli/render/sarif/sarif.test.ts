import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { renderSarif } from '../../../../src/cli/render/check-sarif.ts'
import type { CheckResult } from '../../../../src/commands/shared/check-results.ts'
import { finding } from '../../../../src/core/check/finding.ts'
import { ruleNames } from '../../../../src/core/check-rules.ts'
import { checkout } from '../../../helpers/cli.ts'

const schema = JSON.parse(readFileSync(join(checkout, 'test/cli/render/sarif/sarif-2.1.0-rtm.5.json'), 'utf8'))
const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats.default(ajv)
const validate = ajv.compile(schema)

const result: CheckResult = {
  kind: 'check',
  format: 'sarif',
  report: null,
  scope: 'all',
  migrations: ['001_a b'],
  parts: [{ part: 'proof', outcome: 'incomplete', reason: 'it does not run' }],
  findings: ruleNames.map((rule, i) =>
    finding(rule, {
      migration: '001_a b',
      place: { path: 'nself/migrations/001_a b%.sql', line: i + 1, column: 1 },
      message: `"${rule}" \u0007 ünï`,
      instead: i % 2 === 0 ? '' : 'write it otherwise',
      evidence: i % 3 === 0 ? [] : ['a\nb'],
    }),
  ),
  failOn: 'error',
  proven: [],
  exitStatus: 6,
}

test('a report with a finding of every rule is SARIF 2.1.0 by its schema', () => {
  const document = JSON.parse(renderSarif(result, '1.2.3'))
  validate(document)
  expect(validate.errors).toBe(null)
  expect(document.runs[0].results).toHaveLength(ruleNames.length)
  expect(validate({ ...document, runs: [{ results: [] }] })).toBe(false)
})

test('a report without findings is SARIF 2.1.0 by its schema', () => {
  validate(JSON.parse(renderSarif({ ...result, findings: [] }, '1.2.3-beta.1')))
  expect(validate.errors).toBe(null)
})
