import type { Manifest } from '../../core/backup.ts'

/** A manifest from its text; null when it is not one. zod is dear to load. */
export async function parseManifest(text: string): Promise<Manifest | null> {
  const { z } = await import('zod')
  const shape = z.object({
    method: z.enum(['dump', 'copy']),
    kind: z.enum(['full', 'schema', 'data']),
    database: z.string().min(1),
    server: z.string(),
    // Earlier versions did not ask for these.
    serverId: z.string().nullable().default(null),
    searchPath: z.string().nullable().default(null),
    serverVersion: z.string(),
    pgDumpVersion: z.string().nullable(),
    environment: z.enum(['local', 'staging', 'production']),
    lastVersion: z.string().nullable(),
    size: z.number().int().nonnegative(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    takenAt: z.iso.datetime(),
    durationMs: z.number().nonnegative(),
    verified: z.boolean(),
    roles: z.array(z.string()),
    copy: z.string().nullable(),
  })
  try {
    const { data } = shape.safeParse(JSON.parse(text))
    if (data === undefined) return null
    return (data.method === 'dump' ? data.sha256 : data.copy) === null ? null : data
  } catch {
    return null
  }
}

/** A manifest as it is written to its file. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`
}
