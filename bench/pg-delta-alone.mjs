// The library that plans differences, and nothing else: what turns the second database into the first, as SQL.
import { extract, plan } from '@supabase/pg-delta'
import pg from 'pg'

const [left, right] = process.argv[2].split(' ')
const facts = async (connectionString) => {
  const pool = new pg.Pool({ connectionString })
  const { factBase } = await extract(pool)
  await pool.end()
  return factBase
}
const [wanted, present] = await Promise.all([facts(left), facts(right)])
console.log(
  plan(present, wanted)
    .actions.map(({ sql }) => `${sql};`)
    .join('\n'),
)
