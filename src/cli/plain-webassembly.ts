/** The majors of V8 that these flags were tried with; of one that it does not know it complains on stderr. */
const [oldest, newest] = [11, 14]

/**
 * Has V8 run WebAssembly as it compiles it first. PostgreSQL's parser has functions so large that to optimise them takes
 * longer than to parse thousands of files, and up to 600 MB. For this process alone: in that of others it would slow down
 * what is theirs.
 */
export async function leaveWebAssemblyPlain(): Promise<void> {
  const major = Number.parseInt(process.versions.v8, 10)
  if (major < oldest || major > newest) return
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--liftoff-only --no-wasm-tier-up --no-wasm-dynamic-tiering')
}
