import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lintRuleNames } from '../../../src/core/lint-rules.ts'
import { checkout } from '../../helpers/cli.ts'
import { lint } from '../../helpers/lint.ts'

/** What the examples change: it was made long ago. */
const before = `
CREATE TABLE users (id bigint PRIMARY KEY, name text, email text, phone text);
CREATE TABLE orders (
  id bigint PRIMARY KEY, user_id bigint NOT NULL, quantity int, total numeric(10,2), status text
);
CREATE INDEX orders_status ON orders (status);
CREATE TABLE visits (id bigint, happened date);
CREATE TABLE bookings (room int4range, during tstzrange);
CREATE TABLE events (happened date) PARTITION BY RANGE (happened);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW active_users AS SELECT * FROM users;
CREATE MATERIALIZED VIEW order_totals AS SELECT user_id, sum(total) FROM orders GROUP BY 1;
CREATE DOMAIN address AS text;
CREATE TYPE mood AS ENUM ('sad', 'glad');
`

test.each(lintRuleNames)(
  'the page of %s has an example that breaks it, and another way that does not',
  async (rule) => {
    const page = readFileSync(join(checkout, 'docs', 'rules', `${rule}.md`), 'utf8')
    const [example = '', instead = ''] = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql)
    const rulesOf = async (sql: string) => {
      const { findings } = await lint({ before, files: sql.split('-- next migration\n'), withOff: true })
      return findings.map((one) => one.rule)
    }
    expect(page).toContain('Instead:\n\n```sql\n')
    expect(await rulesOf(example)).toContain(rule)
    expect(await rulesOf(instead)).not.toContain(rule)
  },
)
