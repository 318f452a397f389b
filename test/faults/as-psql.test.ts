import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dumpText } from '../helpers/backups.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'

// Debian's pg_dump is newer than this server, as it must be.
const server = useServer(postgres14)
const migrate = (project: Project, ...args: string[]) => project.ok('db', 'migrate', ...args)

/** Text that would mean something where it does not. */
const noise = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        ' ',
        '\n',
        '\n-- UP\n',
        '\n-- DOWN: x\n',
        ';',
        '--',
        '(',
        ')',
        '\\',
        '\\.',
        '\\d',
        '😀',
        'é',
        '"',
        '/',
        '$1',
        "'",
      ],
      ...[':x', 'COMMIT;', 'BEGIN ATOMIC ', 'END', '\\restrict x', '%', '\t'],
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
const comment = (text: string) => text.replaceAll('/', '')
const logged = (value: string) => `INSERT INTO log (t) VALUES (${value});`

/** One whole statement that adds to the table `log`, its semicolon included. */
const statement = fc.oneof(
  noise.map((text) => logged(quoted(text))),
  noise.map((text) => logged(`E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)),
  noise.map((text) =>
    logged(`U&${quoted(text.replaceAll('\\', '\\\\'))}\n${quoted(`-- ${text.replaceAll('\\', '\\\\')}`)}`),
  ),
  noise.map((text) => logged(`$$${text}$$`)),
  noise.map((text) => logged(`/* ' /* " */ ${comment(text)} */ ('x') -- ${text.replaceAll('\n', ' ')}\n`)),
  noise.map((text) => `INSERT INTO log (t) SELECT 'y' AS "a${text.replaceAll('"', '""')}";`),
  noise.map((text) => `DO $do$ BEGIN INSERT INTO log (t) VALUES ($text$${text}$text$); END $do$ LANGUAGE plpgsql;`),
  noise.map(
    (text) =>
      `CREATE OR REPLACE FUNCTION f() RETURNS text BEGIN ATOMIC SELECT CASE WHEN true THEN ${quoted(text)} END; END;\n${logged('f()')}`,
  ),
  noise.map((text) => `COPY log (t) FROM stdin;\n${text.replaceAll('\\', '\\\\').replaceAll('\t', ' ')}\n\\.\n`),
  noise.map(
    (text) =>
      `COPY log (t) FROM stdin WITH (FORMAT csv);\n"${text.replaceAll('"', '""').replaceAll('\\.', '.')}"\n\\.\n`,
  ),
)
const body = fc.array(statement, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('\n'))
const marker = (word: string) => fc.constantFrom(`-- ${word}`, `--${word.toLowerCase()}`, `  -- ${word} : a label`)
const file = fc.record({
  up: body,
  down: body,
  upMarker: marker('UP'),
  downMarker: marker('DOWN'),
  outside: fc.boolean(),
})

const table = 'CREATE TABLE log (n serial, t text)'

function psql(project: Project, sql: string): void {
  const { status, stderr } = spawnSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', project.url], {
    input: sql,
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
}

test('what the parser says is UP and DOWN, run by nself, is what psql runs', async () => {
  const project = await server.project({})
  const reference = await server.project({})
  for (const one of [project, reference]) await one.query(table)
  const seed = Date.now()
  const files = fc.sample(file, { numRuns: 400, seed })
  project.write(
    Object.fromEntries(
      files.map(({ up, down, upMarker, downMarker, outside }, i) => {
        const header = outside ? '\n-- nself: no-transaction' : ''
        return [`${1000 + i}_t.sql`, `${upMarker}${header}\n${up}\n${downMarker}${header}\n${down}\n`]
      }),
    ),
  )
  const rows = (of: Project) => of.query('SELECT n, t FROM log ORDER BY n')
  await migrate(project, 'up')
  psql(reference, files.map(({ up }) => up).join('\n'))
  expect(await rows(project), `seed ${seed}`).toEqual(await rows(reference))
  await migrate(project, 'down', '--to', '0')
  psql(
    reference,
    files
      .map(({ down }) => down)
      .reverse()
      .join('\n'),
  )
  expect(await rows(project), `seed ${seed}`).toEqual(await rows(reference))
})

/** A folder of so many migrations, some statement by statement, some that depend on earlier ones, and a walk over them. */
const walk = fc.record({
  kinds: fc.array(fc.record({ outside: fc.boolean(), dependsOn: fc.nat({ max: 8 }) }), { minLength: 2, maxLength: 6 }),
  moves: fc.array(fc.record({ up: fc.boolean(), count: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  back: fc.integer({ min: 1, max: 6 }),
})

test('wherever a walk up and down a random folder ends, down and then up is the identity', async () => {
  await fc.assert(
    fc.asyncProperty(walk, async ({ kinds, moves, back }) => {
      const names = kinds.map((_, i) => `t${i + 1}`)
      const files = kinds.map(({ outside, dependsOn }, i) => {
        const depends = dependsOn < i ? `-- depends_on: ${dependsOn + 1}\n` : ''
        const index = outside ? `CREATE INDEX CONCURRENTLY ON t${i + 1} (n);\n` : ''
        return [
          `${i + 1}_t.sql`,
          `-- UP\n${depends}CREATE TABLE t${i + 1} AS SELECT ${i} AS n;\n${index}-- DOWN\nDROP TABLE t${i + 1};\n`,
        ]
      })
      const project = await server.project(Object.fromEntries(files))
      let applied = 0
      for (const { up, count } of moves) {
        await migrate(project, up ? 'up' : 'down', `${count}`)
        applied = up ? Math.min(names.length, applied + count) : Math.max(0, applied - count)
        expect(await project.tables()).toEqual(names.slice(0, applied))
      }
      const picture = async () => [
        dumpText(project, '--exclude-schema=nself'),
        await project.statuses(),
        applied && (await project.query('SELECT name, checksum, down_sql FROM nself.migrations ORDER BY position')),
      ]
      const before = await picture()
      const steps = Math.min(back, applied)
      if (steps > 0) {
        await migrate(project, 'down', `${steps}`)
        expect(await project.tables()).toEqual(names.slice(0, applied - steps))
        await migrate(project, 'up', `${steps}`)
      }
      expect(await picture()).toEqual(before)
      await server.remove(project)
    }),
    { numRuns: 12 },
  )
})
