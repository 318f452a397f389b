import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Project } from './project.ts'

/** A project without a folder nself/, with these files. Scratch databases are made beside its own. */
export async function adoptable(
  server: { readonly project: (files: Record<string, string>) => Promise<Project> },
  files: Record<string, string>,
  sql: string,
): Promise<Project> {
  const project = await server.project({})
  rmSync(join(project.root, 'nself'), { recursive: true })
  const env = `NSELF_SHADOW_URL=${project.url.replace(/[^/]+$/, 'postgres')}\n`
  for (const [path, text] of Object.entries({ ...files, '.env': env })) {
    mkdirSync(dirname(join(project.root, path)), { recursive: true })
    writeFileSync(join(project.root, path), text)
  }
  await project.query(sql)
  return project
}
