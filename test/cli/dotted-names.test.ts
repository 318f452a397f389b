import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()

/** Two tables that a plain join of their names would take for one, and names with all that is special. */
const design = `Enum "a.b"."mood.x" {
  ok
}
Table "a.b".c {
  "id.1" int [pk, increment]
  "it's ""odd"".x" "a.b"."mood.x"
}
Table a."b.c" {
  id int [pk]
  "c 1.2" int [ref: > "a.b".c."id.1"]
}
Table "v1.2 list" {
  id int [pk, increment]
  name varchar(20) [note: 'why']
  indexes { name [name: 'list.name'] }
}
`.replaceAll('""odd""', '\\"odd\\"')

test('names with dots, quotes and spaces go through import, up, diff, drift, show, diagram, rename and back', async () => {
  const project = await server.project({})
  const draw = (text: string) => writeFileSync(join(project.root, 'schema.dbml'), text)
  const imports = ['db', 'schema', 'import', 'schema.dbml'] as const
  draw(design)
  await project.ok(...imports, '--name', 'start')
  await project.ok('db', 'migrate', 'up')
  expect(await project.ok(...imports)).toContain('No changes')
  expect(await project.ok('db', 'schema', 'show', '"v1.2 list"')).toContain('about')
  expect(await project.ok('db', 'schema', 'show')).toContain('"a.b".c')
  expect(await project.ok('db', 'schema', 'diff', 'migrations')).toContain('No differences')
  expect(await project.ok('db', 'schema', 'diagram', '--format', 'mermaid')).toContain('b.c')

  // As it is told, so it is pasted.
  draw(design.replace('"v1.2 list"', '"v1.3 list"').replace('"c 1.2"', '"c 1.3"'))
  const renames = ['"v1.2 list"="v1.3 list"', 'a."b.c"."c 1.2"="c 1.3"'].flatMap((text) => ['--rename', text])
  await project.ok(...imports, ...renames, '--name', 'renames')
  await project.ok('db', 'migrate', 'up')
  expect(await project.ok(...imports)).toContain('No changes')
  const folder = join(project.root, 'nself', 'migrations')
  const [last = ''] = readdirSync(folder).sort().slice(-1)
  expect(readFileSync(join(folder, last), 'utf8')).toContain('-- table "v1.2 list"\n')

  draw(
    `${design.replace('"v1.2 list"', '"v1.3 list"').replace('"c 1.2"', '"c 1.3"').replace('id int [pk]\n', 'id int [pk]\n  "more.x" text\n')}`,
  )
  await project.ok(...imports)
  expect(readdirSync(folder).sort().at(-1)).toContain('add_more_x_to_b_c')
  await project.ok('db', 'migrate', 'up')
  await project.ok('db', 'migrate', 'down', '3')
  await project.ok('db', 'migrate', 'up')
  expect(await project.ok('db', 'schema', 'diff', 'migrations')).toContain('No differences')
})
